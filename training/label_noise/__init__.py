"""What is known of labels that come from sources that err: how each errs, and what a teacher that has read the comments says."""

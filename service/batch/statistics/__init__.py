"""What is counted during a run, and the summary made from it."""

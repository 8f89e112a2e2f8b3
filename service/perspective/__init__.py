"""The scores of the Perspective API beside ours: the names of its attributes, and a comparison with scores that a site has stored."""

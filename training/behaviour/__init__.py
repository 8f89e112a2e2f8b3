"""Behaviour tests: comments that judge a classifier and are never trained on."""

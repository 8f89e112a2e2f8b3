"""Behaviour tests by language: comments in other languages than English that judge a reader and are never trained on."""

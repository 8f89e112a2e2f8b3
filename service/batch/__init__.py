"""The scoring of files of comments."""

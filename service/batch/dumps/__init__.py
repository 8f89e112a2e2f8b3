"""Dumps of comments: what each kind looks like, and how they are cut into shards."""

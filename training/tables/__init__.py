"""Labelled tables: read, cleaned, deduplicated, split and weighted."""

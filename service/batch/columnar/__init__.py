"""Rows of a dump in columns: as chunks, and as Arrow arrays."""

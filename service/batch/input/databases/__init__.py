"""Databases as dumps: which of their tables hold comments, and the rows of those."""

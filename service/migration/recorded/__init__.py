"""Calls that a caller has recorded, and what comes of sending them again."""

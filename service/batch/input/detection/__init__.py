"""The kind of a dump: its container, encoding and delimiter, found by its first bytes."""

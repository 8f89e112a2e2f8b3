"""Bytes of a dump, wherever they lie: opened, unpacked, and recoded to UTF-8."""

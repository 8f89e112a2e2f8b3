"""The bytes of a dump, wherever it is: opened, decompressed, and converted to UTF-8."""

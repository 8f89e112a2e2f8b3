"""Reading of comment files: detection of their format, decompression, and the rows in them."""

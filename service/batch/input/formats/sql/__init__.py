"""SQL dumps and databases in a file: their tables, and the records in them."""

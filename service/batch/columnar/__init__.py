"""Rows of a dump, column by column: as chunks, and as Arrow holds them."""

"""Rows of a dump column by column, as Arrow holds them."""

"""Parquet and Arrow files from strangers: bounds are checked before anything is decoded, and every batch is validated before it is used."""

"""Tables: delimited text, and Parquet and Arrow files."""

"""The file formats of dumps, each read as a stream of records."""

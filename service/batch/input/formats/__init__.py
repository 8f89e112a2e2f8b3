"""The file formats that dumps come in, each read as a stream of records."""

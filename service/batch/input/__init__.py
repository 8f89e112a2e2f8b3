"""From a file of comments to its rows: what the file is, how it is decompressed, and what its columns mean."""

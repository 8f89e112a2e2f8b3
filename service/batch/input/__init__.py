"""From a file of comments to its rows: what it is, how to unpack it, and which column means what."""

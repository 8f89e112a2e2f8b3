"""Where scored rows are written: files and folders that appear whole or not at all."""

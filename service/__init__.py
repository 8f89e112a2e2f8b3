"""Everything that exposes the model: the command, the HTTP service, the scoring of files."""

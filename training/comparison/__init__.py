"""Two artefacts compared on the same rows."""

"""Comment systems that sites embed below their pages, each with the shape of its dumps."""

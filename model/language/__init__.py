"""Which language a comment is in, and whether the model has learned it."""

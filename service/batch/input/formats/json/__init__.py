"""JSON: one document, or one object a line."""

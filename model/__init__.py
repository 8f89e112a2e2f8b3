"""Knows text and numbers: from a comment to its label, scores, reasons and verdict."""

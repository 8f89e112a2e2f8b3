"""The encoder: a small transformer that understands word order, and how its scores are combined with those of the n-grams."""

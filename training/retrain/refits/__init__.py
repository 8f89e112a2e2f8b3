"""Refits what depends on the n-grams once a difference is added to them: calibration, rules, the encoder's part, attributes."""

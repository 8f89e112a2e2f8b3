"""Trains the encoder that the packs of all other languages share."""

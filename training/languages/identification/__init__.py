"""Trains what tells which language a text is in."""

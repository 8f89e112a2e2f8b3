"""Trains what reads comments in other languages than English."""

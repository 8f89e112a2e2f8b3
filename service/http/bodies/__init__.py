"""Reads the bodies of requests, within limits of size and time."""

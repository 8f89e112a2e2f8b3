"""Exports of platforms that come as archives: which files in them hold comments, and what the others tell about people."""

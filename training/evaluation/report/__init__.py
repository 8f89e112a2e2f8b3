"""The report of an evaluation: its sections, its pictures, its files."""

"""Runs of ``tipstaff score``: their plan, the scoring of their shards, their progress and their end."""

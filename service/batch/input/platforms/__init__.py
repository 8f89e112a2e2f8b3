"""The platforms whose dumps are known, each with the names of its fields."""

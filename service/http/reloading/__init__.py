"""Another model takes the place of the one that is served, while calls come in."""

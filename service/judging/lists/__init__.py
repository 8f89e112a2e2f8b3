"""The lists of a community: words and patterns, how they are matched, and what they excuse."""

"""Tables of forums and of software for comments, as they stand in databases."""

"""Archives of dumps, and folders of them: their members, which of these hold comments, and what the others are."""

"""The gate: whether a retrained model may take the place of the one in force."""

"""How two versions of a model differ: in what they say of themselves, and in their verdicts on the same comments."""

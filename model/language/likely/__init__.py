"""Which languages a text is likely in, by its words and its n-grams."""

"""The n-gram reader: words, pairs of words and letter n-grams, hashed and scored in one compiled kernel."""

"""Retraining of language packs: which pack, from which rulings, and where the new one is put."""

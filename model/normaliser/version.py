"""The version of the normalisation, in a module of its own, so that it can be known without loading the kernels."""

import hashlib
from functools import cache
from importlib import resources

__all__ = ["PACK_NORMALISER", "normaliser_version"]

PACK_NORMALISER = "languages-1"
"""The version of the normalisation that language packs read texts by: ``model.text.text_form``."""

_RULES = 3  # counts the changes of the rules; a model reads texts only as they were normalised when it was fitted


@cache
def normaliser_version() -> str:
    """Return the version of the normalisation: that of its rules, and a digest of its lexicon."""
    lexicon = resources.files("model.normaliser").joinpath("lexicon.txt").read_bytes()
    return f"{_RULES}-{hashlib.sha256(lexicon).hexdigest()[:12]}"

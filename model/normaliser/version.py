"""Which version of the normalisation this is; apart from it, so that nobody loads the kernels to know."""

import hashlib
from functools import cache
from importlib import resources

__all__ = ["normaliser_version"]

_RULES = 3


@cache
def normaliser_version() -> str:
    """Return the version of the normalisation: that of its rules, and a digest of its lexicon."""
    lexicon = resources.files("model.normaliser").joinpath("lexicon.txt").read_bytes()
    return f"{_RULES}-{hashlib.sha256(lexicon).hexdigest()[:12]}"

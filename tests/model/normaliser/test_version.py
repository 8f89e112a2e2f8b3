"""The version of the normalisation names its rules and its lexicon."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

from model.normaliser import version
from model.normaliser.version import normaliser_version


def test_the_version_names_rules_and_lexicon() -> None:
    """The version is that of the rules and a digest of the lexicon, the same at every call."""
    rules, digest = normaliser_version().split("-")
    lexicon = Path(version.__file__).with_name("lexicon.txt").read_bytes()
    assert re.fullmatch("[0-9]+", rules)
    assert hashlib.sha256(lexicon).hexdigest().startswith(digest)
    assert len(digest) == 12
    assert normaliser_version() == f"{rules}-{digest}"


def test_asking_for_the_version_loads_no_kernels() -> None:
    """The version can be known without importing Numba."""
    program = "import sys; from model.normaliser.version import normaliser_version as v; v(); assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)

"""Users and web addresses, as corpora and forums write them, become placeholders."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model.normaliser.buffers import Scratch
from model.normaliser.hashing import Lexicon
from model.normaliser.placeholders import name_mention, name_placeholder

NAMED = {
    b"[user]": (b"@user", 6),
    b"<user>!": (b"@user", 6),
    b"[url]x": (b"http", 5),
    b"<url>": (b"http", 5),
    b"u/some-one_1's": (b"@user", 12),
    b"/u/ab": (b"@user", 5),
}
MENTIONS = {b"@john": (b"@user", 5), b"@j_b:": (b"@user", 4), b"@user1": (b"@user", 6), b"@ss": (b"ass", 3), b"@user": (b"", 5)}


@pytest.mark.parametrize(("text", "named"), NAMED.items())
def test_placeholders(text: bytes, named: tuple[bytes, int], scratch: Scratch, both: Callable[..., Any]) -> None:
    """What corpora write for users and addresses is named, up to where it ends."""
    size, end = both(name_placeholder, np.frombuffer(text, np.uint8), 0, len(text), scratch.replacement)
    assert (scratch.replacement[:size].tobytes(), end) == named


@pytest.mark.parametrize("text", [b"[use", b"[users]", b"<url", b"[us", b"u/", b"u/-", b"us/a", b"user", b"[", b"<", b"/", b"/u/"])
def test_what_is_none(text: bytes, scratch: Scratch, both: Callable[..., Any]) -> None:
    """What only begins like a placeholder is none."""
    assert both(name_placeholder, np.frombuffer(text, np.uint8), 0, len(text), scratch.replacement)[0] == 0


@pytest.mark.parametrize(("text", "named"), MENTIONS.items())
def test_mentions(text: bytes, named: tuple[bytes, int], lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """A mention is named unless it is named already, or makes a charged word."""
    size, end = both(name_mention, np.frombuffer(text, np.uint8), 0, len(text), lexicon, scratch)
    assert (scratch.replacement[:size].tobytes(), end) == named

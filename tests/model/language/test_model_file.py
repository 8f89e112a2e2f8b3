"""The compact model is that of py3langid, and a missing or unknown one is refused in one line."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from py3langid.langid import LanguageIdentifier

from model.errors import ArtefactError
from model.language import model_file
from model.language.model_file import GAIN_STEP, NO_STATE, NgramTables, child_state, read_langid_model
from tests.model.python_bodies import python_bodies

FOREIGN = (Path(__file__).parents[3] / "benchmarks" / "foreign.tsv").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def model() -> tuple[NgramTables, tuple[str, ...]]:
    return read_langid_model()


@pytest.fixture(scope="module")
def original() -> LanguageIdentifier:
    """py3langid itself."""
    return LanguageIdentifier.from_model_file("data/model.npz.xz")


def test_the_same_ngrams_are_found(model: tuple[NgramTables, tuple[str, ...]], original: LanguageIdentifier) -> None:
    """The trie with its fallbacks is in the state of py3langid's automaton after each byte, whatever the bytes are."""
    tables, _ = model
    noise = np.random.default_rng(1).integers(0, 256, 5000).astype(np.uint8).tobytes()
    for data in (noise, *(line.encode() for line in FOREIGN[::10])):
        state, expected = 0, 0
        for byte in data:
            while (after := child_state(tables.edges, state, byte)) == NO_STATE and state:
                state = int(tables.fallback[state])
            state = max(after, 0)
            expected = original.tk_nextmove[(original.tk_row[expected] << 8) + byte]
            assert state == expected
            assert tables.ngram[state] == original.tk_output[expected]


def test_ngrams_have_the_same_weight(model: tuple[NgramTables, tuple[str, ...]], original: LanguageIdentifier) -> None:
    """The logarithm of the probability of an n-gram in each language is that of py3langid, but for rounding to whole steps."""
    tables, codes = model
    assert list(codes) == original.nb_classes
    for ngram in range(0, len(original.nb_ptc), 997):
        logs = tables.unseen.copy()
        entries = slice(tables.starts[ngram], tables.starts[ngram + 1])
        logs[tables.language[entries]] += GAIN_STEP * tables.gain[entries]
        assert np.abs(logs - original.nb_ptc[ngram].astype(np.float64)).max() <= GAIN_STEP / 2 + 1e-3


def test_a_missing_py3langid_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without py3langid the error says what to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(ArtefactError, match="py3langid, whose model identifies languages, is not installed"):
        read_langid_model()


@pytest.mark.parametrize("content", [None, b"", b"not xz at all"])
def test_an_unreadable_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None) -> None:
    """A file that is missing, empty or something else gets one line with what to do."""
    if content is not None:
        (tmp_path / "model").write_bytes(content)
    monkeypatch.setattr(model_file, "_FILE", tmp_path / "model")

    with pytest.raises(ArtefactError, match=r"the model of py3langid cannot be read .*: install py3langid 0\.4 anew"):
        read_langid_model()


def test_compiled_or_not_is_the_same() -> None:
    """The machine code does what the Python that it is compiled from does: here for a trie of "ab" and "b"."""
    # States: 0 the root, 1 after "a", 2 after "ab", 3 after "b".
    sources, labels, targets = (np.array(column, np.int64) for column in ([0, 0, 1], [97, 98, 98], [1, 3, 2]))

    def build() -> tuple[list[list[int]], list[int]]:
        edges, fallback = np.zeros((8, 2), np.uint32), np.zeros(4, np.int32)
        model_file._build_trie(sources, labels, targets, edges, fallback)
        children = [[model_file.child_state(edges, state, byte) for byte in (97, 98)] for state in range(4)]
        return children, fallback.tolist()

    compiled = build()
    assert compiled == ([[1, 3], [NO_STATE, 2], [NO_STATE, NO_STATE], [NO_STATE, NO_STATE]], [0, 0, 3, 0])
    with python_bodies(model_file):
        assert build() == compiled

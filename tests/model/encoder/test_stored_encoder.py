"""The encoder of an artefact is built once for all models that have the same."""

import gc
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.comment import Comment
from model.encoder.session import pack_pieces
from model.errors import ArtefactError
from model.moderator import Moderator

COMBINATION = np.array([[0.5, 0.7], [0.9, 0.8], [-1.0, -0.5]])
COMMENTS = [Comment("1", "you are an idiot"), Comment("2", "good morning")]

Write = Callable[..., Path]


def test_the_same_encoder_is_shared(write_both: Write, tmp_path: Path) -> None:
    """A model whose network and vocabulary are those of another uses its encoder, and decides as it does when it is loaded by itself."""
    first = Moderator.load(write_both(tmp_path / "a"), profile=None)
    folder = write_both(tmp_path / "b", **{"combination.npy": COMBINATION})
    shared, alone = Moderator.load(folder, profile=None, like=first), Moderator.load(folder, profile=None)

    assert first.combined is not None
    assert shared.combined is not None
    assert shared.combined.encoder is first.combined.encoder
    np.testing.assert_array_equal(shared.combined.combination, COMBINATION)
    np.testing.assert_array_equal(shared.decide(COMMENTS).scores, alone.decide(COMMENTS).scores)
    assert shared.content_hash == alone.content_hash != first.content_hash


def test_another_encoder_is_not(write_both: Write, tmp_path: Path) -> None:
    """A model with another vocabulary, or with windows of another size, has an encoder of its own."""
    first = Moderator.load(write_both(tmp_path / "a"), profile=None)
    pieces = first.combined.encoder.vocabulary if first.combined else None
    assert pieces is not None
    others = [
        write_both(tmp_path / "b", entry={"tokens": 12}),
        write_both(tmp_path / "c", **{"pieces.npy": pack_pieces([*[*pieces._numbers][:-1], "never"])}),
    ]

    for folder in others:
        other = Moderator.load(folder, profile=None, like=first)
        assert other.combined is not None
        assert first.combined is not None
        assert other.combined.encoder is not first.combined.encoder


def test_a_combination_of_other_heads_is_refused(write_both: Write, tmp_path: Path) -> None:
    """A shared encoder is no way around the check that its heads are those that are combined."""
    first = Moderator.load(write_both(tmp_path / "a"), profile=None)
    heads = len(first.classifier.heads)
    folder = write_both(tmp_path / "b", **{"combination.npy": np.ones((3, heads))})

    with pytest.raises(ArtefactError, match="log-odds"):
        Moderator.load(folder, profile=None, like=first)


def test_nothing_keeps_a_model_that_is_out_of_use(write_both: Write, tmp_path: Path) -> None:
    """A model is gone, with its memory, as soon as nobody has it any more, without the garbage collector."""
    first = Moderator.load(write_both(tmp_path / "a"), profile=None)
    first.warm()
    second = Moderator.load(write_both(tmp_path / "b", **{"combination.npy": COMBINATION}), profile=None, like=first)
    gone = weakref.ref(first)
    gc.disable()
    try:
        del first
        assert gone() is None
    finally:
        gc.enable()
    assert second.decide(COMMENTS).encoder_count >= 0

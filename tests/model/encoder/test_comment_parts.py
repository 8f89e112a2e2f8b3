"""Long comments are read in parts: nothing is left out, what is suspected is read, and the worst part counts."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from model.array_types import FloatArray
from model.classifier import Classifier
from model.encoder.comment_parts import ReaderMaps, cut_text, read_long_text
from model.encoder.session import EncoderReader
from model.moderator import Moderator
from model.profile import Profile

TALK = "the parcel comes on monday and the lamp stands beside the door of the old library. "
ABUSE = "shut up you stupid idiot. "


@pytest.fixture(scope="module")
def readers(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[EncoderReader, Classifier]:
    """A tiny encoder of random weights, whose windows hold 94 pieces, and the shipped n-grams."""
    folder = write_both(tmp_path_factory.mktemp("long") / "both", entry={"tokens": 96})
    moderator = Moderator.load(folder, profile=Profile.FULL)
    assert moderator.combined is not None
    return moderator.combined.encoder, moderator.classifier


def maps(classifier: Classifier, *, encoder: float = 0.0, windows: float = 0.0, passages: float = 0.0) -> ReaderMaps:
    """Maps in which the n-grams count as they are calibrated."""
    alone = np.stack([classifier.slopes[:2], classifier.intercepts[:2]])
    return ReaderMaps(np.stack([alone[0], np.full(2, encoder), alone[1]]), alone, windows, passages)


@pytest.mark.parametrize("text", ["", "a b c", TALK * 5, "tschüß größe " * 40, "x" * 60 + " " + "! " * 90])
def test_parts_cover_a_text(readers: tuple[EncoderReader, Classifier], text: str) -> None:
    """Every word is in a part as a whole; parts overlap, and none has more pieces than there is room for."""
    encoder, _ = readers
    parts, data = cut_text(encoder, text, room=22, step=13), text.encode()
    covered = np.zeros(len(data), np.bool_)
    for part in parts:
        covered[part.begin : part.end] = True
        assert len(part.pieces) <= 22
        whole = [number for word in encoder.vocabulary.tokenize(data[part.begin : part.end].decode()) for number in word]
        assert whole[:22] == part.pieces
    assert not np.frombuffer(data, np.uint8)[~covered].tobytes().strip()
    assert all(before.begin < after.begin <= before.end + 1 for before, after in pairwise(parts))
    assert bool(parts) == bool(text)


def test_a_short_text_is_no_long_one(readers: tuple[EncoderReader, Classifier]) -> None:
    """What fits into one window is left to be read as a whole."""
    encoder, classifier = readers
    assert read_long_text(encoder, classifier, "you are an idiot", "", maps(classifier)) is None
    assert read_long_text(encoder, classifier, "", "", maps(classifier)) is None


@pytest.mark.parametrize("place", [0, 7, 40, 79])
def test_abuse_is_found_wherever_it_stands(readers: tuple[EncoderReader, Classifier], place: int) -> None:
    """The part with the abuse decides about both label heads, and its log-odds are those of that part alone."""
    encoder, classifier = readers
    text = (TALK * place + ABUSE + TALK * (79 - place)).strip()
    reading = read_long_text(encoder, classifier, text, "", maps(classifier))
    assert reading is not None
    at = text.index(ABUSE[:7])
    for head in range(2):
        begin, end = int(reading.begin[head]), int(reading.end[head])
        assert begin <= at + 20
        assert end >= at + 5
        raw = classifier.raw_scores([text[begin:end].encode()], threads=1)
        assert reading.log_odds[head] == pytest.approx(raw.log_odds[0, head] * classifier.slopes[head] + classifier.intercepts[head])
    assert reading.by_both.all()


def test_what_is_not_read_cannot_lower_what_is(readers: tuple[EncoderReader, Classifier]) -> None:
    """Talk around abuse, however long, leaves the log-odds of the part with the abuse as they are."""
    encoder, classifier = readers
    combined = maps(classifier, encoder=0.3, passages=1.0)
    short, long = (read_long_text(encoder, classifier, TALK * n + ABUSE + TALK * n, "", combined) for n in (13, 130))
    assert short is not None
    assert long is not None
    assert (long.log_odds >= short.log_odds - 1e-6).all()


def test_more_parts_need_more_to_be_believed(readers: tuple[EncoderReader, Classifier]) -> None:
    """The discounts are subtracted: that of windows times the logarithm of their number, that of passages as it is."""
    encoder, classifier = readers
    text = TALK * 30
    windows = len(cut_text(encoder, text, room=94, step=70))
    plain, discounted, neither = (
        read_long_text(encoder, classifier, text, "", maps(classifier, windows=one, passages=other))
        for one, other in ((0.0, 100.0), (0.5, 100.0), (100.0, 2.0))
    )
    passages = read_long_text(encoder, classifier, text, "", maps(classifier, windows=100.0))
    assert plain is not None
    assert discounted is not None
    assert neither is not None
    assert passages is not None
    np.testing.assert_allclose(plain.log_odds - discounted.log_odds, 0.5 * np.log(windows))
    np.testing.assert_allclose(passages.log_odds - neither.log_odds, 2.0)


def test_the_work_is_bounded(readers: tuple[EncoderReader, Classifier], monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder reads no more of a comment ten times as long."""
    encoder, classifier = readers
    pieces: list[int] = []
    run = EncoderReader.run_windows

    def counting(self: EncoderReader, windows: Sequence[list[int]]) -> FloatArray:
        pieces.append(sum(map(len, windows)))
        return run(self, windows)

    monkeypatch.setattr(EncoderReader, "run_windows", counting)
    for times in (100, 1000):
        read_long_text(encoder, classifier, TALK * times, "", maps(classifier))
    assert pieces[0] == pieces[1] <= 6 * 96 + 24 * 24

"""The cascade passes on a long comment with a vile passage, wherever it stands, and no ordinary one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from model.comment import Comment, Format
from model.moderator import Moderator
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import pack_bytes
from model.profile import Profile

TALK = "the parcel comes on monday and the lamp stands beside the door of the old library. "


@pytest.fixture(scope="module")
def cascade(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Moderator:
    """The shipped n-grams with a tiny encoder, whose cascade passes on from 0.3 on."""
    folder = write_both(tmp_path_factory.mktemp("passages") / "both", entry={"tokens": 96, "passage_discount": 0.5})
    return Moderator.load(folder, profile=Profile.CASCADE)


@pytest.mark.parametrize("place", [0, 20, 60])
def test_a_vile_passage_is_passed_on(cascade: Moderator, place: int) -> None:
    """A long comment with one vile sentence is read by the encoder; the same talk without it is not."""
    sentence = "You ugly whore, I hope you die. "
    vile, clean = (Comment("", TALK * place + hidden + TALK * (60 - place)) for hidden in (sentence, ""))
    assert cascade.first_pass([clean, vile, clean]).encoder_rows.tolist() == [1]


def test_a_short_comment_is_judged_as_a_whole(cascade: Moderator) -> None:
    """Passages play no part in a comment that is no longer than a window."""
    assert not cascade.first_pass([Comment("", TALK)]).encoder_rows.size


def test_columns_are_read_alike(cascade: Moderator) -> None:
    """Comments of a column are passed on as others are."""
    texts = [TALK * 30 + "You ugly whore, I hope you die. " + TALK * 30, TALK * 60, "hello"]
    packed = PackedComments(pack_bytes([text.encode() for text in texts]), Format.PLAIN)
    assert cascade.first_pass(packed).encoder_rows.tolist() == [0]

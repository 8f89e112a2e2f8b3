"""Mojibake is undone where it is mojibake, and nothing else is changed."""

from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.platforms.meta.mojibake import mend_fields, undo_mojibake
from service.batch.input.platforms.platform import REMARK_FIELD
from tests.service.batch.input.platforms.chats.chat_samples import facebook_bytes


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    """Whatever text Facebook writes byte by byte, in whatever script, becomes that text again."""
    assert undo_mojibake(facebook_bytes(text)) == text


def test_texts_that_are_right_stay() -> None:
    """Umlauts, Cyrillic and emoji that are written as they should be are left alone."""
    for text in ("schön", "Ã", "ä ö ü", "привет", "naïve Ã¤ 😀", "plain"):
        assert undo_mojibake(text) == text


def test_mended_fields_are_remarked_upon() -> None:
    """Texts of a row are mended, other values stay, and people are told only where something was mended."""
    broken = {"text": facebook_bytes("schön"), "time": 5, "place": None}
    mended = mend_fields(broken)
    assert {name: mended[name] for name in broken} == {"text": "schön", "time": 5, "place": None}
    assert REMARK_FIELD in mended
    assert mend_fields({"text": "schön", "time": 5}) == {"text": "schön", "time": 5}

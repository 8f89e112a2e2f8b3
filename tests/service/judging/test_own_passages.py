"""What packs get of comments that are in English as well."""

import numpy as np
import pytest

from model.comment import Comment, Format
from model.language.identifier import Identifier
from service.judging.own_passages import find_own_passages

FILLER = "Thank you for this lovely article, the weather was really nice today."
GERMAN = "Halt die Fresse, du Vollidiot."


@pytest.fixture(scope="module")
def identifier() -> Identifier:
    """Knows English, German, Russian and Chinese."""
    return Identifier.load(("de", "en", "ru", "zh"))


@pytest.mark.parametrize(
    ("text", "tag", "left"),
    [
        (f"{GERMAN} {FILLER}", "de", GERMAN),
        (f"{FILLER}\n{GERMAN} {FILLER}", "de", GERMAN),
        (f"你这个混蛋快滚吧 {FILLER}", "zh", "你这个混蛋快滚吧"),
        (f"{FILLER[:-1]} Заткнись, тупой придурок", "ru", "Заткнись, тупой придурок"),
    ],
)
def test_english_around_a_passage_is_blank(identifier: Identifier, text: str, tag: str, left: str) -> None:
    """English sentences, and Latin letters around another script, become blanks: what is left lies where it lay."""
    comments = [Comment("a", "Hello"), Comment("b", text, language="en")]
    rows, comments = find_own_passages(comments, {tag: np.array([1])}, identifier)[tag]

    assert rows.tolist() == [1]
    ((rest),) = [comment.text for comment in comments]
    assert left in rest
    assert rest.index(left) == text.index(left)
    assert not set("abcdefghijklmnopqrstuvwxyz") & set(rest.replace(left, "").lower())
    assert (comments[0].id, comments[0].language, len(rest)) == ("b", None, len(text))


@pytest.mark.parametrize(
    "comment",
    [
        Comment("", GERMAN),
        Comment("", f"{GERMAN} {GERMAN}"),
        Comment("", FILLER),
        Comment("", f"<p>{GERMAN}</p> {FILLER}", format=Format.HTML),
        Comment("", "." * 5000 + " \n" * 5000),
    ],
)
def test_other_comments_are_judged_as_a_whole_alone(identifier: Identifier, comment: Comment) -> None:
    """A comment without English sentences, one of English alone, and mark-up are not taken apart."""
    rows, comments = find_own_passages([comment], {"de": np.array([0])}, identifier)["de"]
    assert (rows.tolist(), comments) == ([], [])

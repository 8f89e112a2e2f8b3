"""The name of a column tells whether it holds comments, texts, or something else."""

import pytest

from service.batch.input.columns.name_weights import COMMENT_WEIGHT, OTHER_WEIGHT, PLAIN_WEIGHT, TEXT_WEIGHT, weigh_column_name


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        *((name, COMMENT_WEIGHT) for name in ("Kommentar", "OriginalTweet", "comment (original)", "Leserkommentar", "评论内容")),
        *((name, TEXT_WEIGHT) for name in ("antwort", "raw message", "reviewBody", "answer")),
        *((name, PLAIN_WEIGHT) for name in ("reviewer", "Kommentator", "commenter", "c1", "context", "")),
        *((name, OTHER_WEIGHT) for name in ("parent_comment", "comment source", "post title", "quoted text")),
    ],
)
def test_the_words_of_a_name_are_weighed(name: str, weight: float) -> None:
    """Words count in any language and in compounds, but not those of people; what a comment answers is no comment."""
    assert weigh_column_name(name) == weight

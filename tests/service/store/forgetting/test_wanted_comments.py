"""A row is about a comment if its author or id was named, or if it turns out to be about the same comment."""

import pytest

from service.store.forgetting.wanted_comments import CommentFacts, ForgetRequest, WantedComments

LONG = "a text that nobody else writes"


def wanted(community: str | None = None) -> WantedComments:
    """Return what has learned of one comment of the author x."""
    comments = WantedComments(ForgetRequest(authors=frozenset({"x"}), community=community))
    for facts in (CommentFacts("x", "7", "town", LONG), CommentFacts("x", "8", "town", "short")):
        assert comments.match(facts)
        comments.learn(facts)
    return comments


@pytest.mark.parametrize(
    ("facts", "is_wanted"),
    [
        pytest.param(CommentFacts("x", None, None, None), True, id="the author"),
        pytest.param(CommentFacts("X", None, None, None), False, id="another author"),
        pytest.param(CommentFacts(None, "7", "town", "edited"), True, id="the id, another text"),
        pytest.param(CommentFacts("y", "7", "town", None), True, id="the id, whoever wrote it"),
        pytest.param(CommentFacts(None, "7", "village", LONG), False, id="the id elsewhere"),
        pytest.param(CommentFacts(None, "9", "town", LONG), False, id="another id, the same text"),
        pytest.param(CommentFacts(None, None, None, LONG), True, id="a long text without an id, elsewhere"),
        pytest.param(CommentFacts(None, None, "town", "short"), True, id="a short text without an id"),
        pytest.param(CommentFacts(None, None, "village", "short"), False, id="a short text without an id, elsewhere"),
        pytest.param(CommentFacts("y", None, "town", LONG), False, id="the text of another author"),
        pytest.param(CommentFacts(None, None, None, None), False, id="nothing is known"),
    ],
)
def test_what_is_wanted(facts: CommentFacts, *, is_wanted: bool) -> None:
    """The author, the id in its community, and the text where nothing else is known decide."""
    assert wanted().match(facts) is is_wanted


def test_a_community_leaves_out_all_others() -> None:
    """With a community, what was posted elsewhere is not wanted, whoever wrote it."""
    comments = wanted("town")
    assert not comments.match(CommentFacts("x", "7", "village", LONG))
    assert not comments.match(CommentFacts("x", "7", None, LONG))
    assert comments.match(CommentFacts("x", "70", "town", None))


def test_comments_are_counted_once() -> None:
    """Several rows about one comment are one comment; each text without an id is one."""
    comments = wanted()
    comments.learn(CommentFacts("x", "7", "town", LONG))
    comments.learn(CommentFacts("x", None, None, "another"))
    assert (comments.count, set(comments.comment_ids)) == (3, {"7", "8"})


def test_names_are_compared_as_they_are_stored() -> None:
    """What no database can store was stored otherwise, and is found all the same."""
    comments = WantedComments(ForgetRequest(authors=frozenset({"nul\0author"})))
    assert comments.match(CommentFacts("nul\ufffdauthor", None, None, None))

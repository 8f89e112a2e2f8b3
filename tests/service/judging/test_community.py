"""A community: its policy, and the entries of its lists that decide about a comment."""

import pickle

import pytest

from model.comment import Comment, Format, Verdict
from model.policy import Policy
from service.judging.community import Community
from service.judging.lists.word_lists import WordLists

OWN = Policy("own", 0.1, 0.1, 0.9, 0.9)


@pytest.fixture
def community() -> Community:
    """A community with both lists."""
    return Community("forum", deny=WordLists(["casino"], ["buy .* now"]), allow=WordLists(["quote", "casino royale"], []))


def test_the_policy_to_ask_for() -> None:
    """A community with thresholds of its own asks the model for the default policy."""
    assert Community("a", "lenient").policy_name == "lenient"
    assert Community("a", OWN).policy_name == "default"


def test_what_is_denied_comes_first(community: Community) -> None:
    """An entry that denies decides before one that allows; the entry is named with its list."""
    match = community.match_lists(Comment("1", "see Casino Royale"))
    assert match is not None
    assert (match.entry, match.verdict) == ("deny: casino", Verdict.REJECT)


def test_what_is_allowed(community: Community) -> None:
    """An entry that allows approves, whatever the mark-up."""
    match = community.match_lists(Comment("1", "<b>QUO</b>TE", Format.HTML))
    assert match is not None
    assert (match.entry, match.verdict) == ("allow: quote", Verdict.APPROVE)


def test_most_comments_match_nothing(community: Community) -> None:
    """A comment with none of the entries is not decided by lists."""
    assert community.match_lists(Comment("1", "casinos are quoted")) is None
    assert community.has_lists
    assert not Community("a").has_lists


def test_other_processes_get_the_same(community: Community) -> None:
    """A community can be sent to other processes, equals what arrives there, and can be a key."""
    sent = pickle.loads(pickle.dumps(community))
    assert sent == community
    assert hash(sent.deny) == hash(community.deny)
    assert sent.match_lists(Comment("1", "buy this now")) == community.match_lists(Comment("1", "buy this now"))
    assert sent.deny != sent.allow

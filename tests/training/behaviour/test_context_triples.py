"""The triples: the same answer under something harmless and something vile, and a calm comment under an abusive one."""

from collections import Counter
from pathlib import Path

import pytest

from model.comment import Label
from model.errors import TableError
from model.moderator import Moderator
from model.profile import Profile
from training.behaviour.context_triples import ContextKind, judge_triples, load_triples

_LEAST_RANKED = {Profile.CASCADE: 0.6, Profile.FULL: 0.75}


def test_each_triple_is_whole() -> None:
    """There are 200; the answers of each are the same text, fine once and abusive once, and every case answers something."""
    cases = load_triples()
    assert len(cases) == 600
    for first in range(0, len(cases), 3):
        innocent, hostile, parent = cases[first : first + 3]
        assert [case.kind for case in (innocent, hostile, parent)] == list(ContextKind)
        assert len({innocent.triple, hostile.triple, parent.triple}) == 1
        assert innocent.comment.text == hostile.comment.text
        assert (innocent.label, parent.label) == (Label.FINE, Label.FINE)
        assert hostile.label is not Label.FINE
    assert all((case.comment.title is None) != (case.comment.parent_text is None) for case in cases)
    assert max(Counter(case.comment.text for case in cases if case.kind is ContextKind.HOSTILE_PARENT).values()) == 1


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    """The error says which line it is."""
    path = tmp_path / "triples.jsonl"
    path.write_text('{"triple": 1, "kind": "innocent_context", "title": null, "parent_text": "x", "text": "y"}\n')
    with pytest.raises(TableError, match="line 1"):
        load_triples(path)


@pytest.mark.parametrize("profile", [Profile.CASCADE, Profile.FULL])
def test_the_shipped_model_reads_what_comments_answer(profile: Profile) -> None:
    """More comments are judged rightly in context, and the same words are worse under something vile; other encoders do not see it."""
    moderator, cases = Moderator.load(profile=profile), load_triples()
    alone, within = (judge_triples(moderator, cases, in_context=known) for known in (False, True))
    assert (alone.ranked == 0.5).all()
    if moderator.reads_context:
        assert within.right.mean() > alone.right.mean()
        assert within.ranked.mean() >= _LEAST_RANKED[profile]
    else:
        assert (alone.right == within.right).all()
        assert (within.ranked == 0.5).all()

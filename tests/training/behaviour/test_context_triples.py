"""The triples: the same answer under something harmless and something vile, and a calm comment under an abusive one."""

from collections import Counter
from pathlib import Path

import pytest

from model.comment import Label
from model.errors import TableError
from model.moderator import Moderator
from model.profile import Profile
from training.behaviour.context_triples import ContextKind, load_triples, right_answers

_LEAST_RIGHT = 0.8


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
    """Of the comments 80 % and more are judged rightly in context; an encoder that reads none gives the same without."""
    moderator, cases = Moderator.load(profile=profile), load_triples()
    alone, within = (right_answers(moderator, cases, in_context=known) for known in (False, True))
    if moderator.reads_context:
        assert within.mean() >= _LEAST_RIGHT > alone.mean()
    else:
        assert (alone == within).all()

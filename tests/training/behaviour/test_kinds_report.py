"""The report of right verdicts by kind."""

from pathlib import Path

import pytest

from model.comment import Comment
from model.errors import TableError
from model.moderator import Moderator
from model.profile import Profile
from training.behaviour.kinds_report import KindCase, format_kinds, held_out_cases, judge_kinds, neutral_cases, read_cases, without_parents


def test_right_is_approved_if_and_only_if_fine() -> None:
    """Shares count fine and abusive comments apart, kind by kind, and all together last."""
    moderator = Moderator.load(profile=Profile.FAST)
    cases = [
        KindCase(Comment("1", "the train leaves at nine"), "K18", True),
        KindCase(Comment("2", "thank you for the lovely photo"), "K18", False),
        KindCase(Comment("3", "you are a stupid fucking idiot"), "K2", False),
    ]
    short, talk, everything = judge_kinds(moderator, cases)
    assert (short.kind, short.abusive_right, short.fine_right) == ("K2", 1.0, None)
    assert (talk.fine_right, talk.abusive_right, talk.right) == (1.0, 0.0, 0.5)
    assert (everything.kind, everything.fine, everything.abusive) == ("all", 1, 2)
    assert "66.7%" in format_kinds("title", [everything])


def test_cases_are_read(tmp_path: Path) -> None:
    """A case is fine only if that is right; a line that is none is named."""
    path = tmp_path / "cases.jsonl"
    path.write_text('{"kind": "K2", "text": "a", "right": "fine"}\n{"kind": "K3", "text": "b", "right": "toxic or hateful"}\n', "utf-8")
    assert [(case.kind, case.comment.text, case.fine) for case in read_cases(path)] == [("K2", "a", True), ("K3", "b", False)]
    path.write_text('{"kind": "K2"}\n', "utf-8")
    with pytest.raises(TableError, match=r"cases\.jsonl:1: not a case"):
        read_cases(path)
    with pytest.raises(TableError, match="name the file with --cases"):
        read_cases(tmp_path / "none")


def test_the_tables_of_the_report_are_ours() -> None:
    """Held-out comments have both sides, neutral mentions are fine and many."""
    held_out = held_out_cases()
    assert {case.fine for case in held_out} == {True, False}
    answers = [case for case in held_out if case.comment.parent_text is not None]
    assert [case.comment.text for case in without_parents(held_out)] == [case.comment.text for case in answers]
    assert {case.comment.parent_text for case in without_parents(held_out)} == {None}
    neutral = neutral_cases()
    assert len(neutral) > 500
    assert all(case.fine for case in neutral)

"""The minimal pairs are what they promise to be, and are counted rightly."""

import json
from collections import Counter
from dataclasses import FrozenInstanceError
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Label
from model.errors import InputError, TableError
from training.behaviour.minimal_pairs import FailureMode, Pair, Side, judge_pairs, load_pairs, pair_texts

LEAST_PAIRS = 40
PAIRS = load_pairs()
RIGHT = [side.label for pair in PAIRS for side in (pair.a, pair.b)]
GOOD = {"id": "x-1", "fault": "threats", "a": {"text": "one", "label": "fine"}, "b": {"text": "two", "label": "toxic"}, "differs": "all"}
OTHER = GOOD | {"id": "x-0", "a": {"text": "three", "label": "fine"}, "b": {"text": "four", "label": "toxic"}}


def words(text: str) -> list[str]:
    return text.casefold().split()


def write(folder: Path, *rows: object) -> Path:
    path = folder / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("mode", list(FailureMode))
def test_every_failure_mode_has_enough_pairs(mode: FailureMode) -> None:
    """Every share rests on at least 40 pairs."""
    assert sum(pair.failure_mode is mode for pair in PAIRS) >= LEAST_PAIRS


def test_no_comment_and_no_id_occurs_twice() -> None:
    """Every comment counts once, whatever its case and spacing."""
    assert max(Counter(" ".join(words(text)) for text in pair_texts(PAIRS)).values()) == 1
    assert max(Counter(pair.id for pair in PAIRS).values()) == 1


def test_the_sides_disagree_about_abuse() -> None:
    """A constant answer gets every pair wrong: a is fine, b is abusive."""
    assert {pair.a.label for pair in PAIRS} == {Label.FINE}
    assert {pair.b.label for pair in PAIRS} == {Label.TOXIC, Label.HATEFUL}


def is_close(pair: Pair) -> bool:
    a, b = pair.a.text, pair.b.text
    return words(a) != words(b) and bool(set(words(a)) & set(words(b))) and 0.5 <= len(b) / len(a) <= 2


def test_the_sides_are_close() -> None:
    """The sides of each pair differ, share words and have a similar length."""
    assert [pair.id for pair in PAIRS if not is_close(pair)] == []


def test_length_does_not_give_the_label_away() -> None:
    """Guessing that the longer side is abusive gets at most two pairs in three right."""
    longer = sum(len(pair.b.text) > len(pair.a.text) for pair in PAIRS)
    assert len(PAIRS) / 3 <= longer <= len(PAIRS) * 2 / 3


def test_every_pair_is_its_own_idea() -> None:
    """No two pairs are one template with exchanged words: their fine sides share less than 70 % of their words in order."""
    sides = [words(pair.a.text) for pair in PAIRS]
    for i, left in enumerate(sides):
        matcher = SequenceMatcher(b=left, autojunk=False)
        for right in sides[i + 1 :]:
            matcher.set_seq1(right)
            assert matcher.real_quick_ratio() < 0.7 or matcher.quick_ratio() < 0.7 or matcher.ratio() < 0.7


def test_pairs_are_frozen() -> None:
    """Nobody can change a pair by accident."""
    with pytest.raises(FrozenInstanceError):
        PAIRS[0].a.text = "changed"  # type: ignore[misc]


def test_the_right_labels_get_everything_right() -> None:
    """The right labels score 1 in every share of every failure mode."""
    shares = judge_pairs(PAIRS, RIGHT)
    assert [share.failure_mode for share in shares] == list(FailureMode)
    assert sum(share.pairs for share in shares) == len(PAIRS)
    for share in shares:
        assert (share.comments_right, share.pairs_right, share.comments_exact, share.pairs_exact) == (1, 1, 1, 1)


@pytest.mark.parametrize("label", list(Label))
def test_a_constant_label_gets_no_pair_right(label: Label) -> None:
    """One label for all gets half of the comments and none of the pairs right."""
    for share in judge_pairs(PAIRS, [label] * 2 * len(PAIRS)):
        assert (share.comments_right, share.pairs_right, share.pairs_exact) == (0.5, 0, 0)


def test_the_wrong_kind_of_abuse_is_right_but_not_exact() -> None:
    """Toxic for hateful counts as rightly abusive, and as the wrong label."""
    hateful = Pair("h", FailureMode.NEGATION, Side("one", Label.FINE), Side("two", Label.HATEFUL), "all")
    toxic = Pair("t", FailureMode.NEGATION, Side("three", Label.FINE), Side("four", Label.TOXIC), "all")
    (share,) = judge_pairs([hateful, toxic], ["fine", "toxic", "toxic", "toxic"])
    assert (share.pairs, share.comments_right, share.pairs_right) == (2, 0.75, 0.5)
    assert (share.comments_exact, share.pairs_exact) == (0.5, 0)


@given(st.lists(st.tuples(st.sampled_from(PAIRS), st.sampled_from(list(Label)), st.sampled_from(list(Label))), max_size=20))
def test_shares_are_ordered(labelled: list[tuple[Pair, Label, Label]]) -> None:
    """For any pairs and labels: exact is never above right, pairs never above comments, all within [0, 1]."""
    for share in judge_pairs([pair for pair, _, _ in labelled], [label for _, a, b in labelled for label in (a, b)]):
        assert 0 <= share.pairs_exact <= share.pairs_right <= share.comments_right <= 1
        assert share.pairs_exact <= share.comments_exact <= share.comments_right


@pytest.mark.parametrize("labels", ["fine", ["fine"], ["fine"] * (2 * len(PAIRS) - 1) + ["rude"]], ids=["lone", "short", "unknown"])
def test_labels_that_do_not_fit_are_refused(labels: list[str]) -> None:
    """A lone string, a wrong number and an unknown label are refused by name."""
    with pytest.raises(InputError, match=r"^labels: "):
        judge_pairs(PAIRS, labels)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"fault": "manners"}, "'fault': unknown"),
        ({"a": {"text": "one", "label": "toxic"}}, "'a', field 'label': wrong"),
        ({"b": {"text": "two", "label": "fine"}}, "'b', field 'label': wrong"),
        ({"b": {"text": "two"}}, "'b', field 'label': missing"),
        ({"b": "two"}, "'b': not an object"),
        ({"a": {"text": " one", "label": "fine"}}, "'a', field 'text': not a text"),
        ({"b": {"text": "ONE", "label": "toxic"}}, "'b': occurs before"),
        ({"a": {"text": "four", "label": "fine"}}, "'a': occurs before"),
        ({"id": "x-0"}, "'id': occurs before"),
        ({"id": 7}, "'id': not a text"),
        ({"differs": ""}, "'differs': not a text"),
        ({"note": "more"}, "unknown fields"),
    ],
)
def test_a_bad_line_is_refused_by_name(tmp_path: Path, change: dict[str, object], complaint: str) -> None:
    """The error names file, line and field."""
    path = write(tmp_path, OTHER, GOOD | change)
    with pytest.raises(TableError) as caught:
        load_pairs(path)
    assert str(caught.value).startswith(f"{path}, line 2")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff", b"[]\n"], ids=["missing", "empty", "cut", "not-utf8", "list"])
def test_a_file_that_is_no_pairs_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A missing, empty, cut, foreign file is one clear error."""
    path = tmp_path / "pairs.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TableError, match=r"pairs\.jsonl"):
        load_pairs(path)

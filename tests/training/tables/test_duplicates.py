"""Duplicates: what is merged, dropped, kept together."""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from training.tables.duplicates import DeduplicatedRows, canonical_key, deduplicate, number_near_groups
from training.tables.labelled import Labelled, Place

FINE, TOXIC, HATEFUL, ABUSIVE, NOT_HATEFUL, NOTHING = (0, 0), (1, 0), (1, 1), (1, -1), (-1, 0), (-1, -1)
Row = tuple[str, tuple[int, int]]


def table(rows: Sequence[Row], splits: Sequence[str | None] | None = None) -> Labelled:
    """Build rows of one source."""
    answers = np.array([answer for _, answer in rows], dtype=np.int8).reshape(-1, 2)
    return Labelled(
        text=[text for text, _ in rows],
        abusive=answers[:, 0],
        hateful=answers[:, 1],
        source=["forum"] * len(rows),
        split=list(splits or [None] * len(rows)),
        id=[str(row) for row in range(len(rows))],
        weight=np.ones(len(rows)),
        target=[None] * len(rows),
        attributes={},
        place=[Place("t.csv", row + 2) for row in range(len(rows))],
    )


def answered_texts(result: DeduplicatedRows) -> list[Row]:
    """Return the remaining rows in the form that they were given."""
    return [(text, (int(abusive), int(hateful))) for text, abusive, hateful in zip(*_columns(result.rows), strict=True)]


def _columns(rows: Labelled) -> tuple[list[str], list[int], list[int]]:
    return rows.text, rows.abusive.tolist(), rows.hateful.tolist()


LONG = (
    "the committee met on tuesday and after a long talk about the budget of the town it was agreed that the bridge must wait until spring"
)


def test_the_key_keeps_letters_digits_and_emoji() -> None:
    """Case, blanks and punctuation make no difference between copies; an emoji does; what has nothing else is its own key."""
    assert canonical_key("You, IDIOT!!") == canonical_key("you idiot") == "youidiot"
    assert canonical_key("I like 🐷") != canonical_key("I like 👮")
    assert canonical_key("Straße") == canonical_key("STRASSE")
    assert canonical_key(" ?! ") == "?!"
    assert canonical_key("日本 語") == "日本語"


def test_copies_are_merged_and_the_first_is_kept() -> None:
    """Of equal copies the first one's text and id stay, and the rest is counted."""
    result = deduplicate(table([("Go away!", TOXIC), ("nice", FINE), ("go away", TOXIC)]))
    assert answered_texts(result) == [("Go away!", TOXIC), ("nice", FINE)]
    assert result.copies == 1
    assert result.contradictions == []


def test_copies_complete_each_other() -> None:
    """Unknown answers are filled from the copy that knows them."""
    result = deduplicate(table([("go away", ABUSIVE), ("Go away", NOT_HATEFUL)]))
    assert answered_texts(result) == [("go away", TOXIC)]
    assert result.contradictions == []


def test_contradictions_are_reported_and_the_majority_decides() -> None:
    """Two against one is decided, and the report names the question, the votes and the places, not the text."""
    result = deduplicate(table([("go away", TOXIC), ("Go away", FINE), ("go, away", TOXIC)]))
    assert answered_texts(result) == [("go away", TOXIC)]
    (contradiction,) = result.contradictions
    assert (contradiction.question, contradiction.yes, contradiction.no) == ("abusive", 2, 1)
    expected = "t.csv line 2, t.csv line 3, t.csv line 4: the same text, abusive: 2 say yes, 1 no; yes is kept"
    assert str(contradiction) == expected


def test_a_tie_makes_the_question_unknown() -> None:
    """One against one decides nothing on that question, but the row stays for what its copies agree on."""
    result = deduplicate(table([("go away", TOXIC), ("Go away", HATEFUL)]))
    assert answered_texts(result) == [("go away", ABUSIVE)]
    assert "neither is kept" in str(result.contradictions[0])


def test_a_row_whose_copies_agree_on_nothing_is_dropped_and_counted() -> None:
    """Nothing is left to learn from it."""
    result = deduplicate(table([("go away", FINE), ("Go away", HATEFUL), ("nice", FINE)]))
    assert answered_texts(result) == [("nice", FINE)]
    assert result.undecided == 1
    assert len(result.contradictions) == 2


def test_attributes_are_merged_like_the_two_questions() -> None:
    """Copies tell each other their attributes; contradictions in them are reported by name."""
    rows = replace(
        table([("go away", TOXIC)] * 3), attributes={"insult": np.array([-1, 1, 1], np.int8), "threat": np.array([0, 1, -1], np.int8)}
    )
    result = deduplicate(rows)
    assert {name: answers.tolist() for name, answers in result.rows.attributes.items()} == {"insult": [1], "threat": [-1]}
    assert [contradiction.question for contradiction in result.contradictions] == ["threat"]


def test_near_duplicates_that_say_the_same_are_dropped() -> None:
    """A small change in a long text that adds no answer goes; the counts add up."""
    rows = table([(LONG, FINE), (LONG.replace("tuesday", "monday"), FINE), (LONG + " again", NOT_HATEFUL), ("quite another text", FINE)])
    result = deduplicate(rows)
    assert result.rows.text == [LONG, "quite another text"]
    assert result.near == 2
    assert len(rows) == len(result.rows) + result.copies + result.near + result.undecided


def test_contrast_pairs_are_kept_in_one_cluster() -> None:
    """A small change that changes the answer is what teaches most: both stay, marked, and share a cluster."""
    result = deduplicate(table([(LONG, FINE), ("quite another text", FINE), (LONG.replace("tuesday", "monday"), TOXIC)]))
    assert len(result.rows) == 3
    assert result.clusters.tolist() == [0, 1, 0]
    assert result.contrasts.tolist() == [True, False, True]


def test_a_near_duplicate_that_knows_more_is_kept() -> None:
    """A row is dropped only if nothing that it answers is lost."""
    result = deduplicate(table([(LONG, NOT_HATEFUL), (LONG + " again", FINE)]))
    assert len(result.rows) == 2
    assert result.clusters.tolist() == [0, 0]
    assert not result.contrasts.any()


def test_emoji_tell_texts_apart() -> None:
    """Texts that differ in an emoji alone are not copies."""
    result = deduplicate(table([("they are 🐷", HATEFUL), ("they are 🌻", FINE)]))
    assert len(result.rows) == 2
    assert result.contradictions == []


def test_rows_of_different_splits_are_not_merged_but_share_a_cluster() -> None:
    """Texts that are in train and in dev are found, and left to the split to decide."""
    result = deduplicate(
        table([("go away now", TOXIC), ("Go away, now", TOXIC), (LONG, FINE), (LONG + " again", FINE)], ["train", "dev"] * 2)
    )
    assert len(result.rows) == 4
    assert result.clusters.tolist() == [0, 0, 1, 1]


def test_nothing_in_nothing_out() -> None:
    """An empty table has no duplicates."""
    result = deduplicate(table([]))
    assert len(result.rows) == 0
    assert len(result.clusters) == 0


def test_the_same_table_twice_gives_the_same_result() -> None:
    """No random number is drawn."""
    rng = random.Random(7)
    rows = table([(rng.choice([LONG, LONG + " or so", "go away"]) + rng.choice("abc"), rng.choice([FINE, TOXIC])) for _ in range(200)])
    one, other = deduplicate(rows), deduplicate(rows)
    assert answered_texts(one) == answered_texts(other)
    assert one.clusters.tolist() == other.clusters.tolist()


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.01])
def test_a_threshold_that_means_nothing_is_refused(threshold: float) -> None:
    """Zero would make everything a duplicate of everything."""
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        deduplicate(table([("a", FINE)]), threshold=threshold)


def test_spam_is_quickly_dropped() -> None:
    """Many variants of one text cost one comparison each: all but the first few are dropped."""
    rows = table([(LONG + f" {number}", TOXIC) for number in range(20_000)])
    result = deduplicate(rows)
    assert len(result.rows) == 1
    assert result.near == 19_999


def test_copies_that_were_read_again_outdo_the_others() -> None:
    """One copy that was read again decides, however many copies contradict it; the row that is left counts as read again."""
    of = replace(table([("same", TOXIC), ("same", TOXIC), ("same", FINE), ("other", TOXIC)]), reread=np.array([False, False, True, False]))
    kept = deduplicate(of).rows
    assert kept.abusive.tolist() == [0, 1]
    assert kept.reread.tolist() == [True, False]


def test_the_variants_of_a_raid_are_one_group() -> None:
    """Case, punctuation, mentions, links, numbers and an added word make no other group; other comments are in groups of their own."""
    text = "throw all of them out of our beautiful country before it is too late"
    raid = [text, text.upper() + "!!!", f"@someone {text} 1488", f"{text} https://example.org/a?b=c", f"{text} folks", f"#17 {text}"]
    others = ["what a lovely picture of your garden", "throw them out", "@someone", "12"]
    groups = number_near_groups([*raid, *others]).tolist()
    assert groups == [0] * len(raid) + [1, 2, 3, 4]
    assert number_near_groups([]).tolist() == []

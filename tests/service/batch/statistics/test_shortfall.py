"""A run that judged nothing, or lost most rows, has not ended well; the words say what to do."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from service.batch.file_access import STDIN, display_name
from service.batch.rows import Columns
from service.batch.statistics.counts import RunCounts
from service.batch.statistics.shortfall import describe_shortfall
from service.batch.statistics.summary import InputFile, RunSummary


def summarize_run(judged: int, *lost: str, left_out: int = 0, name: str = "a.jsonl", **reasons: int) -> RunSummary:
    """Return the summary of a run over one file; underscores in reasons stand for hyphens, and ``lost`` are reasons of one row each."""
    counted = Counter({reason.replace("_", "-"): count for reason, count in reasons.items()}) + Counter(lost)
    rows = judged + counted.total()
    counts = RunCounts(rows + left_out, rows, Counter({"since": left_out} if left_out else {}), counted)
    counts.labels = np.array([judged, 0, 0])
    return RunSummary([InputFile(name, Columns("text", None), rows, judged, counted)], counts, 1.0, "default", "m@1")


def shortfall(summary: RunSummary, *, max_rejected: float = 0.5, allow_empty: bool = False) -> str:
    """Return the lines about a run."""
    return "\n".join(describe_shortfall(summary, max_rejected=max_rejected, allow_empty=allow_empty))


@pytest.mark.parametrize(
    "summary",
    [
        summarize_run(1),
        summarize_run(5, not_json=5),
        summarize_run(1, deleted=50, removed=50, empty=50, not_a_comment=50, no_text=50),
        summarize_run(0, left_out=9),
    ],
    ids=["all judged", "half rejected", "most deleted", "all left out"],
)
def test_a_run_has_ended_well(summary: RunSummary) -> None:
    """Rows that hold no comment, or that nobody asked for, are no loss."""
    assert shortfall(summary) == ""


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        (summarize_run(0), "nothing was found to read"),
        (summarize_run(0, deleted=3), "3 deleted"),
        (summarize_run(0, text_not_a_string=4), "nothing was judged: 4 of 4 comments"),
        (summarize_run(5, not_utf_8=6), "6 of 11 comments"),
        (summarize_run(5, unreadable=6), "6 unreadable"),
        (summarize_run(0, no_text=4), "tipstaff score a.jsonl --text-column NAME"),
        (summarize_run(0, deleted=3, left_out=4), "--allow-empty"),
    ],
    ids=["nothing", "all deleted", "no strings", "most rejected", "our own fault", "no text", "some left out"],
)
def test_a_run_falls_short(summary: RunSummary, words: str) -> None:
    """It says how."""
    assert words in shortfall(summary)


@pytest.mark.parametrize("reason", ["not-json", "no-text"])
def test_a_file_that_is_lost_is_not_outweighed_by_others(reason: str) -> None:
    """A dump whose column has another name now is noticed, however much was judged of the files beside it."""
    whole = summarize_run(1000)
    lost = InputFile("b.jsonl", Columns("text", None), 3, 0, {reason: 3})
    both = replace(whole, files=[*whole.files, lost])
    assert "most of 1 of 2 files was lost" in shortfall(both)
    assert "b.jsonl" in shortfall(both)
    assert "a.jsonl" not in shortfall(both)
    without_words = InputFile("c.jsonl", Columns("text", None), 3, 0, {"deleted": 1, "empty": 2})
    assert shortfall(replace(whole, files=[*whole.files, without_words])) == ""


def test_the_limits_are_those_of_the_caller() -> None:
    """An empty file may be expected, and more or fewer rows may be lost; a loss is none of what ``--allow-empty`` allows."""
    assert shortfall(summarize_run(0, deleted=3), allow_empty=True) == ""
    assert "1 of 10" in shortfall(summarize_run(9, not_json=1), max_rejected=0.05)
    assert shortfall(summarize_run(1, not_json=9), max_rejected=0.9) == ""
    assert "9 of 9" in shortfall(summarize_run(0, not_json=9), allow_empty=True)
    assert shortfall(summarize_run(0, not_json=9), max_rejected=1.0) != ""


@pytest.mark.parametrize(
    ("reason", "command"),
    [
        ("not-utf-8", "tipstaff score a.jsonl --encoding windows-1252"),
        ("text-not-a-string", "tipstaff score a.jsonl --text-column NAME"),
        ("open-quote", "tipstaff score a.jsonl --quoting none"),
        ("not-json", "tipstaff score a.jsonl --lines"),
        ("too-long", "tipstaff score a.jsonl --dry-run"),
        ("truncated", "get the file anew"),
    ],
)
def test_each_loss_has_a_way_out(reason: str, command: str) -> None:
    """It is a command that can be given as it stands, save for what nobody else can know."""
    assert command in shortfall(summarize_run(0, reason))


def test_names_of_files_are_quoted_for_the_shell() -> None:
    """Whoever copies the command names the same file; standard input is called as the command calls it."""
    assert "tipstaff score 'a b;c.csv' --dry-run" in shortfall(summarize_run(0, name="a b;c.csv", not_json=1))
    assert "tipstaff score - --dry-run" in shortfall(summarize_run(0, name=display_name(STDIN), not_json=1))

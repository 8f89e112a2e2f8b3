"""Patterns are found as if each were looked for by itself, and none is lost for want of memory."""

import random
import time
from collections.abc import Sequence

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from model.errors import InputError
from service.judging.lists.pattern_list import MAX_PATTERNS, PatternList

SOURCES = ["a+b", "^a", "b$", r"\bc\b", "(?i)AB", "(?P<x>a)c", "(?P<x>b)c", r"\Qa.", r"\Qc\E.", "", "a|", "[^a]{2,4}c", r"\pL\d", "é"]


def find_naively(patterns: Sequence[str], text: str) -> int | None:
    """Return the number of the first pattern that matches by itself."""
    options = re2.Options()
    options.case_sensitive = False
    return next((at for at, pattern in enumerate(patterns) if re2.search(pattern, text, options=options)), None)


@given(st.lists(st.sampled_from(SOURCES), max_size=5), st.text("aAbc.1é\n ", max_size=10))
def test_patterns_are_found_as_one_by_one(patterns: list[str], text: str) -> None:
    """The first pattern of a list that matches is found, whatever patterns are beside it."""
    assert PatternList(patterns).find(text.encode()) == find_naively(patterns, text)


@pytest.mark.parametrize(
    ("patterns", "reason"),
    [
        ([".*a.{900}q"] * 100, r"patterns\[0\] is too large.*repeat less"),
        (["x", "((a|b){30}){30}.{300}q"], r"patterns\[1\] is too large"),
        ([r"\pL{50}"], r"patterns\[0\] is too large"),
        (["((((a{100}){100}){100}))"], r"patterns\[0\]"),
        (["(" * 250 + "a" + ")?" * 250], r"patterns\[0\]"),
        ([".*a.{200}q"] * 100, r"patterns\[18\] makes the list too large"),
        (["a"] * (MAX_PATTERNS + 1), "more than 1000 entries"),
        (["\ud800"], r"patterns\[0\]"),
    ],
)
def test_what_would_take_long_is_refused(patterns: list[str], reason: str) -> None:
    """A pattern that becomes a large program is refused by its number, as are many that become one together."""
    with pytest.raises(InputError, match=reason):
        PatternList(patterns)


@pytest.mark.parametrize("pattern", ["word{}", "word{}.*word", r"https?://\S*\.word{}\b", r"\bk+i+l+l+ \S+ word{}"])
def test_long_lists_of_ordinary_patterns_are_taken(pattern: str) -> None:
    """Many hundred patterns as sites write them fit into a list."""
    patterns = [pattern.format(number) for number in range(600)]

    assert PatternList(patterns).find(b"nothing to see") is None


@pytest.mark.parametrize(
    "patterns",
    [
        [f".*a.{{{300 - number}}}q" for number in range(10)],
        [f"[ab]*a[ab]{{{290 - number}}}q" for number in range(100)],
    ],
    ids=["any letter", "two letters"],
)
def test_no_match_is_lost_when_memory_runs_out(patterns: list[str]) -> None:
    """A pattern is found behind a text on which every table of states overflows."""
    noise = "".join(random.Random(1).choices("ab", k=2_000))
    text = noise + "a" + "b" * (300 - len(patterns) + 1 if patterns[0].startswith(".") else 290 - len(patterns) + 1) + "q"

    assert PatternList(patterns).find(text.encode()) is not None
    assert PatternList(patterns).find(noise.encode()) is None


def test_time_grows_with_the_text_alone() -> None:
    """On the worst text, twice the text takes about twice the time, not twice the square of it."""
    patterns = PatternList([f"[ab]*a[ab]{{{100 + number}}}q" for number in range(100)])
    noise = "".join(random.Random(1).choices("ab", k=4_000)).encode()
    durations: dict[int, list[float]] = {1_000: [], 4_000: []}
    for _ in range(3):
        for size, seconds in durations.items():
            began = time.thread_time()
            assert patterns.find(noise[:size]) is None
            seconds.append(time.thread_time() - began)

    assert min(durations[4_000]) < 10 * min(durations[1_000])

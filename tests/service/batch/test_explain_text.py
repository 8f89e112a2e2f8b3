"""The explanation of one text shows which words moved its scores, and nothing in the text can steer the terminal."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from model.explain import Span
from service.batch.explain_text import ExplainedText, draw_unprintable


def explain(text: str, *spans: Span, reason: str | None = None) -> ExplainedText:
    return ExplainedText(
        text=text,
        label=None if reason else "toxic",
        verdict=None if reason else "review",
        scores={} if reason else {"fine": 0.1, "toxic": 0.8, "hateful": 0.1},
        attributes={} if reason else {"insult": 0.9},
        spans=spans,
        reason=reason,
        policy="default",
        version="m@1",
    )


def render(explained: ExplainedText, **options: object) -> str:
    file = io.StringIO()
    Console(file=file, width=100, highlight=False, _environ={}, **options).print(explained.as_rich())  # type: ignore[arg-type]
    return file.getvalue()


def test_a_human_sees_label_scores_verdict_and_text() -> None:
    """Everything that was decided is printed, and the words that moved the scores most come first."""
    output = render(explain("you idiot, hello", Span(0, 3, 0.5, 0.1), Span(4, 9, 4.25, 0.5), Span(11, 16, -0.5, -1.0)))
    for words in ("toxic, review", "fine 0.100  toxic 0.800  hateful 0.100  insult 0.900", "m@1", "default", "  you idiot, hello"):
        assert words in output
    assert [line.split()[1] for line in output.splitlines() if "“" in line] == ["+4.25", "-0.50", "+0.50"]


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"language": "de"}, "toxic, review, in German\n"),
        ({"language": "hi-Latn"}, "toxic, review, in Hindi in Latin letters\n"),
        ({"language": "sw", "foreign": True}, "toxic, review, in Swahili, which is not read\n"),
        ({"unsure": True}, "toxic, review, in a language that cannot be told\n"),
        ({}, "toxic, review\n"),
    ],
)
def test_language_is_named_in_words(known: dict[str, Any], words: str) -> None:
    """The language of the text is named beside the verdict, in words, and whether it is read; nothing is said where it is not certain."""
    assert render(replace(explain("you idiot"), **known)).startswith(words)


def test_nothing_is_said_of_what_cannot_be_told() -> None:
    """Where hateful texts cannot be told there is no such number, neither among the scores nor beside the words."""
    explained = replace(explain("du idiot", Span(3, 8, 4.25, 0.5)), scores={"fine": 0.1, "toxic": 0.9})

    assert "hateful" not in render(explained)
    assert "hateful" not in explained.as_json()


def test_words_are_coloured_by_their_effect() -> None:
    """The word that raises scores most is the brightest, one that lowers them is green, one without effect is plain."""
    output = render(
        explain("you idiot, hello", Span(4, 9, 4.25, 0.5), Span(11, 16, -3.0, 0.0)), force_terminal=True, color_system="standard"
    )
    assert "you \x1b[1;37;41midiot\x1b[0m, \x1b[32mhello\x1b[0m" in output


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR=1 takes every colour away."""
    monkeypatch.setenv("NO_COLOR", "1")
    file = io.StringIO()
    Console(file=file, force_terminal=True, width=100).print(explain("you idiot", Span(4, 9, 4.25, 0.5)).as_rich())
    assert "\x1b[3" not in file.getvalue()
    assert ";3" not in file.getvalue()


@given(st.text(), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.floats(-9, 9), st.floats(-9, 9)), max_size=5))
def test_no_text_steers_the_terminal(text: str, spans: list[tuple[int, int, float, float]]) -> None:
    """Whatever the text and its spans, the output holds printable characters, line ends and joiners only."""
    output = render(explain(text, *(Span(min(bounds), max(bounds), abusive, hateful) for *bounds, abusive, hateful in spans)))
    assert all(char.isprintable() or char in "\n\u200c\u200d" for char in output)


def test_markup_of_rich_is_printed_as_it_is() -> None:
    """Square brackets are text."""
    assert "[red]hi[/red] [link=x]" in render(explain("[red]hi[/red] [link=x]"))


@pytest.mark.parametrize(
    ("hostile", "expected"),
    [
        ("\x1b[2J", "␛[2J"),
        ("a\tb\rc\x00", "a b␍c␀"),
        ("\x9b31m\x7f", "\ufffd31m␡"),
        ("\u202egnol", "\ufffdgnol"),
        ("a\u2028b\u3000", "a b\u3000"),
    ],
)
def test_control_characters_become_pictures(hostile: str, expected: str) -> None:
    """Escapes, carriage returns, C1 controls and bidirectional overrides are seen, not obeyed."""
    assert draw_unprintable(hostile) == expected.replace("\u3000", " ")


def test_letters_of_all_scripts_stay() -> None:
    """Printable characters stay, and so do the joiners that scripts and emoji need."""
    text = "naïve 你好 سلام می\u200cخواهم 👩\u200d👩\u200d👧 ß"
    assert draw_unprintable(text) == text


def test_a_program_gets_json() -> None:
    """The decision in the words of the service's answer, in one line."""
    output = explain("you idiot\x1b", Span(4, 9, 4.25, 0.5)).as_json()
    assert output.isprintable()
    assert json.loads(output) == {
        "model": "m@1",
        "policy": "default",
        "label": "toxic",
        "scores": {"fine": 0.1, "toxic": 0.8, "hateful": 0.1},
        "verdict": "review",
        "attributes": {"insult": 0.9},
        "spans": [{"begin": 4, "end": 9, "abusive": 4.25, "hateful": 0.5}],
    }


def test_a_text_that_is_not_judged_has_a_reason() -> None:
    """Neither a label nor a score is made up."""
    assert "not judged: empty" in render(explain(" ", reason="empty"))
    output = json.loads(explain(" ", reason="empty").as_json())
    assert (output["label"], output["scores"], output["verdict"], output["reason"]) == (None, None, None, "empty")

"""Every step of a call is made to fail, for one comment or for all, and abuse is sent through every door: none passes, none is a 500."""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import numpy as np
import pytest

import model.encoder.session
import model.language.glance
import model.language.identifier
import model.moderator
import model.ngrams.reader
import model.text.pipeline
import service.http.calls
import service.http.dialects.akismet.comment_calls
import service.http.dialects.coral
import service.http.dialects.detoxify
import service.http.dialects.discourse.webhook
import service.http.dialects.long_comments
import service.http.dialects.openai
import service.http.dialects.perspective.analyze
import service.http.dialects.synapse
import service.http.dialects.verdicts
import service.http.routes.moderate
import service.judging.community
import service.judging.contained_steps
import service.judging.judge
from model.classifier import Classifier
from model.decisions import Decisions
from model.encoder.combined import CombinedReader
from model.encoder.session import EncoderReader
from model.failures import Step
from model.language.identifier import Identifier
from model.moderator import Moderator
from model.text.text_form import TextForm
from service.http.observability.metrics import Metrics
from service.http.routes.moderate_messages import CommentRequest
from service.http.workload.jobs import JudgingJobs
from service.judging.community import Community
from service.judging.judge import Judge, Judgements
from service.judging.lists.word_lists import WordLists
from tests.service.http.doors import DOORS, INNOCENT, failures_counted, moderate

POISON = "qzxvwk"
TOXIC = f"You are a pathetic worthless idiot, shut up {POISON}"
LISTED = f"The best casino in town {POISON}"
DOUBTFUL = "Shut up, you pathetic idiot."


class Target(NamedTuple):
    """A function that is made to fail, and what is counted when it does; several functions may have to fail for that."""

    name: str
    places: tuple[tuple[Any, str], ...]
    steps: tuple[Step, ...]


def at(name: str, place: Any, attribute: str, *steps: Step, more: tuple[tuple[Any, str], ...] = ()) -> Target:
    """Return a target that is an attribute of a class or of a module."""
    return Target(name, ((place, attribute), *more), steps)


TARGETS = [
    at("mark-up", model.text.pipeline, "_READERS", Step.MARKUP),
    at("folding", model.text.pipeline, "fold_characters", Step.MARKUP),
    at("preparing", TextForm, "prepare", Step.NGRAMS),
    at("preparing in every way", TextForm, "prepare", Step.MARKUP, more=((TextForm, "prepare_text"),)),
    at("n-grams", Classifier, "raw_scores", Step.NGRAMS),
    at("n-gram kernel", model.ngrams.reader, "score_slice", Step.NGRAMS),
    at("encoder", EncoderReader, "read", Step.ENCODER),
    at("encoder's tokens", EncoderReader, "windows", Step.ENCODER),
    at("encoder's numbers", CombinedReader, "rescore", Step.ENCODER),
    at("explanation", model.moderator, "explain_scores", Step.EXPLANATION),
    at("first pass", Moderator, "first_pass", Step.JUDGEMENT),
    at("model", Moderator, "decide", Step.JUDGEMENT),
    at("languages", Identifier, "identify", Step.LANGUAGE),
    at("visible text", model.language.identifier, "visible_text", Step.LANGUAGE),
    at("language kernel", model.language.glance, "collect_evidence", Step.LANGUAGE),
    at("lists", Community, "match_lists", Step.LISTS),
    at("lists in every way", Community, "match_text", Step.LISTS),
    at("words", WordLists, "match", Step.LISTS),
    at("lists' text", service.judging.community, "text_to_match", Step.LISTS),
    at("foreign comments", Judge, "_complete", Step.JUDGEMENT),
    at("judge", Judge, "judge", Step.CALL),
    at("judgements", Judgements, "rows", Step.CALL),
    at("decisions", Decisions, "rows", Step.CALL),
    at("counting", Metrics, "count_judgements"),
    at("writing our answer", service.http.routes.moderate, "build_entries", Step.CALL),
    at("splitting", service.http.dialects.long_comments, "split_text", Step.CALL),
    at("the verdicts of dialects", service.http.dialects.verdicts, "judge_comments", Step.CALL),
    at("the threads", JudgingJobs, "run", Step.CALL, more=((service.http.routes.moderate, "dispatch"), (service.http.calls, "dispatch"))),
    at(
        "writing the answers of dialects",
        service.http.dialects.coral,
        "_build_answer",
        more=(
            (service.http.dialects.openai, "comment_verdicts"),
            (service.http.dialects.detoxify, "_build_numbers"),
            (service.http.dialects.synapse, "_reason"),
            (service.http.dialects.akismet.comment_calls, "_is_blatant"),
            (service.http.dialects.perspective.analyze, "_build_scores"),
        ),
    ),
    at("choosing the judge", service.http.calls, "build_judge", more=((service.http.routes.moderate, "build_judge"),)),
    at("sentences", service.http.dialects.perspective.analyze, "split_sentences", Step.MARKUP),
    at("severity", service.http.dialects.long_comments, "_severity"),
]


def holds(value: Any, word: str) -> bool:
    """Return whether an argument of a step holds a word, as text or as bytes of a kernel."""
    if isinstance(value, str):
        return word in value
    if isinstance(value, bytes):
        return word.encode() in value
    if isinstance(value, np.ndarray):
        return value.dtype == np.uint8 and word.encode() in value.tobytes()
    if isinstance(value, CommentRequest):
        return word in value.text
    if isinstance(value, tuple | list):
        return any(holds(entry, word) for entry in value)
    return False


def make_fail(monkeypatch: pytest.MonkeyPatch, target: Target, word: str | None) -> None:
    """Make a step raise: for what holds the word, or always if that is None; the message holds the text, which must not be seen."""

    def failing(original: Callable[..., Any]) -> Callable[..., Any]:
        def fail(*arguments: Any, **named: Any) -> Any:
            # What is decided has no text by which to know it.
            is_decided = len(arguments) == 1 and isinstance(arguments[0], Judgements | Decisions)
            if word is None or is_decided or holds((*arguments, *named.values()), word):
                raise RuntimeError(TOXIC)
            return original(*arguments, **named)

        return fail

    for place, attribute in target.places:
        original = getattr(place, attribute)
        if isinstance(original, dict):
            monkeypatch.setattr(place, attribute, {text_format: failing(reader) for text_format, reader in original.items()})
        else:
            monkeypatch.setattr(place, attribute, failing(original))


def test_abuse_is_seen_through_every_door(site: httpx.Client) -> None:
    """Without a failure, what the other tests send is abuse to every protocol, or no abuse to any, and no failure is counted."""
    before = failures_counted(site)
    assert [door.__name__ for door in DOORS if door(site, TOXIC) or door(site, LISTED) or not door(site, INNOCENT)] == []
    assert failures_counted(site) == before


@pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
def test_what_fails_for_one_comment_hides_nothing(
    site: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, target: Target
) -> None:
    """A step that fails for one comment lets no abuse pass any door, changes no other comment's answer, and is counted, not quoted."""
    others = [INNOCENT, DOUBTFUL, INNOCENT]
    usual = moderate(site, others, explain=True)
    before = failures_counted(site)
    make_fail(monkeypatch, target, POISON)
    passed = {door.__name__: text for door in DOORS for text in (TOXIC, LISTED) if door(site, text)}
    among_poison = moderate(site, [*others, TOXIC], explain=True)
    monkeypatch.undo()
    counted = failures_counted(site)
    assert passed == {}
    if Step.CALL not in target.steps:
        assert among_poison[:3] == usual
    assert among_poison[3]["verdict"] != "approve"
    assert [step for step in target.steps if counted.get(step, 0) <= before.get(step, 0)] == []
    assert POISON not in caplog.text


@pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
def test_what_fails_for_all_comments_hides_nothing(
    site: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, target: Target
) -> None:
    """A step that fails always lets no abuse pass any door; sites that fail open when overloaded do not when a step fails."""
    caplog.set_level(logging.DEBUG, "tipstaff")
    make_fail(monkeypatch, target, None)
    passed = {door.__name__: text for door in DOORS for text in (TOXIC, LISTED) if door(site, text)}
    monkeypatch.undo()
    assert passed == {}
    assert "pathetic" not in caplog.text

"""The messages of a call and of its answer."""

import json
import math

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from model.comment import LABELS, VERDICTS, Format
from service.http.bodies.json_body import parse_json
from service.http.routes.moderate_messages import (
    CommentErrorType,
    ModerateAnswer,
    ModerateRequest,
    build_request_type,
    render_answer,
    round_scores,
)

REQUEST_TYPE = build_request_type(3)
PROBABILITIES = st.floats(0, 1, allow_subnormal=True)


@st.composite
def scores(draw: st.DrawFn) -> tuple[float, float, float]:
    """Three probabilities that sum to 1."""
    hateful, abusive = draw(PROBABILITIES), draw(PROBABILITIES)
    toxic = (1 - hateful) * abusive
    return max(0.0, 1 - hateful - toxic), toxic, hateful


@st.composite
def answers(draw: st.DrawFn) -> ModerateAnswer:
    """Any answer that the service can give."""
    text = st.text()
    names = st.one_of(text, st.integers(-(2**63), 2**63 - 1))
    numbers = st.floats(allow_nan=False, allow_infinity=False).map(lambda value: round(value, 6))
    rounded = scores().map(lambda each: round_scores(*each))
    span = st.fixed_dictionaries({"begin": st.integers(0), "end": st.integers(0), "abusive": numbers, "hateful": numbers})
    judged_comments = st.fixed_dictionaries(
        {"id": names, "label": st.sampled_from([*map(str, LABELS)]), "scores": rounded, "verdict": st.sampled_from([*map(str, VERDICTS)])},
        optional={"attributes": st.dictionaries(text, numbers, max_size=2), "spans": st.lists(span, max_size=2)},
    )
    reasons = st.sampled_from([*map(str, CommentErrorType)])
    unjudged_comments = st.fixed_dictionaries({"id": names, "error": st.fixed_dictionaries({"type": reasons, "detail": text})})
    decisions = draw(st.lists(st.one_of(judged_comments, unjudged_comments), max_size=3))
    return ModerateAnswer(model=draw(text), policy=draw(text), decisions=decisions)  # type: ignore[typeddict-item]


@given(answers())
def test_render_writes_what_any_json_reader_reads(answer: ModerateAnswer) -> None:
    """The bytes of an answer are UTF-8 JSON that reads back as the very same answer, and fit the documented type."""
    written = render_answer(answer)

    assert json.loads(written.decode()) == answer
    assert TypeAdapter(ModerateAnswer).validate_json(written) == answer


@given(scores())
def test_rounded_scores_still_sum_to_one(exact: tuple[float, float, float]) -> None:
    """Rounding to six digits moves no score by more than 2e-6, leaves all in [0, 1] and their sum at 1."""
    rounded = round_scores(*exact)

    values = [rounded["fine"], rounded["toxic"], rounded["hateful"]]
    assert math.isclose(sum(values), 1, abs_tol=1e-12)
    assert all(0 <= value <= 1 and value == round(value, 6) for value in values)
    assert all(abs(value - score) <= 2e-6 for value, score in zip(values, exact, strict=True))


@given(PROBABILITIES)
def test_what_is_not_told_is_missing(fine: float) -> None:
    """Where hateful is not told, there is no such score, nor a zero in its place, and the other two sum to 1."""
    rounded = round_scores(fine, 1 - fine, math.nan)

    assert set(rounded) == {"fine", "toxic"}
    assert math.isclose(rounded["fine"] + rounded["toxic"], 1, abs_tol=1e-12)
    assert abs(rounded["fine"] - fine) <= 1e-6


def test_optional_fields_may_be_null_or_absent() -> None:
    """Every optional field arrives, and null counts as absent."""
    full = {"id": 1, "text": "a", "format": "html", "language": "en", "author": "b", "parent": 7}
    empty = {"id": 1, "text": "a", "format": None, "language": None, "author": None, "parent": None}

    message = parse_json(json.dumps({"comments": [full, empty], "policy": None, "explain": None}).encode(), REQUEST_TYPE)

    first, second = (comment.to_comment() for comment in message.comments)
    assert (first.id, first.format, first.language, first.author, first.parent) == ("1", Format.HTML, "en", "b", "7")
    assert (second.format, second.language, second.author, second.parent) == (Format.PLAIN, None, None, None)


def test_limit_is_part_of_the_type() -> None:
    """The documented type says how many comments a call may hold."""
    assert REQUEST_TYPE.model_json_schema()["properties"]["comments"]["maxItems"] == 3
    assert issubclass(REQUEST_TYPE, ModerateRequest)

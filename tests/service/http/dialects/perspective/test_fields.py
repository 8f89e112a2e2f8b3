"""The parameter ``fields`` selects a part of an answer."""

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from service.http.dialects.perspective.fields import apply_mask, parse_mask
from tests.service.http.dialects.perspective.calls import ANALYZE, analyze_body


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ("languages", {"languages"}),
        ("languages,detectedLanguages", {"languages", "detectedLanguages"}),
        ("attributeScores/TOXICITY/summaryScore,languages", {"attributeScores", "languages"}),
        ("attributeScores(TOXICITY(summaryScore))", {"attributeScores"}),
        ("attributeScores/*/summaryScore/value", {"attributeScores"}),
        ("*", {"attributeScores", "languages", "detectedLanguages"}),
    ],
)
def test_part_of_an_answer_can_be_asked_for(client: httpx.Client, mask: str, expected: set[str]) -> None:
    """The answer has only the fields that the parameter `fields` names."""
    answer = client.post(ANALYZE, json=analyze_body(), params={"fields": mask}).json()

    assert set(answer) == expected
    if "TOXICITY" in mask:
        assert set(answer["attributeScores"]["TOXICITY"]) == {"summaryScore"}


@pytest.mark.parametrize("mask", ["a,", "(a)", "a(b", "a)", "a//b", "a b", "a" * 3000, "a/" * 50 + "a"])
def test_text_that_is_no_mask_is_refused(client: httpx.Client, mask: str) -> None:
    """A `fields` that cannot be understood is the caller's mistake."""
    answer = client.post(ANALYZE, json=analyze_body(), params={"fields": mask})

    assert (answer.status_code, "field selection" in answer.json()["error"]["message"]) == (400, True)


@given(st.text("ab*/(),", max_size=30))
@hypotheses(max_examples=100)
def test_no_mask_causes_a_fault(client: httpx.Client, mask: str) -> None:
    """Whatever mask is sent, it is understood or refused."""
    assert client.post(ANALYZE, json=analyze_body(), params={"fields": mask}).status_code in {200, 400}


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ("a", {"a": {"b": 1, "c": [{"d": 2, "e": 3}]}}),
        ("a/b", {"a": {"b": 1}}),
        ("a/c/d", {"a": {"c": [{"d": 2}]}}),
        ("a(b,c/e)", {"a": {"b": 1, "c": [{"e": 3}]}}),
        ("*/b,f", {"a": {"b": 1}, "f": 4}),
        ("a,a/b", {"a": {"b": 1, "c": [{"d": 2, "e": 3}]}}),
        ("a/b,a", {"a": {"b": 1, "c": [{"d": 2, "e": 3}]}}),
        ("a/b,a(c)", {"a": {"b": 1, "c": [{"d": 2, "e": 3}]}}),
        ("z", {}),
    ],
)
def test_mask_selects_fields(mask: str, expected: object) -> None:
    """A mask selects the fields that it names, in all items of an array; a field that is selected as a whole stays whole."""
    content = {"a": {"b": 1, "c": [{"d": 2, "e": 3}]}, "f": 4}

    assert apply_mask(content, parse_mask(mask)) == expected

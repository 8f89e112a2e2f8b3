"""What strangers put behind abuse does not hide it, and what they put in the place of numbers and names is no fault of the service."""

import json
from collections.abc import Mapping

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from tests.service.http.dialects.discourse.forum import send_webhook
from tests.service.http.doors import DOORS, INNOCENT, failures_counted, moderate

ABUSE = "You are a pathetic worthless idiot, shut up "
DIGITS = "9" * 5000
TAILS = {
    "a decimal reference": f"&#{'9' * 4301};",
    "leading zeros": f"&#{'0' * 5000}65;",
    "a hexadecimal reference": f"&#x{'f' * 5000};",
    "no semicolon": f"&#{'9' * 4400}",
    "an escaped reference": f"&amp;#{'9' * 4400};",
    "a surrogate": "&#xD800;&#55296;",
    "other digits": f"&#{chr(0x663) * 4400};",
    "nested references": "&amp;" * 1500,
    "open references": "&#" * 2000,
    "open tags": "<" * 4000,
    "open brackets": "[" * 4000,
    "open emphasis": "**a " * 1000,
    "quotes": ">" * 4000,
    "backticks": "`" * 4000,
    "controls": "\x00\x1b\u202e\ufeff" * 500,
    "stacked marks": "a" + "\u0301" * 4000,
    "digits": DIGITS,
    "mathematical digits": "\U0001d7d7" * 1000,
    "fractions": "\u00bd\u2153\u00b2" * 1000,
    "numbers of programs": "1e999 NaN -Infinity 0x1p-1074 " * 50,
}
NUMBERS = [
    "1e999",
    "-1e999",
    DIGITS,
    f"-{DIGITS}",
    f"1.{DIGITS}",
    f"{DIGITS}e5",
    f"1e{DIGITS}",
    f'"{DIGITS}"',
    "NaN",
    "9223372036854775808",
]
BODIES: Mapping[str, list[str]] = {
    "/v1/moderate": [
        '{"comments":[{"id":NUMBER,"text":"x"}]}',
        '{"comments":[{"id":"1","text":"x","parent":NUMBER}],"explain":NUMBER}',
        '{"comments":NUMBER,"policy":NUMBER}',
    ],
    "/v1alpha1/comments:analyze": [
        '{"comment":{"text":"x"},"requestedAttributes":{"TOXICITY":{"scoreThreshold":NUMBER}}}',
        '{"comment":{"text":NUMBER},"requestedAttributes":{"TOXICITY":{}},"languages":[NUMBER]}',
    ],
    "/v1alpha1/comments:suggestscore": [
        '{"comment":{"text":"x"},"attributeScores":{"TOXICITY":{"summaryScore":{"value":NUMBER}}}}',
        '{"comment":{"text":"x"},"attributeScores":{"TOXICITY":{"spanScores":[{"begin":NUMBER,"end":NUMBER,"score":{"value":1}}]}}}',
        '{"comment":{"text":"x"},"context":{"entries":[{"text":"{\\"Coral_comment_id\\": NUMBER}"}]},"attributeScores":{"TOXICITY":{}}}',
    ],
    "/v1/moderations": ['{"input":NUMBER}', '{"input":["x",NUMBER]}', '{"input":[{"type":NUMBER,"text":"x"}],"more":NUMBER}'],
    "/coral/moderate": ['{"comment":{"body":NUMBER}}', '{"comment":{"body":"x","parentID":NUMBER},"tenantID":NUMBER}', "NUMBER"],
    "/api/v1/classify": ['{"content":NUMBER}', '{"content":"x","more":NUMBER}'],
    "/synapse/check_event_for_spam": ['{"event":NUMBER}', '{"event":{"type":"m.room.message","content":{"body":"x","more":NUMBER}}}'],
}
POSTS = [
    '{"post":{"id":NUMBER,"cooked":"x"}}',
    '{"post":{"id":1,"cooked":"x","version":NUMBER}}',
    '{"post":{"id":1,"cooked":"x","user_id":NUMBER,"post_number":NUMBER}}',
]
HEADERS = [
    *(("X-Request-Timeout", value) for value in (DIGITS, "1e999", "1" + "0" * 4400 + "s", "\u0663s", "\u00b2", "nan", "1_0", "", "ms")),
    *(("X-Request-ID", value) for value in (DIGITS, "\u00e9")),
    *(("Authorization", value) for value in (f"Bearer {DIGITS}", "Bearer", "Basic x")),
    ("Content-Type", f"application/json; charset={DIGITS}"),
    ("X-Forwarded-For", f"[::{DIGITS}"),
]
QUERIES = [f"key={DIGITS}", f"format={DIGITS}", "fields=" + "a(" * 500, "fields=%ff%fe", f"alt={DIGITS}", "&" * 4000, "key=%00"]
FORMS: list[dict[str, str | bytes]] = [
    {"blog_charset": DIGITS},
    {"comment_date_gmt": DIGITS, "is_test": DIGITS},
    {"comment_content": b"\xff\x81" * 99, "blog_charset": "big5"},
    {"comment_content": b"\x80", "blog_charset": "iso-8859-12"},
]

SHARED = hypotheses(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
def test_no_tail_hides_abuse(fast_site: httpx.Client, tail: str) -> None:
    """Abuse with something behind it that is hard to read passes no door, and no step fails over it."""
    before = failures_counted(fast_site)
    assert [door.__name__ for door in DOORS if door(fast_site, ABUSE + tail)] == []
    assert failures_counted(fast_site) == before


MARKS = ["&#", "&#x", "&", ";", "amp;", "<b>", "</p", "<!--", "<pre>", "**", "__", "`", "[x](", "|", "\n> ", "- ", "0" * 5000, "9" * 4301]
TANGLES = st.lists(st.sampled_from(MARKS), max_size=12).map("".join)


@SHARED
@given(tangle=TANGLES, text_format=st.sampled_from(["plain", "html", "markdown"]))
def test_no_tangle_of_markup_is_a_failure(fast_site: httpx.Client, tangle: str, text_format: str) -> None:
    """Whatever references and mark-up are tangled up in a comment, no step fails, and its neighbours are answered as ever."""
    before = failures_counted(fast_site)
    (usual,) = moderate(fast_site, [INNOCENT])
    comments = [{"id": 0, "text": INNOCENT}, {"id": 1, "text": ABUSE + tangle[:15_000], "format": text_format}]
    innocent, abuse = fast_site.post("/v1/moderate", json={"comments": comments}).json()["decisions"]
    assert innocent == usual
    assert "label" in abuse
    assert failures_counted(fast_site) == before


@pytest.mark.parametrize("path", BODIES)
def test_numbers_of_any_size_are_no_fault(fast_site: httpx.Client, path: str) -> None:
    """Numbers that no type holds, wherever a body has room for one, are refused or passed over."""
    for template in BODIES[path]:
        for number in NUMBERS:
            body = template.replace("NUMBER", number.replace('"', '\\"') if '\\"' in template else number)
            answer = fast_site.post(path, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code < 500, (template, number[:20], answer.text)


def test_numbers_of_any_size_in_a_webhook_are_no_fault(fast_site: httpx.Client) -> None:
    """The same holds for Discourse's webhooks, which are signed."""
    for template in POSTS:
        for number in NUMBERS:
            assert send_webhook(fast_site, template.replace("NUMBER", number).encode()).status_code < 500, (template, number[:20])


def test_headers_queries_and_forms_of_any_kind_are_no_fault(fast_site: httpx.Client) -> None:
    """Neither headers nor queries nor the fields of forms make the service fail, whatever numbers and encodings they name."""
    calls = {
        "/v1/moderate": {"comments": [{"id": 1, "text": INNOCENT}]},
        "/coral/moderate": {"comment": {"body": INNOCENT}},
        "/v1alpha1/comments:analyze": {"comment": {"text": INNOCENT}, "requestedAttributes": {"TOXICITY": {}}},
    }
    for path, call in calls.items():
        body = json.dumps(call).encode()
        for name, value in HEADERS:
            answer = fast_site.post(path, content=body, headers=[(b"Content-Type", b"application/json"), (name.encode(), value.encode())])
            assert answer.status_code < 500, (path, name, value[:20], answer.text)
        for query in QUERIES:
            answer = fast_site.post(f"{path}?{query}", content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code < 500, (path, query[:20], answer.text)
    for form in FORMS:
        for name in ("comment-check", "submit-spam", "verify-key"):
            answer = fast_site.post(f"/1.1/{name}", data={"api_key": "k", "blog": "b", "user_ip": "1", **form})
            assert answer.status_code < 500, (form, answer.text)

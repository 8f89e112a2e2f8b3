"""Recorded calls are found in whatever form a caller recorded them, without its keys; what cannot be read is named."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import DumpError
from service.migration.recorded.call_kinds import ANALYZE_CALL, MODERATIONS_CALL, SPAM_CHECK_CALL
from service.migration.recorded.recorded_calls import RecordedCall, body_text, comment_text, read_record
from service.migration.recorded.recorded_files import UnreadableCall, holds_calls, read_calls

KEY = "sesame0123456"
ANALYZE = {"comment": {"text": "Lovely."}, "requestedAttributes": {"TOXICITY": {}}}
SCORED = {"attributeScores": {"TOXICITY": {"summaryScore": {"value": 0.25}}}}
ADDRESS = f"https://commentanalyzer.googleapis.com/v1alpha1/comments:analyze?key={KEY}"
FORM = {"blog": "https://b.example", "user_ip": "192.0.2.1", "comment_content": "Lovely."}

RECORDS = {
    "bare body": ANALYZE,
    "request and response": {"request": ANALYZE, "response": SCORED},
    "texts in JSON": {"url": ADDRESS, "body": json.dumps(ANALYZE), "status": 200, "responseBody": json.dumps(SCORED)},
    "a logger's object": {
        "level": 30,
        "req": {"method": "POST", "url": ADDRESS, "headers": {"authorization": KEY, "x-goog-api-key": KEY}, "body": ANALYZE},
        "res": {"statusCode": 200, "body": SCORED},
    },
    "nock": {
        "scope": "https://commentanalyzer.googleapis.com:443",
        "method": "POST",
        "path": f"/v1alpha1/comments:analyze?key={KEY}",
        "body": ANALYZE,
        "status": 200,
        "response": SCORED,
    },
    "VCR": {"request": {"method": "post", "uri": ADDRESS, "body": {"string": json.dumps(ANALYZE)}}, "response": {"body": SCORED}},
    "Python's own form": str({"url": ADDRESS, "request": ANALYZE, "response": SCORED, "ok": True, "error": None}),
    "body merged with the log's fields": {**ANALYZE, "id": 7, "timestamp": "2026-11-29", "response": SCORED},
}


def write_lines(path: Path, *records: object) -> Path:
    path.write_text("".join(f"{record if isinstance(record, str) else json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def only_call(path: Path, *, others: int = 0) -> RecordedCall:
    call, *rest = read_calls(path)
    assert len(rest) == others
    assert isinstance(call, RecordedCall)
    return call


@pytest.mark.parametrize("form", RECORDS)
def test_call_is_found_in_every_form(form: str, tmp_path: Path) -> None:
    """The same call is read from each form of record, with its answer where there is one, and without the key."""
    call = only_call(write_lines(tmp_path / "calls.jsonl", RECORDS[form]))

    assert (call.kind, call.body) == (ANALYZE_CALL, ANALYZE)
    assert call.response == (None if form == "bare body" else SCORED)
    assert KEY not in repr(call)


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"input": ["Lovely."], "model": "omni-moderation-latest"}, "moderations"),
        ({"url": "https://proxy.example/openai/v1/moderations", "body": {"input": "Lovely."}}, "moderations"),
        ({**FORM, "api_key": KEY}, "comment-check"),
        ({"url": f"https://{KEY}.rest.akismet.com/1.1/comment-check", "body": "blog=b&user_ip=1&comment_content=Lovely."}, "comment-check"),
        ({"url": "https://rest.akismet.com/1.1/submit-spam", "body": "blog=b&user_ip=1&comment_content=Lovely."}, "submit-spam"),
        ({"comment": {"text": "Lovely."}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}}, "comments:suggestscore"),
        ({"model": "unbiased", "content": "Lovely."}, "classify"),
        ({"comments": [{"id": "1", "text": "Lovely."}]}, "moderate"),
    ],
)
def test_services_are_told_apart(record: dict[str, Any], kind: str, tmp_path: Path) -> None:
    """A call's service is told by its path, or else by the shape of its body; its text is found, and no key is kept."""
    call = only_call(write_lines(tmp_path / "calls.jsonl", record))

    assert call.kind.name == kind
    assert list(comment_text(call)) == ["Lovely."]
    assert KEY not in repr(call)
    assert KEY.encode() not in body_text(call)


@pytest.mark.parametrize(
    "record",
    [
        {"input": "Lovely.", "model": "text-embedding-3-small"},
        {"url": "https://api.openai.com/v1/chat/completions", "body": {"messages": []}},
        {"method": "GET", "url": "https://forum.example/t/1"},
        {"text": "Lovely.", "TOXICITY": 0.25},
        "a line of prose",
    ],
)
def test_what_is_about_something_else_is_passed_over(record: object, tmp_path: Path) -> None:
    """A record of another service is no call, and no damage."""
    (other,) = read_calls(write_lines(tmp_path / "calls.jsonl", record, ""))

    assert isinstance(other, UnreadableCall)
    assert not other.is_damage


def test_logs_are_read_line_by_line(tmp_path: Path) -> None:
    """Access logs give address and status, other logs the JSON or the form in their lines; damaged lines are named by their numbers."""
    path = write_lines(
        tmp_path / "app.log",
        f'192.0.2.1 - - [29/Nov/2026:10:00:00 +0000] "POST /v1alpha1/comments%3Aanalyze?key={KEY}&alt=json HTTP/1.1" 200 512 "-"',
        f"2026-11-29 INFO perspective call {json.dumps(ANALYZE)} took 80 ms",
        f"comment_content=Lovely.&blog=https%3A%2F%2Fb.example&user_ip=192.0.2.1&api_key={KEY}",
        '192.0.2.1 - - [29/Nov/2026:10:00:00 +0000] "GET /index.html HTTP/1.1" 200 512 "-"',
        '{"comment": {"text": "Lov',
        "{worker 3} started",
    )

    access, logged, form, page, damaged, other = read_calls(path)

    assert isinstance(access, RecordedCall)
    assert (access.kind, access.status, access.body, access.query) == (ANALYZE_CALL, 200, None, "alt=json")
    assert isinstance(logged, RecordedCall)
    assert logged.body == ANALYZE
    assert isinstance(form, RecordedCall)
    assert (form.kind, form.body) == (SPAM_CHECK_CALL, FORM)
    assert isinstance(damaged, UnreadableCall)
    assert (damaged.number, damaged.is_damage, damaged.reason) == (5, True, "is not JSON, although it begins like it")
    assert all(isinstance(one, UnreadableCall) and not one.is_damage for one in (page, other))
    assert KEY not in repr([access, logged, form])


@pytest.mark.parametrize(
    "line",
    [
        '"POST /v1alpha1/comments:analyze HTTP/1.1" 200 "{}"'.format(json.dumps(ANALYZE).replace('"', r"\x22")),
        'level=info msg="perspective" body="{}" took=80ms'.format(json.dumps(ANALYZE).replace('"', r"\"")),
        f"INFO {{worker 3}} sends {ANALYZE} now",
        "{comment: {text: 'Lovely.'}, requestedAttributes: {TOXICITY: {}},}",
        f"curl -d '{json.dumps(ANALYZE)}' {ADDRESS}",
    ],
)
def test_bodies_in_lines_may_be_escaped(line: str, tmp_path: Path) -> None:
    """nginx, loggers and Python write a body into a line in their own ways; it is found in each."""
    call = only_call(write_lines(tmp_path / "app.log", line, "started"), others=1)

    assert (call.kind, call.body) == (ANALYZE_CALL, ANALYZE)
    assert KEY not in repr(call)


@pytest.mark.parametrize("record", [{"request_id": 7, "response": SCORED, "error": None}, SCORED])
def test_answers_alone_show_what_was_asked(record: dict[str, Any], tmp_path: Path) -> None:
    """A log of answers without their requests still shows that Perspective was asked, and for what."""
    call = only_call(write_lines(tmp_path / "answers.jsonl", record))

    assert (call.kind, call.body, call.response) == (ANALYZE_CALL, None, SCORED)


def test_an_address_tells_the_kind_of_any_body(tmp_path: Path) -> None:
    """Where the address tells what a call is, its body is taken as it is, even if it is none that such a call should have."""
    path = write_lines(
        tmp_path / "a.jsonl",
        {"url": ADDRESS, "body": {"text": "Lovely."}},
        {"url": "https://rest.akismet.com/1.1/verify-key", "method": "POST", "postData": {"text": f"key={KEY}&blog=b"}},
        {"url": ADDRESS, "method": "GET", "body": {"text": "Lovely."}},
    )

    analyze, verify, other = read_calls(path)

    assert isinstance(analyze, RecordedCall)
    assert (analyze.kind, analyze.body) == (ANALYZE_CALL, {"text": "Lovely."})
    assert isinstance(verify, RecordedCall)
    assert (verify.kind.name, verify.body) == ("verify-key", {"blog": "b"})
    assert isinstance(other, RecordedCall)
    assert other.body is None


def test_tables_are_read(tmp_path: Path) -> None:
    """In a table of calls the columns are the fields, with bodies and answers as texts."""
    with (tmp_path / "calls.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [("time", "url", "request_body", "status", "response"), ("12:00", ADDRESS, json.dumps(ANALYZE), 200, json.dumps(SCORED))]
        )

    call = only_call(tmp_path / "calls.csv")

    assert (call.number, call.body, call.status, call.response) == (2, ANALYZE, 200, SCORED)
    assert holds_calls(tmp_path / "calls.csv")


def test_pages_that_call_are_noted(tmp_path: Path) -> None:
    """The origin of the page that made a call is read from its headers, and nothing else of them."""
    headers = [{"name": "Origin", "value": "https://forum.example"}, {"name": "Authorization", "value": KEY}]
    call = only_call(
        write_lines(tmp_path / "a.jsonl", {"request": {"url": ADDRESS, "headers": headers, "postData": {"text": json.dumps(ANALYZE)}}})
    )

    assert call.origin == "https://forum.example"
    assert KEY not in repr(call)


def test_documents_are_read(tmp_path: Path) -> None:
    """A HAR file, a list, and an object that holds a list give a call for each entry, packed or not."""
    entries = [
        {
            "request": {
                "method": "POST",
                "url": "https://api.openai.com/v1/moderations",
                "headers": [{"name": "Authorization", "value": f"Bearer {KEY}"}],
                "postData": {"mimeType": "application/json", "text": json.dumps({"input": "Lovely."})},
            },
            "response": {"status": 200, "content": {"text": json.dumps({"results": [{"flagged": False}]})}},
        },
        {
            "request": {
                "method": "POST",
                "url": "https://rest.akismet.com/1.1/comment-check",
                "postData": {"params": [{"name": name, "value": value} for name, value in {**FORM, "key": KEY}.items()]},
            },
            "response": {"status": 200, "content": {"encoding": "base64", "text": "ZmFsc2U="}},
        },
    ]
    (tmp_path / "a.har").write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}, indent=1))
    (tmp_path / "b.json").write_text(json.dumps({"requests": [ANALYZE, ANALYZE]}, indent=1))
    (tmp_path / "d.json").write_text("\n".join(json.dumps(ANALYZE, indent=1) for _ in range(3)))
    (tmp_path / "c.json.gz").write_bytes(gzip.compress(json.dumps([ANALYZE]).encode()))

    asked, checked = read_calls(tmp_path / "a.har")

    assert isinstance(asked, RecordedCall)
    assert (asked.kind, asked.status, asked.response) == (MODERATIONS_CALL, 200, {"results": [{"flagged": False}]})
    assert isinstance(checked, RecordedCall)
    assert (checked.kind, checked.body, checked.response) == (SPAM_CHECK_CALL, FORM, "false")
    assert KEY not in repr([asked, checked])
    assert [call.number for call in read_calls(tmp_path / "b.json")] == [1, 2]
    assert [call.number for call in read_calls(tmp_path / "d.json")] == [1, 2, 3]
    assert only_call(tmp_path / "c.json.gz").body == ANALYZE


def test_damage_is_told_apart(tmp_path: Path) -> None:
    """Bytes that are no text, and a line without an end, are damage with a number; a packed file that breaks off ends the reading."""
    path = tmp_path / "calls.jsonl"
    path.write_bytes(b'{"comment": "\xff"}\n' + b'{"a": "' + b"x" * (9 << 20) + b'"}\n' + json.dumps(ANALYZE).encode())
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(json.dumps(ANALYZE).encode())[:-12])

    not_text, too_long, call = read_calls(path)

    assert isinstance(not_text, UnreadableCall)
    assert (not_text.number, not_text.reason) == (1, "is not UTF-8")
    assert isinstance(too_long, UnreadableCall)
    assert (too_long.number, too_long.is_damage) == (2, True)
    assert isinstance(call, RecordedCall)
    with pytest.raises(DumpError, match="cannot be read: it is damaged"):
        list(read_calls(tmp_path / "cut.jsonl.gz"))


@pytest.mark.parametrize("line", ["a=" * 1_000_000, "a=b&" * 500_000, "GET " * 500_000, "{'" * 300_000, '{"' * 300_000, '{"a":' * 100_000])
@pytest.mark.timeout(60)
def test_no_line_takes_for_ever(line: str, tmp_path: Path) -> None:
    """A line that nobody logged is read in time that is proportional to its length."""
    (one,) = read_calls(write_lines(tmp_path / "app.log", line))

    assert isinstance(one, UnreadableCall)


def test_logs_are_recognised(tmp_path: Path) -> None:
    """A file of calls is recognised by its first lines, whatever its name; source code and tables of scores are not."""
    assert holds_calls(write_lines(tmp_path / "calls", ANALYZE))
    assert holds_calls(write_lines(tmp_path / "access", '- "POST /v1alpha1/comments:analyze?key=k HTTP/1.1" 200', '- "GET / HTTP/1.1" 200'))
    assert holds_calls(write_lines(tmp_path / "list", "[", json.dumps(ANALYZE), "]"))
    assert not holds_calls(write_lines(tmp_path / "main.py", "import json", "print(json.dumps({}))"))
    assert not holds_calls(write_lines(tmp_path / "scores", {"text": "Lovely.", "TOXICITY": 0.25}))
    assert not holds_calls(tmp_path / "missing")


@given(
    st.recursive(
        st.none() | st.text() | st.integers() | st.sampled_from([ANALYZE, FORM]),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["request", "body", "response", "url", "status", "comment", "x"]), inner)
        ),
    )
)
def test_any_json_is_a_call_or_none(value: Any) -> None:
    """Whatever JSON a line holds, it is a call or none, and a call has a body that can be sent or none."""
    call = read_record(value, file="calls.jsonl", number=1)

    assert call is None or call.body is None or body_text(call)

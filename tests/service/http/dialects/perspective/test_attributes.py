"""What happens to attributes that Perspective had and the served model has not, by the setting of the site."""

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.moderator import Moderator
from service.http.dialects.perspective.attributes import NEAREST_HEADER, OMITTED_HEADER
from service.perspective.attribute_catalogue import KNOWN_ATTRIBUTES
from tests.service.http.dialects.perspective.calls import ANALYZE, SUGGEST, analyze, read_error, summary_score
from tests.service.http.sample_texts import FINE, HATEFUL, TOXIC

Serve = Callable[..., Any]
OSMOD = (
    *("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT", "SEXUALLY_EXPLICIT", "FLIRTATION"),
    *("ATTACK_ON_AUTHOR", "ATTACK_ON_COMMENTER", "INCOHERENT", "INFLAMMATORY", "LIKELY_TO_REJECT", "OBSCENE", "SPAM", "UNSUBSTANTIAL"),
)


def test_attributes_without_a_head_are_omitted(client: httpx.Client, moderator: Moderator) -> None:
    """By default what is not served is left out and named in a header; the rest is answered as if it had not been asked for."""
    answer, plain = analyze(client, TOXIC, "SPAM", "TOXICITY", "FLIRTATION_EXPERIMENTAL"), analyze(client, TOXIC)

    assert answer.json() == plain.json()
    assert answer.headers[OMITTED_HEADER] == "SPAM, FLIRTATION_EXPERIMENTAL"
    assert OMITTED_HEADER not in plain.headers
    assert NEAREST_HEADER not in answer.headers
    assert set(analyze(client, TOXIC, *OSMOD).json()["attributeScores"]) == {"TOXICITY", "IDENTITY_ATTACK"} | {
        name.upper() for name in moderator.attributes
    }


def test_neighbours_answer_if_the_site_wants_that(serve: Serve) -> None:
    """With ``nearest`` the score of the neighbour answers, named in a header, and what has no neighbour is omitted as ever."""
    with serve(perspective_unknown="nearest") as client:
        answer = analyze(client, HATEFUL, "TOXICITY", "INFLAMMATORY", "OBSCENE", "PROFANITY", "SCAPEGOATING", "IDENTITY_ATTACK", "SPAM")

    for name, neighbour in (("INFLAMMATORY", "TOXICITY"), ("OBSCENE", "PROFANITY"), ("SCAPEGOATING", "IDENTITY_ATTACK")):
        assert summary_score(answer, name) == summary_score(answer, neighbour)
    assert answer.headers[NEAREST_HEADER] == "INFLAMMATORY=TOXICITY, OBSCENE=PROFANITY, SCAPEGOATING=IDENTITY_ATTACK"
    assert answer.headers[OMITTED_HEADER] == "SPAM"


def test_most_of_sixteen_are_answered_by_neighbours(serve: Serve) -> None:
    """Of the sixteen attributes that some clients ask for, twelve are answered with ``nearest``, as the page says."""
    with serve(perspective_unknown="nearest") as client:
        answer = analyze(client, TOXIC, *OSMOD)

    assert len(answer.json()["attributeScores"]) == 12
    assert answer.headers[OMITTED_HEADER] == "FLIRTATION, INCOHERENT, SPAM, UNSUBSTANTIAL"


def test_site_may_have_such_calls_refused(serve: Serve) -> None:
    """With ``error`` a call for what is not served is refused as Perspective refuses what it does not know."""
    with serve(perspective_unknown="error") as client:
        assert read_error(analyze(client, TOXIC, "TOXICITY", "FLIRTATION"))[1] == "Unknown requested attribute: FLIRTATION"
        assert read_error(analyze(client, TOXIC, "TOXICITY@6"))[1] == "Unknown requested attribute: TOXICITY@6"
        assert summary_score(analyze(client, TOXIC, "TOXICITY_FAST"), "TOXICITY_FAST") > 0.8


@pytest.mark.parametrize("mode", ["omit", "nearest", "error"])
def test_what_never_existed_is_refused(serve: Serve, mode: str) -> None:
    """A name that Perspective never had is refused whatever the site chose, and a text that is no name is not shown."""
    with serve(perspective_unknown=mode) as client:
        assert read_error(analyze(client, TOXIC, "TOXICITY", "NOPE"))[1] == "Unknown requested attribute: NOPE"
        hidden = read_error(analyze(client, TOXIC, "TOXICITY", "you fool"))[1]

    assert hidden == "Unknown requested attribute: <a name not shown>"


@pytest.mark.parametrize("mode", ["omit", "nearest"])
def test_no_answer_is_empty(serve: Serve, mode: str) -> None:
    """If nothing that was asked for can be answered, the call is refused with what is served, and with the setting if that would help."""
    with serve(perspective_unknown=mode) as client:
        word, message, detail = read_error(analyze(client, TOXIC, "FLIRTATION", "SPAM"))
        pinned = read_error(analyze(client, TOXIC, "TOXICITY@6"))[1]
        obscene = analyze(client, TOXIC, "OBSCENE")

    assert (word, detail["errorType"]) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert message.startswith("Unknown requested attribute: FLIRTATION, SPAM. Answered are TOXICITY, ")
    assert "TIPSTAFF_PERSPECTIVE_UNKNOWN" not in message + pinned
    assert obscene.status_code == 200 if mode == "nearest" else "TIPSTAFF_PERSPECTIVE_UNKNOWN=nearest" in read_error(obscene)[1]
    assert "@ and a version" in pinned


def test_a_pinned_version_is_never_another(serve: Serve) -> None:
    """An attribute that is asked for in another version of the model is left out, neighbours or not."""
    with serve(perspective_unknown="nearest") as client:
        answer = analyze(client, TOXIC, "TOXICITY", "TOXICITY@6", "OBSCENE@1")

    assert list(answer.json()["attributeScores"]) == ["TOXICITY"]
    assert answer.headers[OMITTED_HEADER] == "TOXICITY@6, OBSCENE@1"


def test_model_without_heads_answers_what_it_has(serve: Serve, headless: Moderator) -> None:
    """A model without heads answers the two that need none; with ``nearest`` also those of which one of the two is the neighbour."""
    production = OSMOD[:6]
    with serve(headless) as client:
        omitting = analyze(client, TOXIC, *production)
    with serve(headless, perspective_unknown="nearest") as client:
        nearest = analyze(client, TOXIC, *production)

    assert list(omitting.json()["attributeScores"]) == ["TOXICITY", "IDENTITY_ATTACK"]
    assert omitting.headers[OMITTED_HEADER] == "SEVERE_TOXICITY, INSULT, PROFANITY, THREAT"
    assert list(nearest.json()["attributeScores"]) == ["TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT"]
    assert nearest.headers[OMITTED_HEADER] == "PROFANITY, THREAT"


def test_what_is_left_out_is_counted_and_logged_once(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """Each name is logged once, with advice, and counted each time; nothing that a caller made up is in the log or the counters."""
    with serve() as client, caplog.at_level(logging.WARNING):
        for _ in range(3):
            analyze(client, TOXIC, "TOXICITY", "FLIRTATION", "FLIRTATION_EXPERIMENTAL", "SPAM@Secret-7")
        pages = client.get("/metrics").text
    messages = [record.getMessage() for record in caplog.records if "attribute" in record.getMessage()]

    assert [message.split(",")[0].split(" in ")[0] for message in messages] == [
        "calls ask for the attribute FLIRTATION",
        "calls ask for the attribute SPAM",
    ]
    assert "TIPSTAFF_PERSPECTIVE_UNKNOWN" in messages[0]
    assert 'tipstaff_unserved_attributes_total{attribute="FLIRTATION",treatment="omitted"} 6.0' in pages
    assert 'tipstaff_unserved_attributes_total{attribute="SPAM",treatment="omitted"} 3.0' in pages
    assert "Secret" not in "".join(messages) + pages


@pytest.mark.parametrize(("mode", "treatment"), [("nearest", "nearest"), ("error", "refused")])
def test_other_treatments_are_counted(serve: Serve, mode: str, treatment: str) -> None:
    """What a neighbour answers, and what is refused, is counted as such."""
    with serve(perspective_unknown=mode) as client:
        analyze(client, TOXIC, "TOXICITY", "OBSCENE")
        page = client.get("/metrics").text

    assert f'tipstaff_unserved_attributes_total{{attribute="OBSCENE",treatment="{treatment}"}} 1.0' in page


def test_headers_stay_short(client: httpx.Client) -> None:
    """However many versions a call asks for, the header that names them has an end."""
    answer = analyze(client, TOXIC, "TOXICITY", *(f"TOXICITY@{number}" for number in range(5000)))

    assert summary_score(answer) > 0.8
    assert answer.headers[OMITTED_HEADER].endswith(", ...")
    assert len(answer.headers[OMITTED_HEADER]) < 4100


def test_parts_of_a_batch_have_headers_of_their_own(client: httpx.Client) -> None:
    """In a batch each answer says for itself what it leaves out, and the batch says nothing."""
    requested: list[dict[str, object]] = [{"TOXICITY": {}, "SPAM": {}}, {"TOXICITY": {}}]
    calls = [json.dumps({"comment": {"text": FINE}, "requestedAttributes": names}) for names in requested]
    parts = "".join(f"--x\r\nContent-Type: application/http\r\n\r\nPOST {ANALYZE} HTTP/1.1\r\n\r\n{call}\r\n" for call in calls)
    answer = client.post("/batch", content=f"{parts}--x--\r\n", headers={"Content-Type": "multipart/mixed; boundary=x"})

    first, second = answer.text.split("HTTP/1.1 200 OK")[1:]
    assert f"{OMITTED_HEADER.lower()}: spam" in first.lower()
    assert OMITTED_HEADER.lower() not in second.lower()
    assert OMITTED_HEADER not in answer.headers


def test_spans_and_thresholds_are_of_what_is_answered(serve: Serve) -> None:
    """Spans of a neighbour's score are its own, and a threshold may leave out what is answered, but nothing comes in its place."""
    text = f"{FINE} {TOXIC}"
    body = {
        "comment": {"text": text},
        "requestedAttributes": {"INFLAMMATORY": {"scoreThreshold": 0.5}, "SCAPEGOATING": {"scoreThreshold": 0.9}, "SPAM": {}},
        "spanAnnotations": True,
    }
    with serve(perspective_unknown="nearest") as client:
        answer = client.post(ANALYZE, json=body)

    scores = answer.json()["attributeScores"]
    assert list(scores) == ["INFLAMMATORY"]
    assert [text[span["begin"] : span["end"]] for span in scores["INFLAMMATORY"]["spanScores"]] == [TOXIC]
    assert answer.headers[NEAREST_HEADER] == "INFLAMMATORY=TOXICITY, SCAPEGOATING=IDENTITY_ATTACK"


def test_suggestions_are_taken_for_every_attribute(fresh: httpx.Client) -> None:
    """A moderator may score whatever attribute Perspective had, in every spelling, whether or not the model has a head for it."""
    for name in sorted(KNOWN_ATTRIBUTES):
        for spelling in (name, f"{name}_EXPERIMENTAL", f"{name}@2"):
            body = {"comment": {"text": FINE}, "attributeScores": {spelling: {"summaryScore": {"value": 0}}}}
            assert fresh.post(SUGGEST, json=body).status_code == 200, spelling


@given(st.lists(st.sampled_from([*sorted(KNOWN_ATTRIBUTES), "SPAM_EXPERIMENTAL", "TOXICITY@1"]), min_size=1, unique=True))
def test_every_request_is_answered_in_full_or_refused(client: httpx.Client, names: list[str]) -> None:
    """Each attribute that a call asks for is either in the answer or named as omitted; an answer that would be empty is an error."""
    answer = analyze(client, TOXIC, *names)

    if answer.status_code == 200:
        omitted = answer.headers.get(OMITTED_HEADER, "")
        assert sorted([*answer.json()["attributeScores"], *filter(None, omitted.split(", "))]) == sorted(names)
        assert answer.json()["attributeScores"]
    else:
        assert read_error(answer)[2]["errorType"] == "INVALID_REQUEST"

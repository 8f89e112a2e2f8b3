"""Tests of how much work a call is taken for."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Comment, Format
from service.http.problems import ProblemError, ProblemKind
from service.http.workload.effort import MARKUP_COST, charge_explanation, ngrams_effort, share_explanations


@given(st.text(max_size=200), st.sampled_from(Format))
def test_effort_grows_with_bytes_and_markup(text: str, written: Format) -> None:
    """A text is never taken for less work than it has bytes; mark-up counts several times."""
    effort = ngrams_effort([Comment("", text, written)], explain=False)

    assert effort >= len(text.encode()) * (1 if written is Format.PLAIN else MARKUP_COST)


def test_calls_of_a_bundle_are_charged_together() -> None:
    """What single calls may have explained, the calls of a bundle may have together; a refused one leaves the rest as it was."""
    single: dict[str, Any] = {}
    bundle: dict[str, Any] = {}
    share_explanations(bundle)
    for _ in range(2):
        charge_explanation(single, [Comment("", "x" * 60)], limit=100, field="explain")
    charge_explanation(dict(bundle), [Comment("", "x" * 60)], limit=100, field="explain")
    with pytest.raises(ProblemError, match="at most 100 bytes"):
        charge_explanation(dict(bundle), [Comment("", "\u00fc" * 21)], limit=100, field="explain")
    charge_explanation(dict(bundle), [Comment("", "\u00fc" * 20)], limit=100, field="explain")


def test_refusal_is_about_the_field() -> None:
    """Too much to explain is a mistake of the call, and the problem names the field, the limit and what to do."""
    with pytest.raises(ProblemError, match=r"explain: takes at most 9 bytes .* these are 10: send fewer") as caught:
        charge_explanation({}, [Comment("", "x" * 6), Comment("", "y")], limit=9, field="explain")

    assert caught.value.kind is ProblemKind.WRONG_FIELDS
    assert caught.value.errors[0]["field"] == "explain"


def test_a_comment_counts_for_a_part_at_most() -> None:
    """Long comments count for 2,048 bytes each, since no more of one is explained by the slower reader."""
    charge_explanation({}, [Comment("", "x" * 20_480)] * 4, limit=8192, field="explain")
    with pytest.raises(ProblemError, match="these are 10240"):
        charge_explanation({}, [Comment("", "x" * 20_480)] * 5, limit=8192, field="explain")


def test_words_and_signs_count_for_some_bytes() -> None:
    """A text of many signs or single letters counts for more than its bytes, since it takes as long as one of so many words."""
    for text in ("!?" * 50, "a b " * 50):
        with pytest.raises(ProblemError, match="these are 400"):
            charge_explanation({}, [Comment("", text)], limit=399, field="explain")
        charge_explanation({}, [Comment("", text)], limit=400, field="explain")


def test_many_comments_are_not_quick() -> None:
    """However short comments are, a thousand of them are more effort than is taken in the event loop."""
    assert ngrams_effort([Comment("", "x")] * 1000, explain=False) > 50_000


@pytest.mark.parametrize("count", [20, 1])
def test_explaining_too_much_is_refused(serve: Any, count: int) -> None:
    """A call that would have too much explained is 422; the same call without explanation, or with less text, is judged."""
    comments = [{"id": str(at), "text": "you idiot " * (100 // count)} for at in range(count)]
    with serve(max_explained_bytes=500) as client:
        refused = client.post("/v1/moderate", json={"comments": comments, "explain": True})
        unexplained = client.post("/v1/moderate", json={"comments": comments})
        shorter = client.post(
            "/v1/moderate", json={"comments": comments[: count // 2] or [{"id": "0", "text": "you idiot"}], "explain": True}
        )

    assert (refused.status_code, refused.json()["type"], refused.json()["errors"][0]["field"]) == (422, "/docs#wrong-fields", "explain")
    assert "idiot" not in refused.text
    assert (unexplained.status_code, shorter.status_code) == (200, 200)


def _analyze(client: httpx.Client, text: str, *, spans: bool) -> httpx.Response:
    call = {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}, "spanAnnotations": spans}
    return client.post("/v1alpha1/comments:analyze", json=call)


def test_perspective_words_the_refusal_itself(serve: Any) -> None:
    """Perspective's spanAnnotations have the same limit, which is refused as Google's services refuse a wrong argument."""
    with serve(max_explained_bytes=500) as client:
        refused = _analyze(client, "You idiot. " * 50, spans=True)
        accepted = _analyze(client, "You idiot. " * 20, spans=True), _analyze(client, "You idiot. " * 50, spans=False)

    assert (refused.status_code, refused.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert "spanAnnotations: takes at most 500 bytes" in refused.json()["error"]["message"]
    assert [answer.status_code for answer in accepted] == [200, 200]


def test_a_batch_is_one_call(serve: Any) -> None:
    """The calls of one of Perspective's batches have the limit together: those beyond it are refused, and the others answered."""
    body = '{"comment": {"text": "%s"}, "requestedAttributes": {"TOXICITY": {}}, "spanAnnotations": true}' % ("You idiot. " * 20)
    head = "POST /v1alpha1/comments:analyze HTTP/1.1\r\nContent-Type: application/json"
    part = f"--b\r\nContent-Type: application/http\r\n\r\n{head}\r\n\r\n{body}\r\n"
    content = part * 4 + "--b--\r\n"
    with serve(max_explained_bytes=500) as client:
        answer = client.post("/batch", content=content, headers={"Content-Type": "multipart/mixed; boundary=b"})

    assert answer.status_code == 200
    assert [line.split()[1] for line in answer.text.splitlines() if line.startswith("HTTP/1.1 ")] == ["200", "200", "400", "400"]

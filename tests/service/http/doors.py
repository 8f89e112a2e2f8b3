"""The doors by which comments come in, and whether each lets a text pass."""

import json
import re
from itertools import count
from typing import Any

import httpx

from tests.service.http.dialects.discourse.forum import SECRET, send_webhook

INNOCENT = "What a lovely morning, thank you all."

_posts = count(1)


def moderate(client: httpx.Client, texts: list[str], **more: object) -> list[dict[str, Any]]:
    """Return what ``/v1/moderate`` decides about texts."""
    comments = [{"id": number, "text": text, "format": "html"} for number, text in enumerate(texts)]
    answer = client.post("/v1/moderate", json={"comments": comments} | more)
    assert answer.status_code == 200, answer.text
    decisions: list[dict[str, Any]] = answer.json()["decisions"]
    assert [decision["id"] for decision in decisions] == list(range(len(texts)))
    return decisions


def passes_moderate(client: httpx.Client, text: str) -> bool:
    """Whether our own protocol approves a text, alone and among others, explained and not."""
    explained = moderate(client, [INNOCENT, text, INNOCENT], explain=True)[1]
    return "approve" in {explained["verdict"], moderate(client, [text])[0]["verdict"]}


def _toxicity(answer: dict[str, Any]) -> float:
    return float(answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"])


def passes_perspective(client: httpx.Client, text: str) -> bool:
    """Whether Perspective's clients, with the usual threshold, let a text pass, with scores of its sentences or without."""
    scores = []
    for spans in (False, True):
        body = {"comment": {"text": text, "type": "HTML"}, "requestedAttributes": {"TOXICITY": {}}, "spanAnnotations": spans}
        answer = client.post("/v1alpha1/comments:analyze", json=body)
        assert answer.status_code == 200, answer.text
        scores.append(_toxicity(answer.json()))
    return min(scores) < 0.7


def passes_perspective_batch(client: httpx.Client, text: str) -> bool:
    """Whether a call in a batch lets a text pass."""
    body = json.dumps({"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}})
    part = f"Content-Type: application/http\r\n\r\nPOST /v1alpha1/comments:analyze HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}"
    answer = client.post(
        "/batch", content=f"--b\r\n{part}\r\n--b--\r\n".encode(), headers={"Content-Type": 'multipart/mixed; boundary="b"'}
    )
    assert answer.status_code == 200, answer.text
    assert "HTTP/1.1 200" in answer.text
    found = re.search(r"\{.*\}", answer.text, re.DOTALL)
    assert found is not None
    return _toxicity(json.loads(found[0])) < 0.7


def passes_openai(client: httpx.Client, text: str) -> bool:
    """Whether OpenAI's moderation does not flag a text."""
    answer = client.post("/v1/moderations", json={"input": [INNOCENT, text]})
    assert answer.status_code == 200, answer.text
    return not answer.json()["results"][-1]["flagged"]


def passes_coral(client: httpx.Client, text: str) -> bool:
    """Whether Coral publishes a text without anybody's attention."""
    body = {"action": "NEW", "comment": {"body": text}, "author": {"id": "a"}, "story": {"id": "s"}, "site": {"id": "x"}}
    answer = client.post("/coral/moderate", json=body)
    assert answer.status_code == 200, answer.text
    return not answer.json()


def passes_detoxify(client: httpx.Client, text: str) -> bool:
    """Whether Discourse's old module, with its usual threshold, does not flag a text."""
    answer = client.post("/api/v1/classify", json={"content": text})
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["toxicity"] < 60)


def passes_discourse(client: httpx.Client, text: str) -> bool:
    """Whether a post is not flagged."""
    post = {"id": next(_posts), "post_number": 2, "cooked": f"<p>{text}</p>", "user_id": 5}
    answer = send_webhook(client, json.dumps({"post": post}).encode(), secret=SECRET)
    assert answer.status_code == 200, answer.text
    return not answer.json()["flagged"]


def passes_synapse(client: httpx.Client, text: str) -> bool:
    """Whether a message is sent."""
    content = {"msgtype": "m.text", "body": text, "format": "org.matrix.custom.html", "formatted_body": text}
    event = {"type": "m.room.message", "sender": "@ann:example.org", "content": content}
    answer = client.post("/synapse/check_event_for_spam", json={"event": event})
    assert answer.status_code in {200, 403}, answer.text
    return answer.status_code == 200 or answer.json()["errcode"] != "M_FORBIDDEN"


def passes_akismet(client: httpx.Client, text: str) -> bool:
    """Whether a comment is no spam."""
    form = {"api_key": "k", "blog": "https://blog.example", "user_ip": "192.0.2.1", "comment_content": text}
    answer = client.post("/1.1/comment-check", data=form)
    assert answer.status_code == 200, answer.text
    return answer.text != "true"


DOORS = [
    passes_moderate,
    passes_perspective,
    passes_perspective_batch,
    passes_openai,
    passes_coral,
    passes_detoxify,
    passes_discourse,
    passes_synapse,
    passes_akismet,
]


def failures_counted(client: httpx.Client) -> dict[str, float]:
    """Return how many failures of each step have been counted."""
    return {step: float(count) for step, count in re.findall(r'tipstaff_failures_total{step="(\w+)"} (\S+)', client.get("/metrics").text)}

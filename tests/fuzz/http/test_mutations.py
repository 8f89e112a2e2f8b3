"""Calls of chance: of every route, most of them HTTP in form, some not, and signed where webhooks are."""

import hmac
from collections import Counter
from random import Random

from fuzz.http.calls import CANARY, SEEDS, mark_texts
from fuzz.http.mutations import Credentials, generate_request

KNOWN = Credentials("a-key", "a-secret")


def test_every_route_is_called() -> None:
    """Each call to begin with is made, and of each route some calls are left as clients make them."""
    random = Random(1)
    requests = [generate_request(random, KNOWN) for _ in range(2000)]
    paths = {request.path for request in requests if not request.has_odd_head}
    assert {call.path.partition("?")[0] for call in SEEDS} <= paths
    counts = Counter((request.is_framed, request.has_odd_head) for request in requests)
    assert counts[True, False] > 1000
    assert counts[True, True] > 200
    assert counts[False, True] > 30


def test_comments_are_marked() -> None:
    """The text of comments ends in the canary; it is never in the head, whose parts may be logged."""
    random = Random(2)
    requests = [generate_request(random, KNOWN) for _ in range(500)]
    assert sum(CANARY.encode() in request.content for request in requests) > 200
    assert not any(CANARY.encode() in request.content.partition(b"\r\n\r\n")[0] for request in requests if request.is_framed)


def test_webhooks_are_signed() -> None:
    """Most calls of a webhook have the signature of their body."""
    random = Random(3)
    webhooks = [request for request in (generate_request(random, KNOWN) for _ in range(2000)) if request.path == "/discourse/webhook"]
    signed = 0
    for request in webhooks:
        head, _, body = request.content.partition(b"\r\n\r\n")
        signed += hmac.digest(b"a-secret", body, "sha256").hex().encode() in head
    assert len(webhooks) > 30
    assert signed > len(webhooks) / 2


def test_the_same_seed_makes_the_same_calls() -> None:
    """A finding can be made again from its seed."""
    runs = [[generate_request(random, KNOWN).path for _ in range(200)] for random in (Random(7), Random(7))]
    assert runs[0] == runs[1]


def test_the_id_of_a_ruled_comment_is_no_text() -> None:
    """The answer to rulings repeats the ids of comments, which stand where a text stands elsewhere."""
    marked = mark_texts({"rulings": [{"comment": "c1", "text": "Go away", "label": "toxic"}], "comment": "Go away"})
    assert marked == {
        "rulings": [{"comment": "c1", "text": f"Go away {CANARY}", "label": "toxic"}],
        "comment": f"Go away {CANARY}",
    }

"""Measures how many calls a second each dialect answers, relative to our own endpoint in the same service, with all middleware on.

The routes take turns over several rounds, and the ratio within each round counts. Every call carries one comment.
"""

import json
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.comments import load_comments
from benchmarks.figures import Figure, Skipped
from benchmarks.startup import serving
from benchmarks.wrk import Load, LoadResult, Worker, describe_loads, need_wrk, write_script

__all__ = ["DIALECTS", "OWN_CALL", "ProtocolCall", "measure"]

_OWN = "ours"
_BODIES = 500
_CONNECTIONS = 16
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class ProtocolCall:
    """The call by which a protocol has one comment judged.

    Attributes:
        path: the endpoint.
        body: returns the body of a call for the text of a comment.
        content_type: the media type of the body.
        headers: further headers of each call.
        answer_status: a status other than 2xx that is an answer in this protocol.
    """

    path: str
    body: Callable[[str], str]
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    answer_status: int = 200

    def write_script(self, folder: Path, *, pause: float = 0) -> Path:
        """Write the script that sends comments in turn, see ``benchmarks.wrk.write_script``; return its path."""
        bodies = [self.body(text) for text in load_comments(_BODIES).texts]
        name = self.path.strip("/").replace("/", "-").replace(":", "-") + f"-{pause:.2f}.lua"
        return write_script(
            folder / name, bodies, content_type=self.content_type, headers=self.headers, pause=pause, answer_status=self.answer_status
        )


def _json_body(build: Callable[[str], object]) -> Callable[[str], str]:
    """Return the function that writes what ``build`` returns as JSON."""
    return lambda text: json.dumps(build(text))


def _akismet_body(text: str) -> str:
    fields = {"api_key": "any", "blog": "https://forum.example", "user_ip": "192.0.2.1", "comment_type": "comment"}
    return urlencode({**fields, "comment_content": text.encode("utf-8", "replace")})


def _synapse_event(text: str) -> object:
    content = {"msgtype": "m.text", "body": text}
    return {"event": {"type": "m.room.message", "sender": "@one:forum.example", "room_id": "!room:forum.example", "content": content}}


def _coral_request(text: str) -> object:
    return {
        "action": "NEW",
        "comment": {"body": text, "parentID": None},
        "author": {"id": "a", "role": "COMMENTER"},
        "story": {"id": "s", "url": "https://news.example/s"},
        "site": {"id": "i"},
        "tenantID": "t",
        "tenantDomain": "news.example",
    }


def _perspective_request(text: str, attributes: Sequence[str] = ("TOXICITY",)) -> object:
    requested: dict[str, object] = {attribute: {} for attribute in attributes}
    return {"comment": {"text": text}, "requestedAttributes": requested, "languages": ["en"], "doNotStore": True}


def _production_request(text: str) -> object:
    return _perspective_request(text, ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT"))


OWN_CALL = ProtocolCall("/v1/moderate", _json_body(lambda text: {"comments": [{"id": "1", "text": text}]}))
"""Our own call."""

DIALECTS = {
    "Perspective": ProtocolCall("/v1alpha1/comments:analyze", _json_body(_perspective_request)),
    "OpenAI": ProtocolCall("/v1/moderations", _json_body(lambda text: {"input": text})),
    "Coral's phase": ProtocolCall("/coral/moderate", _json_body(_coral_request)),
    "detoxify-api": ProtocolCall("/api/v1/classify", _json_body(lambda text: {"model": "unbiased", "content": text})),
    "Synapse": ProtocolCall("/synapse/check_event_for_spam", _json_body(_synapse_event), answer_status=403),
    "Akismet": ProtocolCall("/1.1/comment-check", _akismet_body, _FORM),
}
"""Name of a protocol → its call."""


def measure(*, rounds: int = 5, seconds: int = 2) -> Iterator[Figure | Skipped]:
    """Yield the rate of each dialect as a percentage of that of our own endpoint; and for Perspective that of a call for six attributes.

    Args:
        rounds: number of turns of each route.
        seconds: length of a turn.
    """
    need_wrk()
    many_attributes = {"Perspective, six attributes": replace(DIALECTS["Perspective"], body=_json_body(_production_request))}
    calls = {_OWN: OWN_CALL, **DIALECTS, **many_attributes}
    with tempfile.TemporaryDirectory() as folder, serving(workers=1) as service:
        loads = {}
        for name, call in calls.items():
            own_folder = Path(folder) / name
            own_folder.mkdir()
            loads[name] = Load(call.write_script(own_folder), connections=_CONNECTIONS, seconds=seconds)
        worker = Worker([service.process.pid])
        turns: dict[str, list[LoadResult]] = {name: [] for name in calls}
        for number in range(rounds + 1):
            for name, load in loads.items():
                result = load.run(calls[name].path, service.port, worker, strict=False)
                # The first round warms up.
                if number:
                    turns[name].append(result)
    ours = turns.pop(_OWN)
    for name, results in turns.items():
        shares = sorted(result.rate / own.rate for result, own in zip(results, ours, strict=True))
        cpu = statistics.median(own.cpu / result.cpu for result, own in zip(results, ours, strict=True))
        note = f"{cpu:.0%} by the worker's CPU time; {describe_loads(results)}; ours {describe_loads(ours)}; "
        note += f"{len(shares)} rounds {shares[0]:.0%} to {shares[-1]:.0%}"
        yield Figure(f"dialects: {name}, of our own endpoint's calls/s", statistics.median(shares) * 100, "%", at_least=70, note=note)

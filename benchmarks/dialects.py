"""How many calls a second each dialect answers, beside our own endpoint in the same service, with all middleware on.

The routes take turns over several rounds; the ratios of each round are what counts. Every call carries one comment.
"""

import json
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.comments import load_comments
from benchmarks.figures import Figure, Skipped
from benchmarks.startup import serving
from benchmarks.wrk import Load, Run, Worker, need_wrk, told, write_script

__all__ = ["OURS", "Wire", "measure"]

_BODIES = 500
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Wire:
    """How one comment is asked about.

    Attributes:
        path: of the endpoint.
        body: of a call, from the text of the comment.
        content: the type of the body.
        headers: of each call.
        also: a status other than 200 with which the protocol says what was decided.
    """

    path: str
    body: Callable[[str], str]
    content: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    also: int = 200

    def script(self, folder: Path, *, pause: float = 0) -> Path:
        """Write the script that asks about comments in turn; arguments as of ``write_script``."""
        bodies = [self.body(text) for text in load_comments(_BODIES).texts]
        name = self.path.strip("/").replace("/", "-").replace(":", "-") + f"-{pause:.2f}.lua"
        return write_script(folder / name, bodies, content=self.content, headers=self.headers, pause=pause, also=self.also)


def _json(made: Callable[[str], object]) -> Callable[[str], str]:
    return lambda text: json.dumps(made(text))


def _akismet(text: str) -> str:
    given = {"api_key": "any", "blog": "https://forum.example", "user_ip": "192.0.2.1", "comment_type": "comment"}
    return urlencode({**given, "comment_content": text.encode("utf-8", "replace")})


def _event(text: str) -> object:
    content = {"msgtype": "m.text", "body": text}
    return {"event": {"type": "m.room.message", "sender": "@one:forum.example", "room_id": "!room:forum.example", "content": content}}


def _coral(text: str) -> object:
    return {
        "action": "NEW",
        "comment": {"body": text, "parentID": None},
        "author": {"id": "a", "role": "COMMENTER"},
        "story": {"id": "s", "url": "https://news.example/s"},
        "site": {"id": "i"},
        "tenantID": "t",
        "tenantDomain": "news.example",
    }


def _perspective(text: str) -> object:
    return {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["en"], "doNotStore": True}


OURS = Wire("/v1/moderate", _json(lambda text: {"comments": [{"id": "1", "text": text}]}))
_DIALECTS = {
    "Perspective": Wire("/v1alpha1/comments:analyze", _json(_perspective)),
    "OpenAI": Wire("/v1/moderations", _json(lambda text: {"input": text})),
    "Coral's phase": Wire("/coral/moderate", _json(_coral)),
    "detoxify-api": Wire("/api/v1/classify", _json(lambda text: {"model": "unbiased", "content": text})),
    "Synapse": Wire("/synapse/check_event_for_spam", _json(_event), also=403),
    "Akismet": Wire("/1.1/comment-check", _akismet, _FORM),
}


def measure(*, rounds: int = 5, seconds: int = 2) -> Iterator[Figure | Skipped]:
    """Yield the figures.

    Args:
        rounds: how often each route has its turn.
        seconds: how long a turn is.
    """
    need_wrk()
    with tempfile.TemporaryDirectory() as name, serving(workers=1) as service:
        loads = {who: Load(wire.script(Path(name)), connections=16, seconds=seconds) for who, wire in {"ours": OURS, **_DIALECTS}.items()}
        worker = Worker([service.process.pid])
        turns: dict[str, list[Run]] = {who: [] for who in loads}
        for number in range(rounds + 1):
            for who, load in loads.items():
                run = load.on((_DIALECTS.get(who) or OURS).path, service.port, worker, strict=False)
                # The first round warms up.
                if number:
                    turns[who].append(run)
    ours = turns.pop("ours")
    for who, runs in turns.items():
        shares = sorted(run.rate / other.rate for run, other in zip(runs, ours, strict=True))
        note = f"{told(runs)}; ours {told(ours)}; {len(shares)} rounds {shares[0]:.0%} to {shares[-1]:.0%}"
        yield Figure(f"dialects: {who}, of our own endpoint's calls/s", statistics.median(shares) * 100, "%", at_least=60, note=note)

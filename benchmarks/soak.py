"""Serves for hours at 70 % of its capacity, every protocol in turn, and draws memory, latency and errors as a picture.

`make bench ARGS='soak --minutes 600'` is the whole of it. Each minute adds a line to ``build/soak/minutes.jsonl`` and draws
``build/soak/soak.svg`` anew, so that a run that is stopped early leaves its picture.
"""

import asyncio
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.comments import load_comments
from benchmarks.dialects import DIALECTS, OWN_CALL, ProtocolCall
from benchmarks.figures import Figure, Skipped
from benchmarks.open_loop import MixedCall, OpenLoop, Outcome, plain_request
from benchmarks.processes import memory_bytes, pinned_apart
from benchmarks.startup import serving
from model.profile import Profile
from training.evaluation.report.curve_charts import Axis, line_chart

__all__ = ["Minute", "draw_minutes", "measure"]

_FOLDER = Path(__file__).parents[1] / "build" / "soak"
_OURS = "ours"
_SHARE = 0.7  # of the capacity
_CAPACITY_SECONDS, _CAPACITY_CONNECTIONS = 20, 16
_MINUTE = 60  # seconds
_COMMENTS = 2_000
_LARGE_CALL = 50  # comments
_WARM_UP_SHARE = 0.1  # of the run: tables that are built once, such as those of foreign letters, are built in it
_MEGABYTE = 1e6
_WIDTH, _HEIGHT = 760, 380  # of one chart

_STYLE = (
    "svg text{font:13px sans-serif;fill:#1d2530}.small{font-size:11px;fill:#59636f}.grid{stroke:#dcd9d0}.curve{fill:none;stroke-width:2}"
    ".line0{stroke:#b4490f}.line1{stroke:#5b3fb3}.line2{stroke:#1b6f78}.fill0{fill:#b4490f}.fill1{fill:#5b3fb3}.fill2{fill:#1b6f78}"
)


@dataclass(frozen=True, slots=True)
class Minute:
    """What a minute of the soak showed.

    Attributes:
        memory: the resident memory (RSS) of the service at its end, in MB.
        rate: right answers a second.
        p50, p99: quantiles of the latency of our own calls with one comment, in milliseconds, from the moment at which a call was due.
        refused: calls that were answered 503.
        failed: calls that were answered otherwise, or not at all.
    """

    memory: float
    rate: float
    p50: float
    p99: float
    refused: int
    failed: int


def measure(*, minutes: float) -> Iterator[Figure | Skipped]:
    """Yield failures and growth of memory in a long run.

    Args:
        minutes: length of the run, one at least; a tenth of it warms up.
    """
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with pinned_apart() as pin_to_rest, serving(workers=1, profile=Profile.CASCADE) as service:
        pin_to_rest()
        capacity, passed, failed = asyncio.run(_soak(service.port, service.process.pid, count=max(1, round(minutes))))
    steady = passed[math.ceil(len(passed) * _WARM_UP_SHARE) :] or passed
    note = f"{len(passed)} minutes at {_SHARE:.0%} of {capacity:,.0f} calls/s; {_FOLDER / 'soak.svg'}"
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(failed.items()))
    yield Figure("soak: calls that failed", sum(minute.failed for minute in passed), "", at_most=0, note=kinds or note)
    yield Figure("soak: calls that were refused (503)", sum(minute.refused for minute in passed), "", note=note)
    yield Figure("soak: memory grown after the first tenth (RSS)", steady[-1].memory - steady[0].memory, "MB", at_most=5, note=note)
    yield Figure("soak: the largest p99 of /v1/moderate in a minute", max(minute.p99 for minute in passed), "ms", note=note)


async def _soak(port: int, pid: int, *, count: int) -> tuple[float, list[Minute], dict[str, int]]:
    """Return the capacity in calls a second, what each minute showed, and how often each kind of failure came."""
    mix = build_mix()
    finding = OpenLoop(port, mix, connections=_CAPACITY_CONNECTIONS)
    await finding.run(seconds=_CAPACITY_SECONDS)
    capacity = (await finding.run(seconds=_CAPACITY_SECONDS)).rate
    await finding.close()
    calls = OpenLoop(port, mix)
    passed: list[Minute] = []
    failed: dict[str, int] = {}
    with (_FOLDER / "minutes.jsonl").open("w", encoding="utf-8") as lines:
        for _ in range(count):
            outcome = await calls.run(seconds=_MINUTE, rate=_SHARE * capacity)
            passed.append(_as_minute(outcome, memory=memory_bytes(pid) / _MEGABYTE))
            for kind, times in outcome.failed.items():
                failed[kind] = failed.get(kind, 0) + times
            lines.write(json.dumps(asdict(passed[-1])) + "\n")
            lines.flush()
            (_FOLDER / "soak.svg").write_text(draw_minutes(passed), encoding="utf-8")
    await calls.close()
    return capacity, passed, failed


def _as_minute(outcome: Outcome, *, memory: float) -> Minute:
    p50, p99 = outcome.quantile(_OURS, 50), outcome.quantile(_OURS, 99)
    return Minute(memory, outcome.rate, p50, p99, outcome.refused, sum(outcome.failed.values()))


def build_mix() -> list[MixedCall]:
    """Return the calls that a day brings: each protocol, large calls, rulings, explanations, mistakes, and what monitoring asks for."""
    texts = load_comments(_COMMENTS).texts

    def protocol(name: str, weight: float, call: ProtocolCall) -> MixedCall:
        headers = [("Content-Type", call.content_type), *call.headers.items()]
        requests = [plain_request("POST", call.path, call.body(text).encode("utf-8", "replace"), headers) for text in texts]
        return MixedCall(name, weight, requests, frozenset({200, call.answer_status}))

    def moderate(name: str, weight: float, bodies: Sequence[object], *answers: int) -> MixedCall:
        requests = [plain_request("POST", "/v1/moderate", json.dumps(body).encode()) for body in bodies]
        return MixedCall(name, weight, requests, frozenset(answers or (200,)))

    groups = [texts[at : at + _LARGE_CALL] for at in range(0, len(texts), _LARGE_CALL)]
    large = [{"comments": [{"id": str(at), "text": text} for at, text in enumerate(group)]} for group in groups]
    explained = [{"comments": [{"id": "1", "text": text[:500]}], "explain": True} for text in texts[:50]]
    ruling = {"attributeScores": {"TOXICITY": {"summaryScore": {"value": 0}}}}
    rulings = [json.dumps({"comment": {"text": text}, **ruling}).encode() for text in texts[:50]]
    return [
        protocol(_OURS, 60, OWN_CALL),
        *(protocol(name, 5, call) for name, call in DIALECTS.items()),
        moderate("large", 1, large),
        moderate("explained", 0.5, explained),
        moderate("mistakes", 1, [{"comments": "none"}, {"comments": [{"id": "1"}]}], 422),
        MixedCall("rulings", 1, [plain_request("POST", "/v1alpha1/comments:suggestscore", body) for body in rulings]),
        MixedCall("metrics", 0.1, [plain_request("GET", "/metrics")]),
        MixedCall("health", 0.5, [plain_request("GET", "/healthz"), plain_request("GET", "/readyz")]),
    ]


def draw_minutes(minutes: Sequence[Minute]) -> str:
    """Return memory, latency and errors over the minutes of a soak, one chart below the other, as the text of an SVG file."""
    times = [float(number + 1) for number in range(len(minutes))]

    def chart(title: str, curves: dict[str, Callable[[Minute], float]]) -> str:
        values = {name: [float(value(minute)) for minute in minutes] for name, value in curves.items()}
        top = max(max(series) for series in values.values())
        axes = Axis(_ticks(times[-1]), label=lambda tick: f"{tick:g}"), Axis(_ticks(top), label=lambda tick: f"{tick:g}")
        lines = [(name, times, series) for name, series in values.items()]
        picture = line_chart(
            title, title, curves=lines, x_axis=axes[0], y_axis=axes[1], x_title=f"{title}, by minutes of the run", height=_HEIGHT
        )
        return str(picture.svg)

    charts = [
        chart("memory (RSS) in MB", {"memory": lambda minute: minute.memory}),
        chart("latency of /v1/moderate in ms", {"p50": lambda minute: minute.p50, "p99": lambda minute: minute.p99}),
        chart("errors in a minute", {"refused": lambda minute: minute.refused, "failed": lambda minute: minute.failed}),
    ]
    placed = (chart.replace("<svg ", f'<svg y="{_HEIGHT * at}" width="{_WIDTH}" height="{_HEIGHT}" ', 1) for at, chart in enumerate(charts))
    size = f'width="{_WIDTH}" height="{_HEIGHT * len(charts)}"'
    background = f'<rect {size} fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{_STYLE}</style>{background}{"".join(placed)}</svg>\n'


def _ticks(top: float) -> list[float]:
    """Return round numbers, evenly spaced, from 0 to a value or a little beyond."""
    exact = max(top, 1.0) / 5
    magnitude = 10.0 ** math.floor(math.log10(exact))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= exact)
    return [step * number for number in range(math.ceil(max(top, 1.0) / step) + 1)]

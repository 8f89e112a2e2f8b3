"""What the check says becomes of a call is what becomes of it: a service in each mode is asked."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from model.moderator import Moderator
from model.profile import Profile
from service.http.app import create_app
from service.migration.assessment import Effect, UnknownMode, attribute_findings, attribute_outcomes
from service.migration.caller.call_usage import note_record
from service.migration.caller.caller_usage import CallerUsage
from service.migration.findings import list_findings
from service.migration.recorded.recorded_calls import RecordedCall, read_record
from service.perspective.attribute_catalogue import KNOWN_ATTRIBUTES
from service.settings import Settings, read_settings

Answer = tuple[int, Any]

NAMES = sorted([*KNOWN_ATTRIBUTES, "THREAT_EXPERIMENTAL", "SPAM_EXPERIMENTAL", "TOXICITY@1", "NASTINESS", "toxicity", "A sentence.", "@"])
BODIES: list[dict[str, Any]] = [
    {},
    {"languages": "en"},
    {"languages": ["ko", "en"]},
    {"languages": ["no language at all"]},
    {"languages": [7]},
    {"spanAnnotations": True, "doNotStore": True, "clientToken": "a", "sessionId": "b", "communityId": "c"},
    {"span_annotations": "yes"},
    {"context": {"entries": [{"text": "Good morning."}]}},
    {"context": {"entries": [], "articleAndParentComment": {}}},
    {"comment": {"text": " "}},
    {"comment": {"text": "x" * 20_481}},
    {"comment": {"text": "<b>Good</b> morning.", "type": "HTML"}},
    {"comment": {"text": "Good morning.", "type": "MARKDOWN"}},
    {"comment": {"text": "Good morning.", "author": "me"}},
    {"requestedAttributes": {}},
    {"requestedAttributes": ["TOXICITY"]},
    {"requestedAttributes": {"TOXICITY": {"scoreThreshold": "0.25"}}},
    {"requestedAttributes": {"TOXICITY": {"scoreType": "RAW"}}},
    {"requestedAttributes": {"TOXICITY": {"scoreType": "SCORE_TYPE_UNSPECIFIED"}}},
    {"requestedAttributes": {"TOXICITY": {"weight": 1}}},
    {"model": "mine"},
]


@pytest.fixture(scope="module", params=["shipped", "small"])
def moderator(request: pytest.FixtureRequest, folder: Path) -> Moderator:
    """The n-grams of the shipped model, and a model without any attribute."""
    return Moderator.load(None if request.param == "shipped" else folder, profile=Profile.FAST)


def ask(moderator: Moderator, bodies: Sequence[Any], settings: Settings) -> list[Answer]:
    """Analyzes some bodies with a service in this process, and returns the status and the content of each answer."""
    return asyncio.run(_ask(moderator, bodies, settings))


async def _ask(moderator: Moderator, bodies: Sequence[Any], settings: Settings) -> list[Answer]:
    app = create_app(settings, load=lambda _: moderator)
    async with app.router.lifespan_context(app) as state:

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(serve), base_url="http://localhost") as client, asyncio.timeout(60):
            while (await client.get("/readyz")).status_code != 200:
                await asyncio.sleep(0.01)
            answers = [await client.post("/v1alpha1/comments:analyze", json=body) for body in bodies]
    return [(answer.status_code, answer.json()) for answer in answers]


def analyze(*names: str, **more: Any) -> dict[str, Any]:
    return {"comment": {"text": "Good morning."}, "requestedAttributes": {name: {} for name in names}} | more


def noted(body: Any, settings: Settings) -> CallerUsage:
    """Returns what the check knows of a caller that has made this call."""
    usage = CallerUsage()
    call = read_record(body, file="calls.jsonl", number=1)
    assert isinstance(call, RecordedCall)
    note_record(usage, call, settings)
    return usage


@pytest.mark.parametrize("mode", UnknownMode)
def test_attributes_become_what_the_check_says(mode: UnknownMode, moderator: Moderator, tmp_path: Path) -> None:
    """Alone and beside TOXICITY, each attribute is answered, left out or refused as the check says, in each mode."""
    settings = read_settings(data_dir=tmp_path, perspective_unknown=mode.value)
    alone = ask(moderator, [analyze(name) for name in NAMES], settings)
    beside = ask(moderator, [analyze("TOXICITY", name) for name in NAMES], settings)

    for name, (status, answer), (status_beside, answer_beside) in zip(NAMES, alone, beside, strict=True):
        usage = noted(analyze(name), settings)
        outcomes = attribute_outcomes(usage, moderator)
        outcome = outcomes[name].outcome(mode)
        fails = [finding for finding in attribute_findings(usage, outcomes, mode) if finding.effect is Effect.FAILS]
        assert (status == 200) == outcomes[name].is_answered(mode), (name, answer)
        assert bool(fails) == (status != 200), name
        assert (status_beside == 400) == (outcome == "refused"), (name, answer_beside)
        assert status_beside == 400 or (name in answer_beside["attributeScores"]) == (outcome != "left out"), name


def test_bodies_are_refused_as_the_check_says(moderator: Moderator, tmp_path: Path) -> None:
    """A body is refused by a service if, and only if, the check finds something in it that is refused."""
    settings = read_settings(data_dir=tmp_path)
    calls = [analyze("TOXICITY") | body for body in BODIES]

    for call, (status, answer) in zip(calls, ask(moderator, calls, settings), strict=True):
        findings = list(list_findings(noted(call, settings), learned=tuple(moderator.languages), settings=settings))
        refused = [finding for finding in findings if finding.effect is Effect.FAILS or finding.subject.startswith("body: ")]
        assert (status == 400) == bool(refused), (call, answer, refused)

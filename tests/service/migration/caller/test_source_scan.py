"""What a caller uses is found in its source code, whatever language it is written in."""

import re
from pathlib import Path

import pytest

from service.migration.caller.caller_usage import CallerUsage
from service.migration.caller.known_clients import KNOWN_CLIENTS
from service.migration.caller.source_scan import note_dependency, note_source
from service.migration.caller.source_tree import CallerFiles
from tests.service.migration.callers import CALLERS, KEY, write_caller

ROOT = Path(__file__).parents[4]


def scan(folder: Path) -> CallerUsage:
    usage = CallerUsage()
    for file in CallerFiles([folder]):
        assert file.text is not None
        if file.dependency:
            note_dependency(usage, file.text, name=file.name, package=file.dependency)
            continue
        note_source(usage, file.text, name=file.name)
    return usage


@pytest.mark.parametrize("name", CALLERS)
def test_what_a_caller_uses_is_found(name: str, tmp_path: Path) -> None:
    """Attributes, thresholds, languages, features, hosts and libraries are those that its reader would name; comments say nothing."""
    caller = CALLERS[name]

    usage = scan(write_caller(tmp_path, caller))

    assert set(usage.attributes) == caller.attributes
    assert {attribute: set(numbers) for attribute, numbers in usage.thresholds.items() if numbers} == caller.thresholds
    assert set(usage.languages) == caller.languages
    assert set(usage.libraries) == caller.libraries
    assert set(usage.hosts) == caller.hosts
    assert set(usage.features) == caller.features
    assert set(usage.score_types) == caller.score_types
    assert set(usage.dialects) == caller.dialects
    assert KEY not in repr(usage)


def test_places_are_files_and_lines(tmp_path: Path) -> None:
    """What is found is named with the file, relative to the folder, and the line."""
    usage = scan(write_caller(tmp_path, CALLERS["python with requests"]))

    assert usage.attributes["ATTACK_ON_AUTHOR"].places == ["bot/moderate.py:7"]
    assert usage.thresholds["TOXICITY"][0.85].places == ["bot/moderate.py:20"]


@pytest.mark.parametrize(
    "text", ['"' * 200_000, "/*" * 200_000, "requestedAttributes" * 20_000, '{"TOXICITY":' * 30_000, "perspective_\n" * 50_000]
)
@pytest.mark.parametrize("name", ["a.py", "a.js", "a.ipynb", ".env"])
@pytest.mark.timeout(60)
def test_no_source_takes_for_ever(text: str, name: str) -> None:
    """A source that nobody wrote by hand is read in time that is proportional to its size."""
    note_source(CallerUsage(), text, name=name)


def test_clients_are_those_of_the_page() -> None:
    """Each client of Perspective and OpenAI that is recognised is on the page of the clients that were run."""
    page = (ROOT / "docs/clients.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([^`]+)`", page, re.MULTILINE))

    assert {client.name for client in KNOWN_CLIENTS if client.dialect in {"perspective", "openai"}} <= listed

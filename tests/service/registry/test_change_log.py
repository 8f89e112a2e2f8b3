"""Everything that changes in a registry is decided by its log, whatever happens to the writers."""

import json
import multiprocessing
import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

import pytest

from model.errors import RegistryError, RegistryRefusalError
from service.registry.activation import ActivationRequest
from service.registry.registry import Registry, open_registry
from service.registry.registry_documents import VersionRecord
from service.settings import read_settings
from tests.service.registry.versions import MakeVersion, Publish

_REQUEST = ActivationRequest(by="ann@desk", reason="a test")
ROOM = str(Path(__file__).parents[3] / "service/registry")


def run_until_killed(registry: Registry, action: str, argument: str, step: int) -> bool:
    """Does something in a process of its own that kills itself before the given step, each line of the registry being one.

    Returns:
        Whether it was killed; False if it was done before.
    """
    child = os.fork()
    if child == 0:
        left = step

        def trace(frame: FrameType, event: str, argument: object) -> object:
            nonlocal left
            if not frame.f_code.co_filename.startswith(ROOM):
                return None
            left -= event == "line"
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return trace

        try:
            sys.settrace(trace)  # type: ignore[arg-type]
            if action == "activate":
                registry.activate(argument, by="ann@desk", reason="a test")
            elif action == "publish":
                registry.publish(Path(argument), VersionRecord(created_at="2026", made_by="ann@desk"))
            else:
                registry.rollback(by="ann@desk")
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("stride", [25, pytest.param(1, marks=[pytest.mark.nightly, pytest.mark.slow])])
@pytest.mark.parametrize("action", ["activate", "rollback"])
def test_a_kill_leaves_the_old_or_the_new_champion(registry: Registry, publish: Publish, tmp_path: Path, action: str, stride: int) -> None:
    """Killed at any step (by day at some of them), either leaves the old champion or the new one, whole, and a log that goes on."""
    first, second = publish(1), publish(2)
    registry.activate(first, by="ann@desk", reason="first")
    registry.activate(second, by="ann@desk", reason="second")
    root, before = tmp_path / "data/models", tmp_path / "before"
    shutil.copytree(root, before)
    left_by: dict[str, int] = {first: 0, second: 0}

    while run_until_killed(registry, action, first, stride * sum(left_by.values())):
        champion = registry.champion()
        assert champion is not None
        left_by[champion.version] += 1
        assert registry.fetch("champion").name == champion.content_hash
        assert json.loads((root / "aliases/champion.json").read_text())["version"] in {first, second}
        registry.set_candidate(first, by="timer@host")
        assert [change.sequence for change in registry.changes()] == list(range(1, len(registry.changes()) + 1))
        assert registry.champion() == champion
        assert not list(root.rglob(".part-*")), "what killed writers left behind is removed"
        shutil.rmtree(root)
        shutil.copytree(before, root)

    assert min(left_by.values()) > 10 // stride, "some kills came before the change and some after it"
    assert registry.champion().version == first  # type: ignore[union-attr]


def _activate(data: Path, version: str, start: "multiprocessing.synchronize.Barrier", results: "multiprocessing.Queue[str]") -> None:
    registry = open_registry(read_settings(data_dir=data))
    before = registry.champion()
    assert before is not None
    start.wait()
    try:
        registry.aliases.set_champion(registry.content_hash(version), request=_REQUEST, before=before, former=before)
        results.put(version)
    except RegistryRefusalError as refusal:
        results.put(str(refusal))


def test_two_writers_at_once_cannot_both_win(registry: Registry, publish: Publish, tmp_path: Path) -> None:
    """Of several processes that activate something at the same time, one succeeds and the others are told so."""
    versions = [publish(seed) for seed in range(5)]
    registry.activate(versions[0], by="ann@desk", reason="first")
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(4), context.Queue()
    processes = [context.Process(target=_activate, args=(tmp_path / "data", version, start, results)) for version in versions[1:]]
    for process in processes:
        process.start()
    answers = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()

    winners = [answer for answer in answers if answer in versions]
    assert len(winners) == 1
    assert [answer for answer in answers if "somebody else changed the champion" not in answer] == winners
    assert registry.champion().version == winners[0]  # type: ignore[union-attr]


def test_a_late_writer_takes_nothing_back(registry: Registry, publish: Publish) -> None:
    """A writer that shows its alias later than another who came after it changes nothing: the log decides."""
    first, second = publish(1), publish(2)
    registry.activate(first, by="ann@desk", reason="first")
    shown = registry.fetch(first).parents[1] / "aliases/champion.json"
    late = shown.read_bytes()
    registry.activate(second, by="ann@desk", reason="second")

    shown.write_bytes(late)

    assert registry.champion().version == second  # type: ignore[union-attr]


@pytest.mark.parametrize("how", ["gone", "not shown yet"])
def test_an_alias_that_is_not_shown_is_known(registry: Registry, publish: Publish, how: str) -> None:
    """Where the files in aliases/ are missing, as after a kill, the log tells what they mean."""
    version = publish(1)
    registry.activate(version, by="ann@desk", reason="first")
    shown = registry.fetch(version).parents[1] / "aliases/champion.json"
    shown.unlink()
    if how == "not shown yet":
        registry.set_candidate(publish(2), by="timer@host")
        shown.unlink(missing_ok=True)

    assert registry.champion().version == version  # type: ignore[union-attr]


def test_a_kill_during_the_first_activation_leaves_nothing_or_a_champion(tmp_path: Path, make_version: MakeVersion) -> None:
    """Killed at any step, the first activation leaves no champion or the new one; and once it is through, there is a way back."""
    site = open_registry(read_settings(data_dir=tmp_path / "data", registry=tmp_path / "models", artefact=make_version(1)))
    served = site.in_force().version
    version = site.publish(make_version(2), VersionRecord(created_at="2026", made_by="ann@desk"))
    root, before = tmp_path / "models", tmp_path / "before"
    shutil.copytree(root, before)
    ends: list[str | None] = []

    while run_until_killed(site, "activate", version, 40 * len(ends)):
        champion, former = site.champion(), site.former()
        ends.append(None if champion is None else champion.version)
        assert ends[-1] in {None, version}
        if former is not None:
            assert site.rollback(by="ann@desk").version == served
        site.activate(version, by="ann@desk", reason="to the end")
        assert site.rollback(by="ann@desk").version == served
        shutil.rmtree(root)
        shutil.copytree(before, root)

    assert set(ends) == {None, version}


def test_a_kill_while_a_version_is_published_leaves_none_or_all_of_it(tmp_path: Path, make_version: MakeVersion) -> None:
    """Killed while it is brought in, a version is not there or whole; published anew, it is there with its record."""
    site = open_registry(read_settings(data_dir=tmp_path / "data"))
    folder, record = make_version(1), VersionRecord(created_at="2026", made_by="ann@desk")
    found: list[int] = []

    while run_until_killed(site, "publish", str(folder), 20 * len(found)):
        there = site.folders.hashes()
        found.append(len(there))
        for content_hash in there:
            site.fetch(content_hash)
        assert site.record(site.publish(folder, record)).made_by == "ann@desk"
        shutil.rmtree(tmp_path / "data/models")

    assert set(found) == {0, 1}


@pytest.mark.parametrize("change", ["truncated", "other version", "other sequence", "no JSON"])
def test_an_alias_that_somebody_else_wrote_is_refused(registry: Registry, publish: Publish, change: str) -> None:
    """An alias that is not what the log says is refused rather than guessed at, and written anew by the next activation."""
    first, second = publish(1), publish(2)
    registry.activate(first, by="ann@desk", reason="first")
    shown = registry.fetch(first).parents[1] / "aliases/champion.json"
    alias = json.loads(shown.read_text())
    if change == "truncated":
        shown.write_bytes(shown.read_bytes()[:40])
    elif change == "other version":
        shown.write_text(json.dumps(alias | {"version": second, "content_hash": registry.content_hash(second)}))
    elif change == "other sequence":
        shown.write_text(json.dumps(alias | {"sequence": 7}))
    else:
        shown.write_bytes(b"\xff[")

    with pytest.raises(RegistryError):
        registry.champion()


def test_a_lost_entry_is_missed(registry: Registry, publish: Publish) -> None:
    """An entry of the log that is missing, or that is not the one that its name says, is noticed."""
    root = registry.fetch(publish(1)).parents[1]
    for seed in (1, 2, 3):
        registry.set_candidate(publish(seed), by="timer@host")
    (root / "log/000002.json").rename(root / "log/000001.json")

    with pytest.raises(RegistryError, match="000001"):
        registry.changes()
    (root / "log/000001.json").unlink()
    with pytest.raises(RegistryError, match="is missing"):
        registry.changes()

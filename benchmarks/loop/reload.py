"""Measures what it costs that another model takes over while calls come in: two workers at 70 % of what they answer beside the generator.

Stretches of the same load without and with activations take turns, so that both meet the same machine. The models differ in a
threshold of theirs. What is broken is activated in between, by the registry's own files, and must never answer a call.
"""

import http.client
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.dialects import OWN_CALL
from benchmarks.figures import Figure, Skipped
from benchmarks.processes import family
from benchmarks.startup import Service, serving
from benchmarks.wrk import Load, LoadResult, Worker, need_wrk, pooled_quantile
from model.artefact.folder import read_artefact, shipped_folder, write_artefact
from model.artefact.manifest import Description
from model.normaliser.version import normaliser_version
from model.profile import Profile
from service.registry.registry import Registry, open_registry
from service.registry.registry_documents import VersionRecord, time_stamp
from service.settings import read_settings
from service.store.store import open_store
from service.store.stored_types import Scope

__all__ = ["measure"]

_ACTIVATIONS, _SECONDS_EACH = 20, 5
_IN_A_ROW = 4  # activations of a stretch
_VERSIONS = 4
_CAPACITY_SECONDS, _CAPACITY_RUNS = 5, 3
_CONNECTIONS, _STEADY_CONNECTIONS = 32, 64
_SHARE = 0.7
_SETTLE_SECONDS = 5.0
_WATCH_SECONDS = 30.0
_MEGABYTE = 1e6
_TIMEOUT = 60.0
_COMMENT = {"comments": [{"id": "1", "text": "you are an idiot"}]}


@dataclass(frozen=True)
class _Site:
    """A running service with a registry.

    Attributes:
        service: the service.
        registry: its registry.
        key: a secret that allows everything.
        versions: versions to activate.
    """

    service: Service
    registry: Registry
    key: str
    versions: Sequence[str]

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Make a call over a new connection; return the status and the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=_TIMEOUT)
        try:
            headers = {"X-API-KEY": self.key, "Content-Type": "application/json"}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def activate(self, version: str) -> float:
        """Activate a version by a call; return the seconds until it is answered."""
        began = time.perf_counter()
        status, answer = self.call("POST", "/v1/models/activate", {"version": version, "force": "a benchmark"})
        if status != 200 or answer["current"] != version:
            raise RuntimeError(f"an activation is answered {status}: {answer}")
        return time.perf_counter() - began

    def rollback(self) -> float:
        """Go back by a call; return the seconds until it is answered."""
        began = time.perf_counter()
        status, answer = self.call("POST", "/v1/models/rollback")
        if status != 200:
            raise RuntimeError(f"a rollback is answered {status}: {answer}")
        return time.perf_counter() - began

    def served(self) -> str:
        """Return the version that answers a call."""
        return str(self.call("POST", "/v1/moderate", _COMMENT)[1].get("model", "")).partition("+")[0]

    def memory(self) -> float:
        """Return the memory of all processes of the service in MB, pages that they share counted once (PSS)."""
        return sum(map(_pss, family(self.service.process.pid)))


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) * 1024 / _MEGABYTE for line in lines if line.startswith("Pss:"))


def measure(*, state: Path, count: int | None = None) -> Iterator[Figure | Skipped | str]:
    """Yield the figures.

    Args:
        state: not used; nothing here is worth going on with.
        count: the number of activations; None for 20, in 100 seconds.
    """
    del state
    need_wrk()
    activations = count or _ACTIVATIONS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for profile in (Profile.FAST, Profile.CASCADE):
            with serving(workers=2, profile=profile) as service:
                site = _open_site(service, folder / profile.value)
                yield from _load_figures(site, folder, profile, activations=activations)
                if profile is Profile.FAST:
                    yield from _speed_figures(site)
                    yield from _broken_figures(site)
        yield from _memory_of_two(folder)


def _open_site(service: Service, folder: Path) -> _Site:
    """Publish versions in the registry of a running service."""
    registry = open_registry(read_settings(data_dir=service.data_folder))
    versions = [_publish(registry, folder / str(number), number) for number in range(1, _VERSIONS + 1)]
    return _Site(service, registry, _admin_key(service), versions)


def _admin_key(service: Service) -> str:
    with closing(open_store(read_settings(data_dir=service.data_folder))) as store:
        return store.keys.create("benchmark", [Scope.SCORE, Scope.ADMIN])[1]


def _publish(registry: Registry, folder: Path, number: int, **changes: Any) -> str:
    """Publish the artefact that ships with another threshold; return its version."""
    stored = read_artefact(shipped_folder(), normaliser=normaliser_version())
    fields = {name: getattr(stored.manifest, name) for name in Description.model_fields}
    policies = {name: policy.model_copy(update={"review_abusive": 0.2 + number / 1000}) for name, policy in fields["policies"].items()}
    write_artefact(folder, description=Description(**(fields | {"policies": policies} | changes)), arrays=stored.arrays)
    return registry.publish(folder, VersionRecord(created_at=time_stamp(), made_by="a benchmark"))


def _load_figures(site: _Site, folder: Path, profile: Profile, *, activations: int) -> Iterator[Figure | Skipped | str]:
    call = replace(OWN_CALL, headers={"X-API-KEY": site.key})
    worker = Worker(family(site.service.process.pid))
    busy = Load(call.write_script(folder), connections=_CONNECTIONS, seconds=_CAPACITY_SECONDS)
    capacity = statistics.median([busy.run(call.path, site.service.port, worker, strict=False).rate for _ in range(_CAPACITY_RUNS + 1)][1:])
    script = call.write_script(folder, pause=1e3 * _STEADY_CONNECTIONS / (_SHARE * capacity))
    # Each version once, so that what every process needs for good is there before memory is compared.
    for version in site.versions:
        site.activate(version)
    time.sleep(_SETTLE_SECONDS)
    before = site.memory()

    def run(seconds: int) -> LoadResult:
        load = Load(script, connections=_STEADY_CONNECTIONS, seconds=seconds)
        return load.run(call.path, site.service.port, worker, strict=False)

    quiet, changing, seconds = [], [], list[float]()
    for start in range(0, activations, _IN_A_ROW):
        few = min(_IN_A_ROW, activations - start)
        quiet.append(run(few * _SECONDS_EACH))
        with ThreadPoolExecutor(1) as pool:
            running: Future[LoadResult] = pool.submit(run, few * _SECONDS_EACH)
            for number in range(start, start + few):
                time.sleep(_SECONDS_EACH / 2)
                seconds.append(site.activate(site.versions[number % _VERSIONS]))
                time.sleep(max(0.0, _SECONDS_EACH / 2 - seconds[-1] - 0.1))
            changing.append(running.result())
    time.sleep(_SETTLE_SECONDS)
    after = site.memory()
    yield from _compare(profile, quiet, changing, seconds, capacity=capacity)
    note = f"PSS of all processes: {before:.0f} MB before, {after:.0f} MB after {activations} activations under load; two models in memory"
    yield Figure(f"reload ({profile}): memory afterwards, of that before", after / before, "×", at_most=1.05, note=note)


def _compare(
    profile: Profile, quiet: Sequence[LoadResult], changing: Sequence[LoadResult], seconds: Sequence[float], *, capacity: float
) -> Iterator[Figure]:
    failed = sum(result.failed for result in changing)
    rate = statistics.mean(result.rate for result in changing)
    refused = sum(result.refused_calls for result in changing), sum(result.refused_calls for result in quiet)
    note = f"{rate:,.0f} of {capacity:,.0f} calls/s, {_STEADY_CONNECTIONS} connections"
    yield Figure(f"reload ({profile}): calls that failed during {len(seconds)} activations", failed, "", at_most=0, note=note)
    note = f"with Retry-After; {refused[1]} in as much time without activations"
    yield Figure(f"reload ({profile}): calls that were refused meanwhile", refused[0], "", note=note)
    p99, other = pooled_quantile(changing, 0.99), pooled_quantile(quiet, 0.99)
    halves = pooled_quantile(changing, 0.5), pooled_quantile(quiet, 0.5)
    note = f"p99 {p99:.1f} ms with, {other:.1f} ms without; p50 {halves[0]:.1f} and {halves[1]:.1f} ms"
    yield Figure(f"reload ({profile}): p99 with activations, of that without", p99 / other, "×", at_most=2, note=note)
    note = f"median of {len(seconds)} under this load, {max(seconds):.2f} s at most; until all workers serve it"
    yield Figure(f"reload ({profile}): an activation by a call, under load", statistics.median(seconds), "s", note=note)


def _speed_figures(site: _Site) -> Iterator[Figure | Skipped | str]:
    """Yield how soon all serve another model while nobody calls."""
    seconds = [site.activate(site.versions[number % _VERSIONS]) for number in range(2 * _VERSIONS)]
    yield Figure("reload: an activation by a call", statistics.median(seconds), "s", at_most=0.2, note=f"{max(seconds):.2f} s at most")
    seconds = [site.rollback() for _ in range(2 * _VERSIONS)]
    yield Figure("reload: a rollback by a call", statistics.median(seconds), "s", at_most=1, note=f"{max(seconds):.2f} s at most")
    seconds = [_seconds_until_watched(site, version) for version in site.versions]
    yield Figure("reload: until an activation is seen by watching", max(seconds), "s", at_most=2, note=f"the longest of {len(seconds)}")


def _seconds_until_watched(site: _Site, version: str) -> float:
    """Activate a version as the command line does, and return the seconds until both workers serve it."""
    site.registry.activate(version, by="benchmark@here", reason="a benchmark")
    began = time.perf_counter()
    while {site.served() for _ in range(8)} != {version}:
        if time.perf_counter() - began > _WATCH_SECONDS:
            raise RuntimeError(f"{version} is not served after {_WATCH_SECONDS:.0f} s")
    return time.perf_counter() - began


def _broken_figures(site: _Site) -> Iterator[Figure | Skipped | str]:
    """Yield how many calls were answered by models that may not answer, while they were activated in every way."""
    good = site.versions[0]
    site.activate(good)
    folder = site.service.data_folder / "broken"
    answers: list[str] = []
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.is_set():
            answers.append(site.served())

    thread = threading.Thread(target=watch)
    thread.start()
    refused = 0
    for number, break_it in enumerate((_truncate, _put_another_there, None), start=_VERSIONS + 1):
        changes = {"normaliser": "0"} if break_it is None else {}
        version = _publish(site.registry, folder / str(number), number, **changes)
        place = site.service.data_folder / "models" / "versions" / site.registry.content_hash(version)
        if break_it is not None:
            break_it(place)
        status, _ = site.call("POST", "/v1/models/activate", {"version": version, "force": "a benchmark"})
        refused += status == 409
        # What moved the pointer all the same would be seen by watching.
        time.sleep(2)
    is_over.set()
    thread.join()
    wrong = sum(answer != good for answer in answers)
    note = f"{refused} of 3 refused (truncated, another's files, another normaliser); {len(answers)} calls meanwhile"
    yield Figure("reload: calls answered by a model that is broken", wrong + (3 - refused), "", at_most=0, note=note)


def _truncate(place: Path) -> None:
    os.truncate(place / "weights.npy", (place / "weights.npy").stat().st_size - 1)


def _put_another_there(place: Path) -> None:
    for path in shipped_folder().iterdir():
        (place / path.name).write_bytes(path.read_bytes())


def _memory_of_two(folder: Path) -> Iterator[Figure | Skipped | str]:
    """Yield what a second model takes beside the first."""
    with serving(workers=2, profile=Profile.CASCADE) as service:
        site = _open_site(service, folder / "two")
        for _ in range(20):
            site.served()
        time.sleep(_SETTLE_SECONDS)
        one = site.memory()
        stored = read_artefact(shipped_folder(), normaliser=normaliser_version())
        weights = stored.arrays["weights.npy"].copy()
        weights[0, 0] ^= 1
        write_artefact(
            folder / "other",
            description=Description(**{name: getattr(stored.manifest, name) for name in Description.model_fields}),
            arrays=dict(stored.arrays) | {"weights.npy": weights},
        )
        site.activate(site.registry.publish(folder / "other", VersionRecord(created_at=time_stamp(), made_by="a benchmark")))
        for _ in range(20):
            site.served()
        time.sleep(_SETTLE_SECONDS)
        more = site.memory() - one
    set_of_weights = sum(array.nbytes for array in stored.arrays.values()) / _MEGABYTE
    note = f"PSS of two workers and their supervisor: {one:.0f} MB with one model; its arrays have {set_of_weights:.0f} MB"
    yield Figure("reload: a second model with other weights, of one set", more / set_of_weights, "×", at_most=1, note=note)

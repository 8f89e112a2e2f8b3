"""Checks what is kept of what people say: two who agree are two, a forum's key overrules nobody, and no kill loses an acknowledged act."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

from benchmarks import kills
from benchmarks.figures import Figure, Skipped
from benchmarks.startup import Service, serving
from service.settings import read_settings
from service.store.store import Store, open_store
from service.store.stored_types import Role, Scope

__all__ = ["measure"]

_KILLS = 1000
_COMMENTS = 200
_TIMEOUT = 60.0  # seconds
_PAUSE = 0.05  # seconds


def measure(*, state: Path, count: int | None) -> Iterator[Figure | Skipped | str]:
    """Yield what became of acts, and of acknowledged acts after kills.

    Args:
        state: the folder in which the kills are noted, so that a run that is stopped goes on where it was.
        count: number of kills, those of earlier runs included; None for a thousand.
    """
    with (
        serving(workers=1, settings={"TIPSTAFF_OPEN": "false"}) as service,
        closing(open_store(read_settings(data_dir=service.data_folder))) as store,
    ):
        yield from _agreement(service, store)
    yield from kills.measure(count=count or _KILLS, state=state / "kills", kinds=("service",))


def _agreement(service: Service, store: Store) -> Iterator[Figure]:
    """Have two moderators rule alike on each of some comments, then a forum's key against them; yield what is stored."""
    moderators, forum = (
        store.keys.create(name, [Scope.FEEDBACK], role=role)[1] for name, role in (("console", Role.MODERATOR), ("forum", Role.FORUM))
    )
    for moderator in ("ann", "bob"):
        _hand_in(service, moderators, label="toxic", moderator=moderator)
    note = f"{_COMMENTS} comments, each ruled on by two moderators with one key"
    yield Figure(
        "acts: acts of two moderators who agree", store.rulings.count(), "", at_least=2 * _COMMENTS, at_most=2 * _COMMENTS, note=note
    )
    before = _rulings_in_force(store)
    agreeing = sum(number == 2 for _, number, _ in before)
    yield Figure("acts: rulings on which two are known to agree", agreeing, "", at_least=_COMMENTS, note=note)
    _hand_in(service, forum, label="fine", moderator="ann")
    changed = sum(one != other for one, other in zip(before, _rulings_in_force(store), strict=True))
    note = "a forum's key says otherwise later, with the name of a moderator"
    yield Figure("acts: acts in all, the forum's too", store.rulings.count(), "", at_least=3 * _COMMENTS, note=note)
    yield Figure("acts: rulings that a forum's later word changed", changed, "", at_most=0, note=note)


def _hand_in(service: Service, key: str, *, label: str, moderator: str) -> None:
    rulings = [
        {"comment": f"c{number}", "text": f"comment number {number} of the day", "label": label, "moderator": moderator}
        for number in range(_COMMENTS)
    ]
    request = urllib.request.Request(
        f"http://127.0.0.1:{service.port}/v1/rulings",
        json.dumps({"rulings": rulings}).encode(),
        {"Content-Type": "application/json", "X-API-KEY": key},
    )
    deadline = time.monotonic() + _TIMEOUT
    while True:
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
                answered = len(json.load(answer)["rulings"])
            break
        except urllib.error.HTTPError as error:
            # A service that runs learns of a new key within a moment.
            if error.code != HTTPStatus.UNAUTHORIZED or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
    if answered != _COMMENTS:
        raise AssertionError(f"{answered} of {_COMMENTS} rulings were answered")


def _rulings_in_force(store: Store) -> list[tuple[str, int, int]]:
    """Return label, and how many agree and contest, of every ruling in force, in order."""
    return [(str(ruling.act.label), ruling.agreeing, ruling.contesting) for ruling in store.rulings.effective()]

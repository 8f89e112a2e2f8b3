"""Kills the service, its supervisor, its workers and the commands that write to its store, and checks what is stored afterwards."""

import random
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.kills_clients import WEBHOOK_SECRET, Clients, Forum
from benchmarks.kills_store import Expected, add_old_rulings, check_export, check_names, check_store
from benchmarks.kills_tools import Check, CheckedKill, Victim
from benchmarks.startup import find_free_port
from service.settings import Settings
from service.store.store import open_store
from service.store.stored_types import Role, Scope

__all__ = ["kill_service"]

_MOST_KILLS = 24  # of one data folder
_FIRST_KILLS = 2  # while the tables are made
_START_SECONDS = 1.0  # about how long the service takes to be ready
_LOAD_SECONDS = 0.8
_COMMAND_SECONDS = (0.0, 0.5)
_WORKER_KILLS = 5  # before their supervisor is killed
_KINDS = {"load": 40, "start": 20, "command": 15, "workers": 5}  # and how often each is chosen


def kill_service(folder: Path, *, seed: int, most: int) -> Iterator[CheckedKill]:
    """Yield kills in one data folder, each with what the check after it found.

    Args:
        folder: the folder for the data and the log.
        seed: decides what is left to chance.
        most: the greatest number of kills.
    """
    with closing(_Site(folder, random.Random(seed))) as site:
        kills = site.kill()
        for _ in range(min(most, _MOST_KILLS) - 1):
            yield next(kills)
        last = next(kills)
        # Ends what still runs.
        kills.close()
        # What had no answer yet is sent again, and the operator's own commands have to find everything.
        last.check.add(site.settle())
        yield last


class _Site:
    """A data folder with a service that is killed again and again, and what was acknowledged so far."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._data = folder / "data"
        self._chance = chance
        self._forum = Forum()
        self._port = find_free_port()
        self._expected = Expected()
        self._clients = Clients(self._port, self._expected, seed=chance.getrandbits(32))
        self._keys = 0

    def close(self) -> None:
        """End the forum."""
        self._forum.close()

    def kill(self) -> Generator[CheckedKill, None, None]:
        """Kill one process after the other, without end."""
        for _ in range(_FIRST_KILLS):
            yield self._kill_start("service, first start")
        self._make_client_key()
        while True:
            kind = self._chance.choices(list(_KINDS), list(_KINDS.values()))[0]
            if kind == "workers":
                yield from self._kill_workers()
            elif kind == "start":
                self._add_old_rulings()
                yield self._kill_start("service, start")
            else:
                yield self._kill_load() if kind == "load" else self._kill_command()

    def _start(self, *arguments: str) -> Victim:
        settings = {
            "data_dir": self._data,
            "port": self._port,
            "profile": "fast",
            "retention_days": 30,
            "queue_ms": 60_000,
            "akismet_submissions": "abusive",
            "discourse_url": self._forum.url,
            "discourse_api_key": "k" * 64,
            "discourse_secrets": WEBHOOK_SECRET,
        }
        return Victim(arguments, settings=settings, folder=self._folder)

    def _check(self, kill: str, seconds: float) -> CheckedKill:
        acknowledged = self._expected.count_new()
        return CheckedKill(kill, check_store(self._data, self._expected), seconds, acknowledged=acknowledged)

    def _kill_start(self, kill: str) -> CheckedKill:
        """Kill while the service starts, makes its tables, or forgets what is too old."""
        with self._start("serve") as service:
            seconds = self._chance.random() * _START_SECONDS
            service.run_for(seconds)
            service.kill()
            return self._check(kill, seconds)

    def _kill_load(self) -> CheckedKill:
        with self._start("serve") as service:
            service.wait_ready(self._port)
            seconds = self._chance.random() * _LOAD_SECONDS
            with self._clients.calling():
                service.run_for(seconds)
                service.kill()
            return self._check("service, calls", seconds)

    def _kill_workers(self) -> Iterator[CheckedKill]:
        """Kill workers one after the other, and their supervisor in the end."""
        with self._start("serve", "--workers", "2") as service:
            service.wait_ready(self._port)
            with self._clients.calling():
                for _ in range(_WORKER_KILLS):
                    seconds = self._chance.random() * _LOAD_SECONDS
                    service.run_for(seconds)
                    if workers := service.workers():
                        self._chance.choice(workers).kill()
                        yield self._check("worker", seconds)
                seconds = self._chance.random() * _LOAD_SECONDS
                service.run_for(seconds)
                workers = service.workers()
                service.kill()
            orphans = service.end_orphans(workers)
            checked = self._check("supervisor", seconds)
            checked.check.orphans.extend(orphans)
            yield checked

    def _kill_command(self) -> CheckedKill:
        """Kill a command that writes."""
        name = self._chance.choice(("create", "revoke", "purge", "export"))
        seconds = self._chance.uniform(*_COMMAND_SECONDS)
        {"create": self._create_key, "revoke": self._revoke_key, "purge": self._purge, "export": self._export}[name](seconds)
        checked = self._check(f"command, {name}", seconds)
        check_names(self._folder / "exports", checked.check)
        return checked

    def _run(self, *arguments: str, seconds: float) -> str:
        """Run a command, kill it after some seconds, and return what it has printed until then."""
        with self._start(*arguments) as command:
            command.run_for(seconds)
            command.kill()
            return command.output()

    def _create_key(self, seconds: float) -> None:
        self._keys += 1
        printed = self._run("keys", "create", f"key {self._keys}", seconds=seconds)
        if printed.endswith("\n"):
            self._expected.add_key(printed.strip())

    def _revoke_key(self, seconds: float) -> None:
        with closing(open_store(Settings(data_dir=self._data))) as store:
            key, secret = store.keys.create("of little use", [Scope.SCORE])
        if self._run("keys", "revoke", key.id, "--json", seconds=seconds).endswith("\n"):
            self._expected.add_revoked(secret)

    def _purge(self, seconds: float) -> None:
        self._add_old_rulings()
        self._run("rulings", "purge", seconds=seconds)

    def _export(self, seconds: float) -> None:
        self._run("rulings", "export", "--out", str(self._folder / "exports"), "--to", "csv", seconds=seconds)

    def _add_old_rulings(self) -> None:
        add_old_rulings(self._data, self._expected)

    def _make_client_key(self) -> None:
        with closing(open_store(Settings(data_dir=self._data))) as store:
            _, secret = store.keys.create("client", [Scope.SCORE, Scope.FEEDBACK], role=Role.MODERATOR)
        self._expected.add_key(secret)
        self._clients.secret = secret

    def settle(self) -> Check:
        """Serve without a kill until everything is acknowledged, and check what the service and the commands then say."""
        if not self._clients.secret:
            self._make_client_key()
        with self._start("serve") as service:
            service.wait_ready(self._port)
            self._clients.finish()
            check = self._clients.check_keys()
            if code := service.stop():
                check.broken.append(f"the service ended with {code} when it was stopped")
        check.add(check_store(self._data, self._expected, flagged=self._forum.flagged))
        if self._expected.rulings:
            with self._start("rulings", "export", "--out", str(self._folder / "last"), "--to", "csv") as command:
                if code := command.wait():
                    check.broken.append(f"rulings export ended with {code}")
            check_names(self._folder / "last", check)
            check_export(self._folder / "last", self._expected, check)
        return check

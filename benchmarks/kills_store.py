"""What has to be in the store after a kill, and the comparison of the two."""

import csv
import hashlib
import json
import secrets
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Collection
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from benchmarks.kills_tools import Check
from service.settings import Settings
from service.store.api_keys import secret_digest
from service.store.schema.tables import acts
from service.store.store import open_store

__all__ = ["Expected", "SentRuling", "add_old_rulings", "check_export", "check_names", "check_store"]

_OLD = "old ruling"
_OLD_DAYS = 40
_OLD_RULINGS = 1500
_HASH_DIGITS = 12
_MANIFEST_SUFFIX = ".manifest.json"


class SentRuling:
    """What was sent about one comment.

    Attributes:
        answers: the answers that were sent, in order, as often as they have to be stored.
        acknowledged: how many of them were acknowledged.
    """

    def __init__(self) -> None:
        self.answers: list[bool] = []
        self.acknowledged = 0


class Expected:
    """What was sent and acknowledged. Each comment and each post belongs to one client, and so to one thread.

    Attributes:
        rulings: what was sent about each comment, by its text.
        posts: whether the event about a post was acknowledged, by the id of the post.
        valid: the secrets of keys that have to work.
        revoked: the secrets of keys that must not.
        old: the number of rulings that are old enough to be forgotten.
    """

    def __init__(self) -> None:
        self.rulings: defaultdict[str, SentRuling] = defaultdict(SentRuling)
        self.posts: dict[int, bool] = {}
        self.valid: list[str] = []
        self.revoked: list[str] = []
        self.old = 0
        self._new = 0
        self._lock = threading.Lock()

    def note_acknowledged(self) -> None:
        """Count a write that was acknowledged."""
        with self._lock:
            self._new += 1

    def count_new(self) -> int:
        """Return how many writes were acknowledged since the last call."""
        with self._lock:
            count, self._new = self._new, 0
        return count

    def add_key(self, secret: str) -> None:
        """Note a key that was made."""
        self.valid.append(secret)
        self.note_acknowledged()

    def add_revoked(self, secret: str) -> None:
        """Note a key that was revoked."""
        self.revoked.append(secret)
        self.note_acknowledged()


def add_old_rulings(data: Path, expected: Expected) -> None:
    """Store rulings whose comments are to be forgotten."""
    with closing(open_store(Settings(data_dir=data))) as store, store.database.write_transaction() as connection:
        day = store.database.now() - timedelta(days=_OLD_DAYS)
        common = {"created_at": day, "dialect": "d", "role": "forum", "format": "plain", "abusive": True}
        digests = [f"{secrets.token_hex(16)} {number}" for number in range(_OLD_RULINGS)]
        connection.execute(
            acts.insert(),
            [
                common | {"text": f"{_OLD} {digest}"} | dict.fromkeys(("comment_digest", "content_digest", "idempotency"), digest)
                for digest in digests
            ],
        )
    expected.old += _OLD_RULINGS


def check_store(data: Path, expected: Expected, *, flagged: Collection[int] | None = None) -> Check:
    """Compare what is stored with what was acknowledged. Clients may be calling meanwhile.

    Args:
        data: the data folder.
        expected: what was sent and acknowledged.
        flagged: the posts that are flagged in the forum; if given, no client is calling and nothing old may be left.
    """
    check = Check()
    # What is acknowledged before the look has to be there; what is there was sent before the look was over.
    acknowledged = {text: sent.acknowledged for text, sent in list(expected.rulings.items())}
    posts = {post for post, is_acknowledged in list(expected.posts.items()) if is_acknowledged}
    path = data / "tipstaff.db"
    if not path.exists():
        check.lost.extend(["the database"] if acknowledged or expected.valid else [])
        return check
    try:
        with closing(sqlite3.connect(path, timeout=60)) as connection:
            _check_database(connection, check)
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'acts'").fetchone():
                check.lost.extend(["the tables"] if acknowledged or expected.valid else [])
                return check
            stored: defaultdict[str, list[bool]] = defaultdict(list)
            said_by: defaultdict[str, Counter[str]] = defaultdict(Counter)
            query = "SELECT text, abusive, dialect, moderator FROM acts WHERE text IS NOT NULL ORDER BY id"
            for text, abusive, dialect, moderator in connection.execute(query):
                # The dialects have no name for an act: what is sent again because it had no answer is an act more that says the same.
                if dialect in ("d", "native") or stored[text][-1:] != [bool(abusive)]:
                    stored[text].append(bool(abusive))
                if dialect == "native":
                    said_by[text][moderator] += 1
            forgotten = connection.execute("SELECT count(*) FROM acts WHERE text IS NULL").fetchone()[0]
            outbox = [(json.loads(payload)["post"], state) for payload, state in connection.execute("SELECT payload, state FROM outbox")]
            keys = dict(connection.execute("SELECT digest, revoked_at FROM keys"))
    except sqlite3.Error as error:
        check.broken.append(f"the database: {type(error).__name__}: {error}")
        return check
    # Of a call all is stored or nothing, and each call was the word of both.
    check.broken += [
        f"a part of a call: {text!r}, {counts}" for text, counts in said_by.items() if len(set(counts.values())) != 1 or len(counts) != 2
    ]
    old = sum(len(answers) for text, answers in stored.items() if text.startswith(_OLD))
    if old + forgotten != expected.old:
        (check.lost if old + forgotten < expected.old else check.double).append(f"{old + forgotten} old rulings of {expected.old}")
    if flagged is not None and old:
        check.broken.append(f"the comments of {old} old rulings are not forgotten")
    _check_rulings({text: answers for text, answers in stored.items() if not text.startswith(_OLD)}, acknowledged, expected, check)
    _check_outbox(outbox, posts, expected, check, flagged)
    check.lost += [f"the key {number}" for number, secret in enumerate(expected.valid) if keys.get(secret_digest(secret), "") is not None]
    check.lost += [f"the end of the key {number}" for number, secret in enumerate(expected.revoked) if not keys.get(secret_digest(secret))]
    return check


def _check_database(connection: sqlite3.Connection, check: Check) -> None:
    check.broken += [f"integrity_check: {row[0]}" for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    check.broken += [f"foreign_key_check: {row}" for row in connection.execute("PRAGMA foreign_key_check")]


def _check_rulings(stored: dict[str, list[bool]], acknowledged: dict[str, int], expected: Expected, check: Check) -> None:
    check.lost += [f"ruling {text!r}" for text, count in acknowledged.items() if len(stored.get(text, ())) < count]
    for text, answers in stored.items():
        sent = expected.rulings[text].answers if text in expected.rulings else []
        if len(answers) > len(sent):
            check.double.append(f"ruling {text!r}: {answers} of {sent}")
        elif answers != sent[: len(answers)]:
            check.broken.append(f"ruling {text!r}: {answers} instead of {sent}")


def _check_outbox(
    outbox: list[tuple[int, str]], posts: set[int], expected: Expected, check: Check, flagged: Collection[int] | None
) -> None:
    counts = Counter(post for post, _ in outbox)
    check.lost += [f"post {post}" for post in posts if not counts[post]]
    check.double += [f"post {post}: {count} tasks" for post, count in counts.items() if count > 1 or post not in expected.posts]
    if flagged is not None:
        check.lost += [f"the flag of post {post}" for post, state in outbox if state == "done" and post not in flagged]
        check.broken += [f"the flag of post {post} was given up" for post, state in outbox if state == "parked"]


def check_names(folder: Path, check: Check) -> None:
    """Check that every table in a folder of exports is complete: its name holds the hash of its content, its manifest lies beside it."""
    for path in folder.glob("rulings-*.csv"):
        if path.name.endswith(_MANIFEST_SUFFIX):
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if path.stem != f"rulings-{digest[:_HASH_DIGITS]}":
            check.broken.append(f"{path.name} is not what its name says")
        manifest = path.with_name(f"{path.stem}{_MANIFEST_SUFFIX}")
        if not manifest.exists() or json.loads(manifest.read_text("utf-8"))["sha256"] != digest:
            check.broken.append(f"{path.name} has no manifest of its own")


def check_export(folder: Path, expected: Expected, check: Check) -> None:
    """Check that the one export in a folder holds the last answer about each comment, exactly once. Everything was acknowledged."""
    (path,) = folder.glob("rulings-*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["abusive"].lower() == "true") for row in csv.DictReader(file)]
    exported, wanted = Counter(rows), Counter((text, sent.answers[-1]) for text, sent in expected.rulings.items())
    check.lost += [f"row {row}" for row in (wanted - exported)]
    check.double += [f"row {row}" for row in (exported - wanted)]

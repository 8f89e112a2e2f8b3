"""The documents of a registry: what is noted about a version, an alias, a change, a try and a forgotten table. None holds a text."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model.artefact.field_types import LAX, ManifestJson, Sha256, ShortText
from model.artefact.manifest import describe_validation_error
from model.errors import RegistryError

__all__ = [
    "Alias",
    "AliasName",
    "Change",
    "ChangeKind",
    "LearnedTable",
    "Tombstone",
    "Try",
    "VersionRecord",
    "encode_document",
    "parse_document",
    "time_stamp",
]


class AliasName(StrEnum):
    """What a version may be for a site."""

    CHAMPION = "champion"
    FORMER = "former"
    CANDIDATE = "candidate"


class ChangeKind(StrEnum):
    """What may happen in a registry."""

    CANDIDATE = "candidate"
    ACTIVATE = "activate"
    ROLLBACK = "rollback"
    PRUNE = "prune"


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


_Version = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}@[0-9a-f]{12}$")]
_Reason = Annotated[str, Field(min_length=1, max_length=2000)]
_D = TypeVar("_D", bound=BaseModel)


class Alias(_Document):
    """Which version an alias means, since when, and by whose act.

    Attributes:
        version: such as ``default@3f2a9c1d04be``.
        content_hash: the whole hash, which is also the name of the version's folder.
        sequence: the number of the change that set it; 0 for what was served before the registry had a champion.
        at: time of the change, in ISO 8601.
        by: who changed it, such as ``user@host``.
        seen: the hash of the try that the person saw; None if it was forced, unattended or a rollback.
        unattended: whether no person did it.
        reason: why it was forced; None if it was not.
    """

    version: _Version
    content_hash: Sha256
    sequence: Annotated[int, Field(ge=0)]
    at: ShortText
    by: ShortText
    seen: ShortText | None = None
    unattended: bool = False
    reason: _Reason | None = None


class Change(_Document):
    """An entry of the log: what was done, and what the aliases mean from then on. It is kept for ever.

    Attributes:
        sequence: its number; entries are numbered from 1 without a gap.
        kind: what was done.
        at: when, in ISO 8601.
        by: who did it.
        reason: why it was forced; None if it was not.
        pruned: content hashes of the versions that were removed.
        champion, former, candidate: what the aliases mean afterwards.
        nonce: differs between writers, so that each can tell whether an entry is its own.
    """

    format: Literal[1] = 1
    sequence: Annotated[int, Field(ge=1)]
    kind: Annotated[ChangeKind, Field(strict=False)]
    at: ShortText
    by: ShortText
    reason: _Reason | None = None
    pruned: Annotated[tuple[Sha256, ...], LAX] = ()
    champion: Alias | None = None
    former: Alias | None = None
    candidate: Alias | None = None
    nonce: ShortText


class LearnedTable(_Document):
    """A table that a version learned from.

    Attributes:
        kind: ``snapshot`` of rulings, any other labelled ``table``, or a table of the ``corpus`` that the site has.
        name: of its file, without folders; None if it had none.
        sha256: hash of its bytes when it was read; `Registry.current_hash` tells what became of it.
        rows: the number of its rows.
    """

    kind: Literal["snapshot", "table", "corpus"]
    name: ShortText | None = None
    sha256: Sha256
    rows: Annotated[int, Field(ge=0)]


class VersionRecord(_Document):
    """What is noted about a version when it is published; it never changes.

    Attributes:
        created_at: when it was made, in ISO 8601.
        made_by: who or what made it, such as ``user@host``.
        started_from: content hash of the version whose weights it started from; None if it was trained from nothing.
        learned_from: the tables that it learned from.
        gate: the report of the gate (its JSON) at that time; None if it did not go through it. Later ones are noted beside.
        settings: how it was made.
        remarks: what else is to be known.
        version, content_hash: which version this is; `Registry.publish` adds them.
        documents: SHA-256 of the texts in its folder, by name; `Registry.publish` adds them.
    """

    format: Literal[1] = 1
    created_at: ShortText
    made_by: ShortText
    started_from: Sha256 | None = None
    learned_from: Annotated[tuple[LearnedTable, ...], LAX] = ()
    gate: dict[str, ManifestJson] | None = None
    settings: dict[str, ManifestJson] = {}
    remarks: Annotated[tuple[ShortText, ...], LAX] = ()
    version: _Version | None = None
    content_hash: Sha256 | None = None
    documents: dict[str, Sha256] = {}


class Try(_Document):
    """Two versions whose verdicts on the same texts somebody was shown.

    Attributes:
        champion, candidate: their content hashes.
        at: when, in ISO 8601.
        by: who asked for it.
        texts: how many texts were judged.
        changed: how many of their verdicts differ.
    """

    format: Literal[1] = 1
    champion: Sha256
    candidate: Sha256
    at: ShortText
    by: ShortText
    texts: Annotated[int, Field(ge=0)]
    changed: Annotated[int, Field(ge=0)]


class Tombstone(_Document):
    """What is left of a table from which something was forgotten: the hash that it had, and the one that it has now.

    Attributes:
        old: SHA-256 before.
        new: SHA-256 afterwards; None where nothing was left.
    """

    old: Sha256
    new: Sha256 | None


def encode_document(document: BaseModel) -> bytes:
    """Return a document in the form in which it is written."""
    return json.dumps(document.model_dump(mode="json"), indent=1, sort_keys=True, allow_nan=False).encode("ascii") + b"\n"


def parse_document(kind: type[_D], content: bytes, *, name: str) -> _D:
    """Return the document that some bytes hold.

    Args:
        kind: what it has to be.
        content: the bytes.
        name: the file, for messages.

    Raises:
        RegistryError: they hold nothing of the kind.
    """
    try:
        return kind.model_validate(json.loads(content))
    except ValidationError as error:
        reason = describe_validation_error(error)
    except (ValueError, RecursionError):
        reason = "not valid JSON"
    raise RegistryError(f"{name}: was altered or damaged ({reason}): bring it back from a copy; `tipstaff models verify` looks for more")


def time_stamp() -> str:
    """Return the time, as documents note it."""
    return datetime.now(UTC).isoformat(timespec="seconds")

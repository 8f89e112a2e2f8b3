"""What a registry notes about its versions: how each was made, who has seen how it differs, and what has become of its tables."""

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import suppress

from pydantic import RootModel

from model.errors import RegistryError
from service.registry.activation import GateJson, compares_with
from service.registry.lineage import Lineage
from service.registry.registry_documents import Try, VersionRecord, encode_document, parse_document
from service.registry.storage.registry_files import RegistryFiles

__all__ = ["HASH_DIGITS", "VersionNotes"]

HASH_DIGITS = 64
"""The digits of a whole hash."""

_TRY_DIGITS = 16
_TRY = re.compile(r"[0-9a-f]{16}")


class _LaterReport(RootModel[GateJson]):
    """A report of the gate that was made after the version was published."""


class VersionNotes:
    """The notes of a registry. All that writes is called while the files are locked.

    Attributes:
        lineage: what has become of tables.
    """

    def __init__(self, files: RegistryFiles) -> None:
        self._files = files
        self.lineage = Lineage(files)

    def add_record(self, record: VersionRecord) -> None:
        """Note how a version was made, unless that is noted already."""
        self._files.create(_record_path(record.content_hash or ""), encode_document(record))

    def add_gate_report(self, content_hash: str, report: GateJson) -> None:
        """Note a further report of the gate about a version, unless it is the newest one already."""
        reports = self.gate_reports(content_hash)
        if report in reports[-1:]:
            return
        number = max((int(name.removesuffix(".json")) for name in self._report_names(content_hash)), default=0)
        content = json.dumps(report, indent=1, sort_keys=True, allow_nan=False).encode("ascii") + b"\n"
        while not self._files.create(f"gates/{content_hash}/{number + 1:04}.json", content):
            number += 1

    def gate_reports(self, content_hash: str) -> list[GateJson]:
        """Return the reports of the gate about a version, oldest first."""
        first = self.record(content_hash).gate
        paths = [f"gates/{content_hash}/{name}" for name in self._report_names(content_hash)]
        return [*([first] if first is not None else []), *map(self._read_report, paths)]

    def gate_report(self, content_hash: str, champion: str) -> GateJson | None:
        """Return the newest report about a version that compares it with a champion (its hash); the newest of all if none does."""
        reports = self.gate_reports(content_hash)
        fitting = [report for report in reports if compares_with(report, champion)]
        chosen = fitting or reports
        return chosen[-1] if chosen else None

    def _report_names(self, content_hash: str) -> list[str]:
        names = self._files.names(f"gates/{content_hash}")
        return [name for name in names if name.endswith(".json") and name.removesuffix(".json").isdecimal()]

    def _read_report(self, path: str) -> GateJson:
        return parse_document(_LaterReport, self._files.read(path), name=f"{self._files.name}/{path}").root

    def record(self, content_hash: str) -> VersionRecord:
        """Return what is noted about a version, also if it was pruned.

        Raises:
            RegistryError: the record is missing, damaged, or that of another version.
        """
        path = _record_path(content_hash)
        name = f"{self._files.name}/{path}"
        try:
            record = parse_document(VersionRecord, self._files.read(path), name=name)
        except FileNotFoundError as error:
            raise RegistryError(f"{name}: is missing: bring it back from a copy, or publish the version anew") from error
        if record.content_hash != content_hash:
            raise RegistryError(f"{name}: is the record of another version: bring the right one back from a copy")
        return record

    def hashes(self) -> list[str]:
        """Return the content hashes of all versions that were ever published."""
        names = (name.removesuffix(".json") for name in self._files.names("records"))
        return [name for name in names if len(name) == HASH_DIGITS]

    def records(self, hashes: Iterable[str]) -> list[VersionRecord]:
        """Return what is noted about some versions, those made first first."""
        return sorted(map(self.record, hashes), key=lambda record: (record.created_at, record.content_hash or ""))

    def learned_from(self, sha256s: Iterable[str]) -> list[VersionRecord]:
        """Return the records of the versions that learned from any of some tables, also under hashes that these had before."""
        hashes = {former for sha256 in sha256s for former in self.lineage.former_hashes(sha256)}
        return [record for record in self.records(self.hashes()) if not hashes.isdisjoint(table.sha256 for table in record.learned_from)]

    def add_try(self, shown: Try) -> str:
        """Note that somebody was shown how two versions differ, and return the hash of the note."""
        content = encode_document(shown)
        name = hashlib.sha256(content).hexdigest()[:_TRY_DIGITS]
        self._files.create(_try_path(name), content)
        return name

    def find_try(self, seen: str | None) -> Try | None:
        """Return the note of a hash; None if there is none."""
        if seen is not None and _TRY.fullmatch(seen):
            with suppress(FileNotFoundError):
                return parse_document(Try, self._files.read(_try_path(seen)), name=f"{self._files.name}/{_try_path(seen)}")
        return None


def _record_path(content_hash: str) -> str:
    return f"records/{content_hash}.json"


def _try_path(name: str) -> str:
    return f"tries/{name}.json"

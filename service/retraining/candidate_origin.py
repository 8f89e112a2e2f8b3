"""Where a candidate comes from: its champion, the tables that it learned from, how it was fitted, and what the gate said of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model.comment import LABELS
from service.registry.registry_documents import LearnedTable, VersionRecord
from training.tables.labelled import UNKNOWN

if TYPE_CHECKING:
    from training.gate.gate_report import GateReport
    from training.tables.labelled import Labelled

__all__ = ["UNDECIDED", "CandidateOrigin", "count_labels"]

UNDECIDED = "undecided"
"""What a row counts as that does not decide between the labels."""

_MOST_SOURCES = 100
_OTHER_SOURCES = "other sources"


@dataclass(frozen=True, slots=True)
class CandidateOrigin:
    """What is to be known of a candidate. It names no person and holds no comment.

    Attributes:
        version, content_hash: of the candidate.
        champion, champion_hash: version and content hash of the model that it started from.
        tables: what it learned from, in the order of their names.
        rows: what it learned from, by source and label: source → label → number.
        roles: how many rulings each role gave; empty where the tables name none.
        settings: how it was fitted.
        gate: what the gate said.
        remarks: what else is to be known.
    """

    version: str
    content_hash: str
    champion: str
    champion_hash: str
    tables: Sequence[LearnedTable]
    rows: Mapping[str, Mapping[str, int]]
    roles: Mapping[str, int]
    settings: Mapping[str, Any]
    gate: "GateReport"
    remarks: Sequence[str] = ()

    def to_record(self, *, created_at: str, made_by: str) -> VersionRecord:
        """Return what the registry keeps of it.

        Args:
            created_at: when it was made, in ISO 8601.
            made_by: who or what made it.
        """
        return VersionRecord(
            created_at=created_at,
            made_by=made_by,
            started_from=self.champion_hash,
            learned_from=tuple(self.tables),
            gate=self.gate.to_json(),
            settings={
                **self.settings,
                "rows": {source: dict(labels) for source, labels in self.rows.items()},
                "roles": dict(self.roles),
            },
            remarks=tuple(self.remarks),
        )


def count_labels(rows: "Labelled") -> dict[str, dict[str, int]]:
    """Return source → label → number of rows.

    A row that does not decide between the labels counts as `UNDECIDED`. Of many sources, the largest are named, and the rest count as one.
    """
    largest = {source for source, _ in Counter(rows.source).most_common(_MOST_SOURCES)}
    counts: dict[str, Counter[str]] = {}
    for source, label in zip(rows.source, rows.label.tolist(), strict=True):
        name = source if source in largest else _OTHER_SOURCES
        counts.setdefault(name, Counter())[UNDECIDED if label == UNKNOWN else LABELS[label]] += 1
    names = (*LABELS, UNDECIDED)
    return {source: {name: counts[source][name] for name in names if counts[source][name]} for source in sorted(counts)}

"""What a caller of ``tipstaff retrain`` asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["RetrainingOrder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingOrder:
    """What to learn, what to start from, and where the candidate goes besides the registry.

    Attributes:
        tables: labelled tables, snapshots, or folders of them; none for the rulings of the store.
        out: folder to which the candidate is written as well; None for none.
        champion: folder of the model to start from; None for the one in force.
        name: what the candidate is called; None for the champion's name.
        languages: the tag of the language whose pack is to learn; where none has a pack, those that the tables teach the model for
            English, beside those that enough rows are in.
        corpus: folder of labelled tables from elsewhere; None for none.
        recent: file of recent comments without labels; None for none.
        threads: number of threads that read the texts; None for one for each core.
        columns: field → column, where the tables have other names for them.
        labels: the tables' label → fine, toxic or hateful.
        strict: whether the first bad row ends the run.
    """

    tables: Sequence[Path] = ()
    out: Path | None = None
    champion: Path | None = None
    name: str | None = None
    languages: Sequence[str] = ()
    corpus: Path | None = None
    recent: Path | None = None
    threads: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False

"""Replaces labels of the corpus by labels assigned anew under one guideline, because its sources contradict each other.

Three tables are joined to the rows of the corpus by ``source`` and ``id``. Rows without a match in the corpus are ignored, and so are
those whose column ``use`` is not "train", because their licence allows evaluation only.

- ``reread.parquet``: a label replaces both answers of its source. An empty label (the annotator was unsure) leaves them unchanged.
- ``attributes.parquet``: five booleans replace the answers to five attributes.
- ``readings.parquet``, which lies beside this module: labels and attributes together, as in the other two; no text. It teaches, and never
  measures: neither a dev row of the corpus nor one of ``reread.parquet`` is changed by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from model.array_types import BoolArray, Int8Array
from model.comment import Label
from model.errors import TableError
from training.label_noise.source_confusion import SourceConfusion, estimate_confusion
from training.tables.labelled import ANSWERS_OF_LABEL, UNKNOWN, Labelled

__all__ = ["ATTRIBUTES_TABLE", "OWN_READINGS", "REREAD_TABLE", "Readings", "read_readings", "replace_reread"]

REREAD_TABLE = "reread.parquet"
ATTRIBUTES_TABLE = "attributes.parquet"
OWN_READINGS = Path(__file__).with_name("readings.parquet")
"""Our own readings; the file need not be there."""

_ATTRIBUTE_OF_COLUMN: Mapping[str, str] = MappingProxyType(
    {
        "insult": "insult",
        "threat": "threat",
        "profanity": "profanity",
        "sexually_explicit": "sexually_explicit",
        "severe": "severe_toxicity",
    }
)

_BIASED = "informative"
"""How rows were drawn that a model and the source disagreed about."""

_Key = tuple[str, str]


@dataclass(frozen=True)
class Readings:
    """What was read again, by source and id.

    Attributes:
        labels: the answers to ``abusive`` and ``hateful``.
        attributes: the answers to attributes, by their names.
        own: the keys of our own readings, which change no dev row.
        unbiased: the keys of what was drawn for reading without regard to whether a model contradicts the source.
    """

    labels: Mapping[_Key, tuple[int, int]]
    attributes: Mapping[_Key, Mapping[str, bool]]
    own: frozenset[_Key]
    unbiased: frozenset[_Key]

    def has_label(self, rows: Labelled) -> BoolArray:
        """Return of each row whether it was read again and got a label, shape (n,)."""
        return np.array([key in self.labels and self._may_change(key, split) for key, split in _keys(rows)], np.bool_)

    def has_attributes(self, rows: Labelled) -> BoolArray:
        """Return of each row whether it was read again for the attributes, shape (n,)."""
        return np.array([key in self.attributes and self._may_change(key, split) for key, split in _keys(rows)], np.bool_)

    def confusion(self, rows: Labelled) -> SourceConfusion:
        """Return how the sources of rows err, by those train rows that were read again; the rows have the answers of their sources."""
        labels = np.full(len(rows), UNKNOWN, np.int8)
        counts = np.zeros(len(rows), np.bool_)
        for row, (key, split) in enumerate(_keys(rows)):
            if split != "dev" and key in self.labels:
                labels[row] = sum(self.labels[key])
                counts[row] = key in self.unbiased
        return estimate_confusion(rows.source, rows.abusive, rows.hateful, labels, counts=counts)

    def _may_change(self, key: _Key, split: str | None) -> bool:
        return split != "dev" or key not in self.own


def read_readings(folder: Path, own: Path = OWN_READINGS) -> Readings:
    """Read all that was read again.

    Args:
        folder: where ``reread.parquet`` and ``attributes.parquet`` lie; one that is not there holds nothing.
        own: our own readings, likewise.

    Raises:
        TableError: a table lacks a column, cannot be read, or holds an unknown label.
    """
    labels: dict[_Key, tuple[int, int]] = {}
    attributes: dict[_Key, Mapping[str, bool]] = {}
    measured: set[_Key] = set()
    unbiased: set[_Key] = set()
    if (folder / REREAD_TABLE).is_file():
        for key, record in _read_records(folder / REREAD_TABLE, ("use", "split", "label", "drawn")).items():
            if record["split"] == "dev":
                measured.add(key)
            if record["drawn"] != _BIASED:
                unbiased.add(key)
            if record["use"] == "train":
                _add_label(labels, key, record, folder / REREAD_TABLE)
    if (folder / ATTRIBUTES_TABLE).is_file():
        for key, record in _read_records(folder / ATTRIBUTES_TABLE, ("use", *_ATTRIBUTE_OF_COLUMN)).items():
            if record["use"] == "train":
                attributes[key] = _answered(record)
    own_records = _read_records(own, ("label", *_ATTRIBUTE_OF_COLUMN)) if own.is_file() else {}
    teaching = {key: record for key, record in own_records.items() if key not in measured}
    for key, record in teaching.items():
        _add_label(labels, key, record, own)
        if answered := _answered(record):
            attributes[key] = answered
    return Readings(labels, attributes, frozenset(teaching), frozenset(unbiased))


def _add_label(labels: dict[_Key, tuple[int, int]], key: _Key, record: Mapping[str, Any], path: Path) -> None:
    label = record["label"]
    if label is None:
        return
    if label not in ANSWERS_OF_LABEL:
        raise TableError(f"{path}: {label!r} is no label; it has to be {', '.join(Label)} or empty")
    labels[key] = ANSWERS_OF_LABEL[label]


def _answered(record: Mapping[str, Any]) -> dict[str, bool]:
    return {name: record[column] for column, name in _ATTRIBUTE_OF_COLUMN.items() if record[column] is not None}


def replace_reread(rows: Labelled, readings: Readings) -> Labelled:
    """Return rows with the new answers in place of those of their sources.

    Args:
        rows: of the corpus, all with the ``id`` that their source has for them.
        readings: the new answers.
    """
    abusive, hateful = rows.abusive.copy(), rows.hateful.copy()
    attributes = {name: answers.copy() for name, answers in rows.attributes.items()}
    keys = [key for key, _ in _keys(rows)]
    for row in np.flatnonzero(readings.has_label(rows)):
        abusive[row], hateful[row] = readings.labels[keys[row]]
    has_attributes = readings.has_attributes(rows)
    for answers in attributes.values():
        # Rows that were read again measure; what their source means by an attribute is nothing to measure by.
        answers[readings.has_label(rows) & ~has_attributes] = UNKNOWN
    for row in np.flatnonzero(has_attributes):
        for name, answer in readings.attributes[keys[row]].items():
            attributes.setdefault(name, _unknown(len(rows)))[row] = answer
    attributes = dict(sorted(attributes.items()))
    return replace(rows, abusive=abusive, hateful=hateful, attributes=attributes, reread=readings.has_label(rows))


def _keys(rows: Labelled) -> list[tuple[_Key, str | None]]:
    return list(zip(zip(rows.source, rows.id, strict=True), rows.split, strict=True))


def _unknown(size: int) -> Int8Array:
    return np.full(size, UNKNOWN, np.int8)


def _read_records(path: Path, columns: tuple[str, ...]) -> dict[_Key, dict[str, Any]]:
    """Return the rows of a table by source and id."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    needed = ("source", "id", *columns)
    try:
        missing = set(needed).difference(pq.read_schema(path).names)
        if missing:
            raise TableError(f"{path}: the columns {', '.join(sorted(missing))} are missing; rows are joined by source and id")
        records = pq.read_table(path, columns=list(needed)).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{path}: not a readable Parquet file ({str(error).splitlines()[0]})") from error
    return {(record["source"], record["id"]): record for record in records}

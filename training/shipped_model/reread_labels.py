"""Replaces labels of the corpus by labels assigned anew under one guideline, because its sources contradict each other.

Both tables are joined to the rows of the corpus by ``source`` and ``id``. Rows without a match in the corpus are ignored, and so are
those whose column ``use`` is not "train", because their licence allows evaluation only.

- ``reread.parquet``: a label replaces both answers of its source. An empty label (the annotator was unsure) leaves them unchanged.
- ``attributes.parquet``: five booleans replace the answers to five attributes.

The shipped model learned from the labels of the sources, before these tables were made; a model that learns from them differs.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from model.array_types import Int8Array
from model.comment import Label
from model.errors import TableError
from training.tables.labelled import UNKNOWN, Labelled

__all__ = ["ATTRIBUTES_TABLE", "REREAD_TABLE", "replace_reread"]

REREAD_TABLE = "reread.parquet"
ATTRIBUTES_TABLE = "attributes.parquet"

_ANSWERS: Mapping[str, tuple[int, int]] = MappingProxyType({Label.FINE: (0, 0), Label.TOXIC: (1, 0), Label.HATEFUL: (1, 1)})
_ATTRIBUTE_OF_COLUMN: Mapping[str, str] = MappingProxyType(
    {
        "insult": "insult",
        "threat": "threat",
        "profanity": "profanity",
        "sexually_explicit": "sexually_explicit",
        "severe": "severe_toxicity",
    }
)

_Key = tuple[str, str]


def replace_reread(rows: Labelled, folder: Path) -> Labelled:
    """Return rows with the new answers in place of those of their sources.

    Args:
        rows: of the corpus, all with the ``id`` that their source has for them.
        folder: where the two tables lie; one that is not there changes nothing.

    Raises:
        TableError: a table lacks a column, cannot be read, or holds an unknown label.
    """
    row_of = {key: row for row, key in enumerate(zip(rows.source, rows.id, strict=True))}
    abusive, hateful = rows.abusive.copy(), rows.hateful.copy()
    for key, record in _train_records(folder / REREAD_TABLE, ("label",)).items():
        label = record["label"]
        if label is None or key not in row_of:
            continue
        if label not in _ANSWERS:
            raise TableError(f"{folder / REREAD_TABLE}: {label!r} is no label; it has to be {', '.join(Label)} or empty")
        abusive[row_of[key]], hateful[row_of[key]] = _ANSWERS[label]
    attributes = {name: answers.copy() for name, answers in rows.attributes.items()}
    for key, record in _train_records(folder / ATTRIBUTES_TABLE, tuple(_ATTRIBUTE_OF_COLUMN)).items():
        for column, name in _ATTRIBUTE_OF_COLUMN.items():
            if key in row_of and record[column] is not None:
                attributes.setdefault(name, _unknown(len(rows)))[row_of[key]] = record[column]
    return replace(rows, abusive=abusive, hateful=hateful, attributes=dict(sorted(attributes.items())))


def _unknown(size: int) -> Int8Array:
    return np.full(size, UNKNOWN, np.int8)


def _train_records(path: Path, columns: tuple[str, ...]) -> dict[_Key, dict[str, Any]]:
    """Return the rows of a table that may be trained on, by source and id; none if the table is not there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        return {}
    needed = ("source", "id", "use", *columns)
    try:
        missing = set(needed).difference(pq.read_schema(path).names)
        if missing:
            raise TableError(f"{path}: the columns {', '.join(sorted(missing))} are missing; rows are joined by source and id")
        records = pq.read_table(path, columns=list(needed)).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{path}: not a readable Parquet file ({str(error).splitlines()[0]})") from error
    return {(record["source"], record["id"]): record for record in records if record["use"] == "train"}

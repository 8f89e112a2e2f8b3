"""Writes the doubts about labels as a table to read again, which training reads too once it is corrected."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from model.array_types import Int8Array
from model.comment import LABELS
from training.label_quality.label_doubts import LabelDoubts
from training.tables.file_names import legible_name
from training.tables.labelled import UNKNOWN

__all__ = ["DOUBT_TABLE_SUFFIXES", "doubt_columns", "encode_doubt_table"]

DOUBT_TABLE_SUFFIXES = (".csv", ".jsonl", ".parquet")
"""The suffixes of the files that doubts are written to, each of which says the format."""
_PLACES = 4  # decimals of probabilities

_Columns = Mapping[str, Sequence[Any]]


def doubt_columns(doubts: LabelDoubts) -> dict[str, list[Any]]:
    """Return the columns of the table, the most doubtful row first; all of what training reads is among them.

    A row with a label has it in ``label``. One that answers a single question has that answer in ``abusive`` or ``hateful`` instead,
    columns that are left out where no row needs them, because an answer there overrides the label.
    """
    order = doubts.order.tolist()
    rows = doubts.rows.take(order)
    labels = rows.label.tolist()
    neighbours = [int(doubts.neighbour[row]) for row in order]
    columns: dict[str, list[Any]] = {
        "source": rows.source,
        "id": rows.id,
        "text": rows.text,
        "label": [None if label == UNKNOWN else LABELS[label].value for label in labels],
        "suggested": [doubts.suggested[row] for row in order],
        "probability": [round(float(doubts.probability[row]), _PLACES) for row in order],
        "doubt": [round(float(doubts.doubt[row]), _PLACES) for row in order],
        "why": [" ".join(doubts.reasons[row]) for row in order],
        "file": [legible_name(place.file) for place in rows.place],
        "line": [place.line for place in rows.place],
        "neighbour_id": [doubts.rows.id[row] if row >= 0 else None for row in neighbours],
        "neighbour_label": [doubts.given[row] if row >= 0 else None for row in neighbours],
        "neighbour_file": [legible_name(doubts.rows.place[row].file) if row >= 0 else None for row in neighbours],
        "neighbour_line": [doubts.rows.place[row].line if row >= 0 else None for row in neighbours],
    }
    is_partial = rows.label == UNKNOWN
    further: dict[str, list[Any]] = {
        "abusive": _answers(np.where(is_partial, rows.abusive, np.int8(UNKNOWN))),
        "hateful": _answers(np.where(is_partial, rows.hateful, np.int8(UNKNOWN))),
        "split": rows.split,
        "target": rows.target,
        "parent_text": [context and context.parent_text for context in rows.context or ()],
        "title": [context and context.title for context in rows.context or ()],
        **{f"attribute.{name}": _answers(answers) for name, answers in rows.attributes.items()},
    }
    columns |= {name: values for name, values in further.items() if any(value is not None for value in values)}
    if (rows.weight != 1).any():
        columns["weight"] = rows.weight.tolist()
    return {name: [legible_name(value) if isinstance(value, str) else value for value in values] for name, values in columns.items()}


def encode_doubt_table(columns: _Columns, suffix: str) -> bytes:
    """Return a table in the format of a suffix, one of ``DOUBT_TABLE_SUFFIXES``."""
    if suffix == ".parquet":
        return _encode_parquet(columns)
    records = zip(*columns.values(), strict=True)
    if suffix == ".jsonl":
        lines = (json.dumps(dict(zip(columns, record, strict=True)), ensure_ascii=False) for record in records)
        return "".join(f"{line}\n" for line in lines).encode("utf-8")
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(_csv_cell, record) for record in records)
    return file.getvalue().encode("utf-8")


def _csv_cell(cell: object) -> object:
    return "" if cell is None else str(cell).lower() if isinstance(cell, bool) else cell


def _answers(answers: Int8Array) -> list[bool | None]:
    return [None if answer == UNKNOWN else bool(answer) for answer in answers.tolist()]


def _encode_parquet(columns: _Columns) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # A column without a single value would have no type that other programs know.
    arrays = {name: pa.array(values, pa.string() if all(value is None for value in values) else None) for name, values in columns.items()}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays), sink, compression="zstd")
    encoded: bytes = sink.getvalue().to_pybytes()
    return encoded

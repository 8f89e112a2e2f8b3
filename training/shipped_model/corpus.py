"""Loads the public corpus, which lies beside a development checkout.

The folder holds one Parquet table for each source of ``SOURCES``, called ``NAME.parquet``, with the columns ``id``, ``split`` (train or
dev), ``text``, ``abusive`` and ``hateful`` (nullable booleans), ``target`` and ``native`` (the source's own labels as JSON). Two further
tables are joined to these rows by source and id; :mod:`training.shipped_model.reread_labels` says what they change. No other file
is read: ``context.parquet`` holds the comments that others reply to, which the model never sees, and the folders below hold sources
that the shipped model did not learn from, some of them under licences that forbid it.
"""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from model.array_types import Int8Array
from model.errors import TableError
from training.shipped_model.native_labels import attribute_answers
from training.shipped_model.reread_labels import replace_reread
from training.shipped_model.sources import SOURCES
from training.tables.labelled import UNKNOWN, Labelled, Place, encode_answers

__all__ = ["CORPUS_FOLDER", "find_sources", "load_corpus", "read_train_texts"]

CORPUS_FOLDER = Path("../shared/corpus")
"""Where the corpus lies beside a development checkout."""

_COLUMNS = ("id", "split", "text", "abusive", "hateful", "target", "native")


def find_sources(folder: Path) -> list[Path]:
    """Return the tables of the known sources that are in a folder, sorted by name; none if it is not there."""
    return [table for name in sorted(SOURCES) if (table := folder / f"{name}.parquet").is_file()]


def load_corpus(folder: Path = CORPUS_FOLDER, *, reread: bool = False) -> Labelled:
    """Return the rows of the corpus with their attributes, each with the weight of its source.

    Args:
        folder: where the tables of the sources lie.
        reread: whether labels that were read again replace those of the sources, where there are any.

    Returns:
        Every row that answers ``abusive``, ``hateful`` or an attribute, source by source in the order of their names.

    Raises:
        TableError: the folder holds the table of no known source, or a table is damaged.
    """
    tables = find_sources(folder)
    if not tables:
        raise TableError(
            f"{folder}: the corpus is not there: no table of a known source, such as {min(SOURCES)}.parquet, is in this folder; "
            "name the right one with --corpus"
        )
    rows = Labelled.concat([_load_source(table) for table in tables])
    if reread:
        rows = replace_reread(rows, folder)
    answers = np.vstack([rows.abusive, rows.hateful, *rows.attributes.values()])
    return rows.take(np.flatnonzero((answers != UNKNOWN).any(axis=0)))


def read_train_texts(folder: Path, names: Collection[str]) -> tuple[list[str], list[str], Int8Array]:
    """Return the train rows of some sources, including those without an answer.

    Args:
        folder: where the tables of the sources lie.
        names: the sources; they are read in sorted order.

    Returns:
        The texts, the source of each, and whether each is abusive (1, 0 or -1, unknown); n of each.

    Raises:
        TableError: the table of a source is missing or damaged.
    """
    missing = [name for name in sorted(names) if not (folder / f"{name}.parquet").is_file()]
    if missing:
        raise TableError(
            f"{folder}: {len(missing)} of {len(names)} tables are not there: {', '.join(f'{name}.parquet' for name in missing)}; "
            "name the folder that holds them with --corpus"
        )
    texts: list[str] = []
    sources: list[str] = []
    answers: list[bool | None] = []
    for name in sorted(names):
        columns = _read_columns(folder / f"{name}.parquet", ("split", "text", "abusive"))
        for split, text, abusive in zip(columns["split"], columns["text"], columns["abusive"], strict=True):
            if split == "train":
                texts.append(text)
                sources.append(name)
                answers.append(abusive)
    return texts, sources, encode_answers(answers)


def _read_columns(path: Path, names: tuple[str, ...]) -> dict[str, list[Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        missing = set(names).difference(pq.read_schema(path).names)
        if not missing:
            columns: dict[str, list[Any]] = pq.read_table(path, columns=list(names)).to_pydict()
            return columns
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{path}: not a source of the corpus: no readable Parquet file ({str(error).splitlines()[0]})") from error
    raise TableError(
        f"{path}: not a source of the corpus: it lacks the columns {', '.join(sorted(missing))}; "
        "a table of your own needs a name that is none of its sources"
    )


def _load_source(path: Path) -> Labelled:
    columns = _read_columns(path, _COLUMNS)
    try:
        attributes = attribute_answers(path.stem, [json.loads(value) for value in columns["native"]])
    except (ValueError, KeyError, TypeError) as error:
        raise TableError(f"{path}: not a source of the corpus: its column native cannot be read ({error!r})") from error
    size = len(columns["text"])
    return Labelled(
        text=columns["text"],
        abusive=encode_answers(columns["abusive"]),
        hateful=encode_answers(columns["hateful"]),
        source=[path.stem] * size,
        split=columns["split"],
        id=columns["id"],
        weight=np.full(size, SOURCES[path.stem].weight),
        target=columns["target"],
        attributes=attributes,
        place=[Place(path.name, row) for row in range(1, size + 1)],
    )

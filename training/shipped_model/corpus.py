"""Loads the public corpus, which lies beside a development checkout.

The folder holds one Parquet table for each source of ``SOURCES``, called ``NAME.parquet``, with the columns ``id``, ``split`` (train or
dev), ``text``, ``abusive`` and ``hateful`` (nullable booleans), ``target`` and ``native`` (the source's own labels as JSON). Its folder
``english`` holds those of ``ENGLISH_SOURCES``, with a column ``use`` in place of ``target``: only rows that may be trained on are
loaded, and of their dev rows only those that were read again, since the labels of these sources are not what is measured by.

Further tables are joined to these rows by source and id; :mod:`training.shipped_model.reread_labels` says what they change. No other
file is read: ``context.parquet`` holds the comments that others reply to, and the folder ``languages`` those in other languages.
"""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from model.array_types import Int8Array
from model.errors import TableError
from training.label_noise.source_confusion import SourceConfusion
from training.shipped_model.native_labels import attribute_answers
from training.shipped_model.reread_labels import read_readings, replace_reread
from training.shipped_model.sources import ALL_SOURCES, ENGLISH_SOURCES, SOURCES
from training.tables.labelled import UNKNOWN, Labelled, Place, encode_answers

__all__ = ["CORPUS_FOLDER", "find_sources", "load_corpus", "load_known_corpus", "read_train_texts"]

CORPUS_FOLDER = Path("../shared/corpus")
"""Where the corpus lies beside a development checkout."""

_COLUMNS = ("id", "split", "text", "abusive", "hateful", "target", "native")
_ENGLISH_COLUMNS = ("id", "split", "text", "abusive", "hateful", "use", "native")
_ENGLISH_FOLDER = "english"


def find_sources(folder: Path) -> list[Path]:
    """Return the tables of the known sources that are in a folder, sorted by name, then those of ``ENGLISH_SOURCES``."""
    places = [(folder, name) for name in sorted(SOURCES)] + [(folder / _ENGLISH_FOLDER, name) for name in sorted(ENGLISH_SOURCES)]
    return [table for place, name in places if (table := place / f"{name}.parquet").is_file()]


def load_corpus(folder: Path = CORPUS_FOLDER, *, reread: bool = False) -> Labelled:
    """Return the rows of the corpus with their attributes, each with the weight of its source: the first part of ``load_known_corpus``."""
    return load_known_corpus(folder, reread=reread)[0]


def load_known_corpus(folder: Path = CORPUS_FOLDER, *, reread: bool = True) -> tuple[Labelled, SourceConfusion]:
    """Return the rows of the corpus, each with the weight of its source, and how their sources err.

    Args:
        folder: where the tables of the sources lie.
        reread: whether labels that were read again replace those of the sources, where there are any.

    Returns:
        Every row that answers ``abusive``, ``hateful`` or an attribute, source by source in the order of ``find_sources``; and, unless no
        label was read again, the confusion of each source.

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
    measurable = np.array([name in SOURCES for name in rows.source])
    confusion = SourceConfusion({})
    if reread:
        read_again = read_readings(folder)
        if read_again.labels:
            confusion = read_again.confusion(rows)
        rows = replace_reread(rows, read_again)
        measurable |= read_again.has_label(rows)
    rows = rows.take(np.flatnonzero(measurable | np.array([split != "dev" for split in rows.split])))
    answers = np.vstack([rows.abusive, rows.hateful, *rows.attributes.values()])
    return rows.take(np.flatnonzero((answers != UNKNOWN).any(axis=0))), confusion


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
    is_english = path.stem in ENGLISH_SOURCES
    columns = _read_columns(path, _ENGLISH_COLUMNS if is_english else _COLUMNS)
    usable = [row for row, use in enumerate(columns.get("use", ["train"] * len(columns["text"]))) if use == "train"]
    columns = {name: [column[row] for row in usable] for name, column in columns.items()}
    try:
        attributes = attribute_answers(path.stem, [json.loads(value) for value in columns["native"]])
    except (ValueError, KeyError, TypeError) as error:
        raise TableError(f"{path}: not a source of the corpus: its column native cannot be read ({error!r})") from error
    size = len(usable)
    return Labelled(
        text=columns["text"],
        abusive=encode_answers(columns["abusive"]),
        hateful=encode_answers(columns["hateful"]),
        source=[path.stem] * size,
        split=columns["split"],
        id=columns["id"],
        weight=np.full(size, ALL_SOURCES[path.stem].weight),
        target=columns.get("target", [None] * size),
        attributes=attributes,
        place=[Place(path.name, row + 1) for row in usable],
    )

"""Reads the part of the public corpus that is in other languages than English, which lies beside a development checkout.

The folder ``languages`` of the corpus holds one Parquet table for each source, with the columns ``source``, ``id``, ``split`` (train or
dev), ``lang``, ``text``, ``abusive``, ``hateful`` (nullable booleans) and ``use``, and the table ``reread.parquet``: rows of these
sources that were read again by one guide, with ``label`` (fine, toxic, hateful, or empty where the reader was unsure). Rows whose ``use``
is ``figures`` have a licence that allows to measure with them, never to train on them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.array_types import AnyArray, BoolArray, Int8Array
from model.errors import TableError
from training.tables.labelled import UNKNOWN, Labelled, Place, encode_answers, encode_labels

__all__ = ["LANGUAGES_FOLDER", "LanguageRows", "load_language_rows", "load_reread_rows", "read_columns"]

LANGUAGES_FOLDER = Path("../shared/corpus/languages")
"""Where the tables lie beside a development checkout."""

_REREAD = "reread.parquet"
_LISTS = ("text", "lang", "source", "id", "split", "use")
_COLUMNS = ("source", "id", "split", "lang", "text", "abusive", "hateful", "use")
_REREAD_COLUMNS = ("source", "id", "split", "lang", "text", "label", "use")


@dataclass(frozen=True, eq=False)
class LanguageRows:
    """n labelled comments in several languages, column by column.

    Attributes:
        text: the comments as they were written.
        lang: the tag of each one's language.
        source: where each comment comes from.
        id: its identifier there; unique together with ``source``.
        abusive, hateful: answers, 1, 0 or -1 (unknown); int8, shape (n,).
        split: ``"train"`` or ``"dev"``.
        use: ``"train"``, or ``"figures"`` where a row may only measure.
    """

    text: list[str]
    lang: list[str]
    source: list[str]
    id: list[str]
    abusive: Int8Array
    hateful: Int8Array
    split: list[str]
    use: list[str]

    def __len__(self) -> int:
        """Return the number of comments."""
        return len(self.text)

    def take(self, rows: AnyArray) -> "LanguageRows":
        """Return the rows with these numbers, in this order, or those where a mask is true."""
        numbers = np.arange(len(self))[rows]
        lists = {name: [getattr(self, name)[number] for number in numbers.tolist()] for name in _LISTS}
        return LanguageRows(abusive=self.abusive[numbers], hateful=self.hateful[numbers], **lists)

    @classmethod
    def concat(cls, parts: Sequence["LanguageRows"]) -> "LanguageRows":
        """Return the rows of all parts, one after the other."""
        joined = {name: [value for part in parts for value in getattr(part, name)] for name in _LISTS}
        none = np.empty(0, np.int8)
        abusive, hateful = (np.concatenate([none, *(getattr(part, name) for part in parts)]) for name in ("abusive", "hateful"))
        return cls(abusive=abusive, hateful=hateful, **joined)

    def labelled(self) -> Labelled:
        """Return the rows in the form in which the steps of training exchange them; the language is left out."""
        n = len(self)
        places = [Place(source, number) for number, source in enumerate(self.source, 1)]
        split: list[str | None] = list(self.split)
        return Labelled(self.text, self.abusive, self.hateful, self.source, split, self.id, np.ones(n), [None] * n, {}, places)


def load_language_rows(
    folder: Path = LANGUAGES_FOLDER, languages: Collection[str] | None = None, split: str | None = "train", *, measured: bool = False
) -> LanguageRows:
    """Return the rows of the sources, but for those that were read again, which ``load_reread_rows`` returns.

    Args:
        folder: where the tables lie.
        languages: tags of those wanted; None for all.
        split: ``"train"`` or ``"dev"``; None for both.
        measured: whether rows that may only measure are wanted as well.

    Returns:
        Every such row that answers one of the questions, source by source.

    Raises:
        TableError: the folder holds no tables, or one of them is damaged.
    """
    tables = [path for path in sorted(folder.glob("*.parquet")) if path.name != _REREAD]
    if not tables:
        raise TableError(f"{folder}: holds no tables of comments in other languages")
    reread = read_columns(folder / _REREAD, ("source", "id", "text")) if (folder / _REREAD).is_file() else {}
    known = set(zip(reread.get("source", ()), reread.get("id", ()), strict=True))
    texts = set(reread.get("text", ()))
    parts = []
    for path in tables:
        columns = read_columns(path, _COLUMNS)
        parts.append(_rows(columns, *(encode_answers(columns[name]) for name in ("abusive", "hateful"))))
    rows = LanguageRows.concat(parts)
    is_new = [
        (source, row_id) not in known and text not in texts for source, row_id, text in zip(rows.source, rows.id, rows.text, strict=True)
    ]
    answers = (rows.abusive != UNKNOWN) | (rows.hateful != UNKNOWN)
    return rows.take(np.array(is_new, np.bool_) & answers & _is_wanted(rows, languages, split, measured=measured))


def load_reread_rows(
    folder: Path = LANGUAGES_FOLDER, languages: Collection[str] | None = None, split: str | None = "train", *, measured: bool = False
) -> LanguageRows:
    """Return the rows that were read again, of whose label the reader was sure; arguments and errors as of ``load_language_rows``."""
    columns = read_columns(folder / _REREAD, _REREAD_COLUMNS)
    rows = _rows(columns, *encode_labels(columns["label"]))
    return rows.take((rows.abusive != UNKNOWN) & _is_wanted(rows, languages, split, measured=measured))


def _rows(columns: Mapping[str, list[Any]], abusive: Int8Array, hateful: Int8Array) -> LanguageRows:
    return LanguageRows(abusive=abusive, hateful=hateful, **{name: columns[name] for name in _LISTS})


def _is_wanted(rows: LanguageRows, languages: Collection[str] | None, split: str | None, *, measured: bool) -> BoolArray:
    wanted = np.ones(len(rows), np.bool_)
    if languages is not None:
        wanted &= np.isin(rows.lang, sorted(languages))
    if split is not None:
        wanted &= np.array(rows.split, np.str_) == split
    if not measured:
        wanted &= np.array(rows.use, np.str_) == "train"
    return wanted


def read_columns(path: Path, names: Sequence[str]) -> dict[str, list[Any]]:
    """Return some columns of a Parquet table, by their names.

    Raises:
        TableError: it cannot be read, or lacks one of them.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        columns: dict[str, list[Any]] = pq.read_table(path, columns=list(names)).to_pydict()
    except (OSError, pa.ArrowException) as error:
        raise TableError(f"{path}: is no Parquet table with the columns {', '.join(names)} ({type(error).__name__})") from error
    return columns

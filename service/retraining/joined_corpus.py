"""Labelled rows from elsewhere that a site has: they hold a retraining where it is, and those held back say whether it does harm."""

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model.array_types import BoolArray
from service.registry.registry_documents import LearnedTable
from training.tables.labelled import Labelled

if TYPE_CHECKING:
    from training.retrain.ruling_rows import RulingRows

__all__ = ["CorpusRows", "find_reread_rows", "join_corpus", "read_corpus"]

_MOST_ROWS = 10_000
"""The most rows that are learned: more would hold nothing that these do not."""
_HELD_BACK = 0.1
_REREAD = "reread.parquet"
_HELD_BACK_FILE = "held-back.parquet"


@dataclass(frozen=True, eq=False)
class CorpusRows:
    """The rows of a corpus.

    Attributes:
        rows: those that are learned.
        tables: the files that they are from, in the order of their names.
        judged: a folder or table with the rows that say whether harm is done.
    """

    rows: Labelled
    tables: tuple[LearnedTable, ...]
    judged: Path


def read_corpus(folder: Path, work: Path) -> CorpusRows:
    """Read a corpus: the public one, or any folder of labelled tables.

    Rows that the tables call ``dev`` are not learned; where a table does not say, a tenth is held back, by a hash of the texts. Of the
    public corpus, only rows whose labels were read again are learned.

    Args:
        folder: of the corpus.
        work: a folder that may be written to.

    Raises:
        TableError: there is no table in it, or one cannot be read.
        OSError: what is held back cannot be written.
    """
    from training.shipped_model.training_tables import load_training_tables

    loaded = load_training_tables(folder)
    rows = loaded.rows
    ranks = np.array([_rank(text) for text in rows.text])
    is_known = np.array([split is not None for split in rows.split], np.bool_)
    is_dev = np.array([split == "dev" for split in rows.split], np.bool_) | (~is_known & (ranks < _HELD_BACK))
    judged = folder if (folder / _REREAD).is_file() else _write_held_back(rows, is_dev, work / _HELD_BACK_FILE)
    # Of the public corpus only what was read again: its sources contradict each other, and the champion knows them better than they do.
    learned = np.flatnonzero(~is_dev & (rows.reread if loaded.from_corpus else True))
    learned = np.sort(learned[np.argsort(ranks[learned], kind="stable")[:_MOST_ROWS]])
    taken = rows.take(learned)
    counts = Counter(taken.source)
    tables = (
        LearnedTable(kind="corpus", name=data.source, sha256=data.sha256, rows=counts.get(data.source, data.rows)) for data in loaded.data
    )
    return CorpusRows(taken, tuple(sorted(tables, key=lambda table: (table.name or "", table.sha256))), judged)


def find_reread_rows() -> Path | None:
    """Return the folder of the public corpus if it lies beside this checkout, whose re-read rows then say whether harm is done."""
    from training.shipped_model.corpus import CORPUS_FOLDER

    return CORPUS_FOLDER if (CORPUS_FOLDER / _REREAD).is_file() else None


def join_corpus(rows: "RulingRows", corpus: Labelled) -> "RulingRows":
    """Return rulings with the rows of a corpus behind them, which weigh as much as they do, all together.

    However large a corpus is, it does not drown what moderators say.
    """
    own = float(rows.labelled.weight.sum()) or float(len(rows))
    total = float(corpus.weight.sum())
    scaled = replace(corpus, weight=corpus.weight * (own / total)) if total else corpus
    n = len(corpus)
    return replace(
        rows,
        labelled=Labelled.concat([rows.labelled, scaled]),
        person=[*rows.person, *[None] * n],
        persons=[*rows.persons, *[()] * n],
        role=[*rows.role, *[None] * n],
        # A corpus has no raids: each of its rows stands for itself.
        group=np.concatenate([rows.group, rows.group.max(initial=0) + 1 + np.arange(n)]),
        created_at=np.concatenate([rows.created_at, np.full(n, np.nan)]),
        community=[*rows.community, *[None] * n],
        language=[*rows.language, *[None] * n],
        agreeing=np.concatenate([rows.agreeing, np.zeros(n, np.int64)]),
        contesting=np.concatenate([rows.contesting, np.zeros(n, np.int64)]),
    )


def _rank(text: str) -> float:
    """Return a number in [0, 1) that depends on the text alone."""
    return int.from_bytes(hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=7).digest(), "big") / 2**56


def _write_held_back(rows: Labelled, is_dev: BoolArray, file: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    held = rows.take(np.flatnonzero(is_dev))
    answers = {name: [None if answer < 0 else bool(answer) for answer in getattr(held, name).tolist()] for name in ("abusive", "hateful")}
    texts = [text.encode(errors="replace").decode() for text in held.text]
    pq.write_table(pa.table({"text": texts, **answers, "source": held.source, "split": ["dev"] * len(texts)}), file)
    return file

"""The rows of sites: sources of the corpus that play the part of a site, whose moderators rule by the source's own labels."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.comments import CORPUS
from benchmarks.figures import Skipped
from model.array_types import Int8Array
from training.tables.labelled import Labelled
from training.tables.labelled_tables import read_tables

__all__ = ["LANGUAGES", "SITES", "Elsewhere", "Site", "draw_rulings", "load_elsewhere", "load_site"]

SITES = ("cad", "hatexplain", "ghc")
"""Sources of the corpus that are left out of the base, each in turn."""

LANGUAGES = ("beep_ko", "poleval2019_pl", "offenseval2020_ar")
"""Sources in languages that the base does not read."""

_LANGUAGE_FOLDER = "languages"
_REREAD_TABLE = "reread.parquet"


@dataclass(frozen=True, eq=False)
class Site:
    """A site.

    Attributes:
        name: of its source.
        train: the rows that rulings are drawn from, with the labels of the source.
        dev: the rows that figures are measured on, with the labels of the source.
    """

    name: str
    train: Labelled
    dev: Labelled


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """Comments of other sources, which were read again by our definitions.

    Attributes:
        texts: n comments.
        abusive, hateful: their answers, shape (n,).
        source: where each comes from, shape (n,).
    """

    texts: list[str]
    abusive: Int8Array
    hateful: Int8Array
    source: NDArray[np.str_]


def load_site(name: str, folder: Path = CORPUS) -> Site:
    """Return a site; a source without dev rows is halved by the hash of its identifiers.

    Args:
        name: of a source of the corpus.
        folder: of the corpus.

    Raises:
        Skipped: the corpus is not there.
    """
    table = next((place for place in (folder / f"{name}.parquet", folder / _LANGUAGE_FOLDER / f"{name}.parquet") if place.is_file()), None)
    if table is None:
        raise Skipped(f"site {name}: {folder / name}.parquet is not there; the corpus is for development only")
    rows = read_tables([table]).rows
    is_dev = np.array([split == "dev" for split in rows.split])
    if not is_dev.any():
        is_dev = np.array([hashlib.sha256(key.encode()).digest()[0] % 2 == 1 for key in rows.id])
    return Site(name, rows.take(np.flatnonzero(~is_dev)), rows.take(np.flatnonzero(is_dev)))


def draw_rulings(site: Site, size: int, *, seed: int) -> Labelled:
    """Return train rows of a site as if its moderators had ruled on them, drawn at random; all if there are not so many."""
    chosen = np.random.default_rng(seed).permutation(len(site.train))[:size]
    return site.train.take(np.sort(chosen))


def load_elsewhere(site: str | None = None, folder: Path = CORPUS) -> Elsewhere:
    """Return the dev rows that were read again, without those of a site.

    Raises:
        Skipped: the corpus is not there.
    """
    table = folder / _REREAD_TABLE
    if not table.is_file():
        raise Skipped(f"other sources: {table} is not there; the corpus is for development only")
    import pyarrow.parquet as pq

    records = pq.read_table(table, columns=["source", "split", "text", "label"]).to_pylist()
    kept = [record for record in records if record["split"] == "dev" and record["label"] and record["source"] != site]
    labels = [record["label"] for record in kept]
    return Elsewhere(
        [record["text"] for record in kept],
        np.array([label != "fine" for label in labels], np.int8),
        np.array([label == "hateful" for label in labels], np.int8),
        np.array([record["source"] for record in kept], np.str_),
    )

"""Builds the bases of sites: models of the shipped kind, each trained as the shipped one was, but without a source."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.comments import CORPUS
from benchmarks.figures import Skipped
from training.label_noise.source_confusion import SourceConfusion
from training.shipped_model.build_shipped import build_shipped
from training.shipped_model.training_tables import TrainingTables, load_training_tables

__all__ = ["build_base", "without_source"]

_SHIPPED = Path(__file__).parents[2] / "model" / "default"


def build_base(site: str, *, state: Path, folder: Path = CORPUS) -> Path:
    """Return the folder of the base without a site, built if it is not there; that takes minutes.

    Args:
        site: the source that is left out.
        state: where the bases lie.
        folder: of the corpus.

    Raises:
        Skipped: the corpus is not there.
    """
    base = state / f"without_{site}"
    if (base / "manifest.json").is_file():
        return base
    if not (folder / f"{site}.parquet").is_file():
        raise Skipped(f"base without {site}: {folder} is not there; the corpus is for development only")
    build_shipped(without_source(load_training_tables(folder), site), out=base, encoder=_SHIPPED)
    return base


def without_source(tables: TrainingTables, source: str) -> TrainingTables:
    """Return tables that know nothing of a source: neither its rows nor how it errs."""
    kept = np.flatnonzero(np.array([name != source for name in tables.rows.source]))
    confusion = {name: table for name, table in tables.confusion.by_source.items() if name != source}
    clean = None if tables.clean_sources is None else tuple(name for name in tables.clean_sources if name != source)
    return replace(
        tables,
        rows=tables.rows.take(kept),
        confusion=SourceConfusion(confusion),
        data=tuple(origin for origin in tables.data if origin.source != source),
        clean_sources=clean,
    )

"""Bases without a source."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.figures import Skipped
from benchmarks.loop.bases import build_base, without_source
from model.artefact.manifest import DataSource
from training.label_noise.source_confusion import SourceConfusion
from training.shipped_model.training_tables import TrainingTables
from training.tables.labelled import Labelled, Place


def test_base_knows_nothing_of_the_source_that_is_left_out() -> None:
    """Neither rows, nor origin, nor how the source errs, nor its clean rows reach the base; all of the others stay."""
    sources = ["cad", "ghc", "cad", "edos"]
    rows = Labelled(
        text=[f"comment {number}" for number in range(4)],
        abusive=np.array([0, 1, 0, 1], np.int8),
        hateful=np.array([0, 1, 0, 0], np.int8),
        source=sources,
        split=["train"] * 4,
        id=[str(number) for number in range(4)],
        weight=np.ones(4),
        target=[None] * 4,
        attributes={},
        place=[Place(source, 1) for source in sources],
    )
    data = tuple(DataSource(source=name, sha256="0" * 64, rows=1, licence="none", origin="ours") for name in ("cad", "ghc", "edos"))
    table = np.full((3, 9), 1 / 9)
    tables = TrainingTables(rows, data, ("cad", "edos"), True, None, (), SourceConfusion({"cad": table, "ghc": table}))

    kept = without_source(tables, "cad")

    assert kept.rows.source == ["ghc", "edos"]
    assert [origin.source for origin in kept.data] == ["ghc", "edos"]
    assert kept.clean_sources == ("edos",)
    assert list(kept.confusion.by_source) == ["ghc"]


def test_base_is_not_built_without_the_corpus(tmp_path: Path) -> None:
    """What is missing is said before anything is trained."""
    with pytest.raises(Skipped, match="base without cad"):
        build_base("cad", state=tmp_path, folder=tmp_path)


def test_base_that_is_there_is_used(tmp_path: Path) -> None:
    """A base is built once: where its manifest lies, its folder is returned."""
    (tmp_path / "without_cad").mkdir()
    (tmp_path / "without_cad" / "manifest.json").write_text("{}")

    assert build_base("cad", state=tmp_path, folder=tmp_path) == tmp_path / "without_cad"

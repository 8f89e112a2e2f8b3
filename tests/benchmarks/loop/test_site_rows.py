"""Sources of the corpus that play the part of a site."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.figures import Skipped
from benchmarks.loop.site_rows import draw_rulings, load_elsewhere, load_site


def _write_source(folder: Path, name: str, splits: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    count = len(splits)
    columns = {
        "source": [name] * count,
        "id": [f"{name}-{number}" for number in range(count)],
        "split": splits,
        "text": [f"comment number {number} of {name}" for number in range(count)],
        "abusive": [number % 2 == 0 for number in range(count)],
        "hateful": [number % 4 == 0 for number in range(count)],
    }
    pq.write_table(pa.table(columns), folder / f"{name}.parquet")


def test_source_without_dev_rows_is_halved_the_same_way_each_time(tmp_path: Path) -> None:
    """Without dev rows about half of the rows measure, none of them teaches, and reading again gives the same halves."""
    _write_source(tmp_path, "ghc", ["train"] * 400)

    first, again = load_site("ghc", tmp_path), load_site("ghc", tmp_path)

    assert 150 < len(first.dev) < 250
    assert not set(first.train.id) & set(first.dev.id)
    assert len(first.train) + len(first.dev) == 400
    assert first.dev.id == again.dev.id


def test_dev_rows_of_a_source_measure(tmp_path: Path) -> None:
    """Where a source says which rows are dev, those measure and the others teach."""
    _write_source(tmp_path, "cad", ["train"] * 30 + ["dev"] * 10)

    site = load_site("cad", tmp_path)

    assert (len(site.train), len(site.dev)) == (30, 10)


def test_source_in_another_language_lies_in_its_folder(tmp_path: Path) -> None:
    """A site of another language is found where the corpus keeps it."""
    _write_source(tmp_path / "languages", "beep_ko", ["train"] * 5 + ["dev"] * 2)

    assert len(load_site("beep_ko", tmp_path).dev) == 2


def test_draws_differ_by_seed_alone(tmp_path: Path) -> None:
    """The same seed draws the same rulings, another one draws others, each at most once; a site cannot give more than it has."""
    _write_source(tmp_path, "cad", ["train"] * 100 + ["dev"] * 10)
    site = load_site("cad", tmp_path)

    drawn = draw_rulings(site, 40, seed=0)

    assert len(set(drawn.id)) == 40
    assert drawn.id == draw_rulings(site, 40, seed=0).id
    assert drawn.id != draw_rulings(site, 40, seed=1).id
    assert len(draw_rulings(site, 1000, seed=0)) == 100


def test_without_the_corpus_it_is_said_what_is_missing(tmp_path: Path) -> None:
    """A machine without the corpus is told which file was looked for, rather than shown a traceback."""
    with pytest.raises(Skipped, match=r"cad\.parquet is not there"):
        load_site("cad", tmp_path)
    with pytest.raises(Skipped, match=r"reread\.parquet is not there"):
        load_elsewhere("cad", tmp_path)


def test_elsewhere_holds_dev_rows_of_other_sources_alone(tmp_path: Path) -> None:
    """Rows of the site, train rows and rows without a label do not tell what is lost elsewhere; each label has its answers."""
    records = [
        ("cad", "dev", "hateful"),
        ("edos", "train", "fine"),
        ("edos", "dev", None),
        ("edos", "dev", "fine"),
        ("ghc", "dev", "toxic"),
        ("ghc", "dev", "hateful"),
    ]
    columns = {name: [record[place] for record in records] for place, name in enumerate(("source", "split", "label"))}
    pq.write_table(pa.table(columns | {"text": [f"comment {number}" for number in range(6)]}), tmp_path / "reread.parquet")

    elsewhere = load_elsewhere("cad", tmp_path)

    assert elsewhere.texts == ["comment 3", "comment 4", "comment 5"]
    np.testing.assert_array_equal(elsewhere.abusive, [0, 1, 1])
    np.testing.assert_array_equal(elsewhere.hateful, [0, 0, 1])
    assert elsewhere.source.tolist() == ["edos", "ghc", "ghc"]

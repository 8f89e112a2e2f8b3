"""The corpus: which of its tables are read, and what comes out."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import TableError
from training.shipped_model.corpus import find_sources, load_corpus, read_train_texts
from training.shipped_model.sources import SOURCES

SaveSource = Callable[..., Path]


def test_rows_carry_their_answers_weight_and_place(save_source: SaveSource, tmp_path: Path) -> None:
    """What the file says of the two questions comes out as it is, with the source's weight; rows that answer nothing do not."""
    rows = [{"hateful": False}, {"abusive": True, "hateful": True, "split": "dev", "target": "women"}, {}]
    save_source(tmp_path, "stormfront", rows)
    save_source(tmp_path, "davidson", [{"abusive": True, "hateful": False, "native": {}}])
    corpus = load_corpus(tmp_path)
    assert corpus.source == ["davidson", "stormfront", "stormfront"]
    assert corpus.abusive.tolist() == [1, -1, 1]
    assert corpus.hateful.tolist() == [0, 0, 1]
    assert corpus.split == ["train", "train", "dev"]
    assert corpus.target == [None, None, "women"]
    assert corpus.weight.tolist() == [SOURCES["davidson"].weight, 1, 1]
    assert corpus.place[2] == ("stormfront.parquet", 2)


def test_a_row_that_answers_an_attribute_alone_is_kept(save_source: SaveSource, tmp_path: Path) -> None:
    """A row whose label its source leaves open may answer another question."""
    save_source(tmp_path, "implicit_hate", [{"native": {"class": "implicit_hate", "implicit_class": "threatening"}}])
    corpus = load_corpus(tmp_path)
    assert (corpus.abusive.tolist(), corpus.hateful.tolist(), corpus.attributes["threat"].tolist()) == ([-1], [-1], [1])


def test_other_tables_of_the_folder_are_not_read(save_source: SaveSource, tmp_path: Path) -> None:
    """The tables that are read are named: companions, unknown sources and sub-folders change nothing."""
    table = save_source(tmp_path, "cad", [{"abusive": True, "native": {"labels": "Neutral"}}])
    for name in ("attributes", "context", "mystery", "reread"):
        (tmp_path / f"{name}.parquet").write_bytes(b"not even a table")
    (tmp_path / "english").mkdir()
    save_source(tmp_path / "english", "stormfront", [{"abusive": True}])
    assert find_sources(tmp_path) == [table]
    assert load_corpus(tmp_path).source == ["cad"]


def test_labels_that_were_read_again_replace_those_of_the_sources(save_source: SaveSource, tmp_path: Path) -> None:
    """They count only where they are asked for, and rows that their source leaves open are then used."""
    save_source(tmp_path, "stormfront", [{"hateful": False}, {}])
    again = {"source": ["stormfront"] * 2, "id": ["stormfront-0", "stormfront-1"], "label": ["hateful", "fine"]}
    pq.write_table(pa.table(again | {"use": ["train"] * 2, "split": ["train"] * 2, "drawn": ["random"] * 2}), tmp_path / "reread.parquet")
    assert load_corpus(tmp_path).hateful.tolist() == [0]
    corpus = load_corpus(tmp_path, reread=True)
    assert (corpus.abusive.tolist(), corpus.hateful.tolist()) == ([1, 0], [1, 0])


def test_further_english_sources_teach(save_source: SaveSource, tmp_path: Path) -> None:
    """Their train rows are loaded if they may be trained on; of their dev rows only those that were read again."""
    save_source(tmp_path, "cad", [{"abusive": True, "hateful": True}])
    (tmp_path / "english").mkdir()
    uses = [("train", "train"), ("train", "figures"), ("dev", "train"), ("dev", "train"), ("train", "train")]
    rows = [{"abusive": True, "split": split, "use": use} for split, use in uses]
    table = save_source(tmp_path / "english", "gametox", rows)
    again = {"source": ["gametox"], "id": ["gametox-3"], "label": ["fine"], "use": ["train"], "split": ["dev"], "drawn": ["random"]}
    pq.write_table(pa.table(again), tmp_path / "reread.parquet")
    assert find_sources(tmp_path) == [tmp_path / "cad.parquet", table]
    assert load_corpus(tmp_path).id == ["cad-0", "gametox-0", "gametox-4"]
    corpus = load_corpus(tmp_path, reread=True)
    assert corpus.id == ["cad-0", "gametox-0", "gametox-3", "gametox-4"]
    assert corpus.abusive.tolist() == [1, 1, 0, 1]
    assert corpus.place[2] == ("gametox.parquet", 4)


def test_a_missing_corpus_is_one_clear_line(tmp_path: Path) -> None:
    """Whoever has no corpus learns where it was looked for, and which option names another folder."""
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(TableError, match=r"the corpus is not there: .*cad.parquet.*--corpus$"):
            load_corpus(folder)


def test_damaged_tables_are_refused(save_source: SaveSource, tmp_path: Path) -> None:
    """Nothing is trained on half a file, nor on a table that only has the name of a source."""
    table = tmp_path / "cad.parquet"
    table.write_bytes(b"PAR1 no more")
    with pytest.raises(TableError, match=r"cad.parquet: not a source of the corpus: no readable Parquet file"):
        load_corpus(tmp_path)
    pq.write_table(pa.table({"text": ["a"], "label": ["fine"]}), table)
    with pytest.raises(TableError, match="it lacks the columns abusive, hateful, id, native, split, target; a table of your own needs"):
        load_corpus(tmp_path)
    table.unlink()
    save_source(tmp_path, "edos", [{"native": {"tags": "Neutral"}}])
    with pytest.raises(TableError, match="its column native cannot be read"):
        load_corpus(tmp_path)


def test_texts_of_train_rows(save_source: SaveSource, tmp_path: Path) -> None:
    """All train rows of the named sources come out, those without an answer too, in the order of the names."""
    save_source(tmp_path, "edos", [{"text": "b"}, {"text": "no", "split": "dev"}])
    save_source(tmp_path, "cad", [{"text": "a", "abusive": True}, {"text": "c", "abusive": False}])
    texts, sources, abusive = read_train_texts(tmp_path, ("edos", "cad"))
    assert (texts, sources) == (["a", "c", "b"], ["cad", "cad", "edos"])
    np.testing.assert_array_equal(abusive, [1, 0, -1])
    with pytest.raises(TableError, match=r"2 of 3 tables are not there: davidson.parquet, ghc.parquet; .*--corpus$"):
        read_train_texts(tmp_path, ("ghc", "cad", "davidson"))

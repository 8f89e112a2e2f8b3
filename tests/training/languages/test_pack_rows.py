"""The rows that a pack learns from: whose, how many, and what each counts."""

from pathlib import Path

import numpy as np

from training.languages.pack_rows import CorpusOfLanguages, fold_numbers


def test_rows_read_again_count_most(corpus_folder: Path) -> None:
    """Rows that were read again, and comments of our own, count more than those of a source; no dev row is among them."""
    rows = CorpusOfLanguages(corpus_folder).learnable_rows("de")
    assert set(rows.split) == {"train"}
    by_source = {weight: set(np.array(rows.source)[rows.weight == weight]) for weight in np.unique(rows.weight).tolist()}
    assert by_source[1.0] == {"gahd_de"}
    assert min(by_source) == 1.0
    assert set(rows.weight[rows.reread]) == {max(by_source)}
    assert any(source == "authored-de" for source in rows.source)


def test_kin_lend_their_rows(corpus_folder: Path) -> None:
    """Rows of a language that is akin count less, and choose nothing."""
    rows = CorpusOfLanguages(corpus_folder).learnable_rows("nl")
    german = np.array([source in ("gahd_de", "authored-de") for source in rows.source])
    assert german.any()
    assert not rows.reread[german].any()
    assert rows.weight[german].max() < CorpusOfLanguages(corpus_folder).learnable_rows("de").weight.max()


def test_measured_rows_are_dev_rows(corpus_folder: Path) -> None:
    """A pack is measured on dev rows, which it never learns from."""
    corpus = CorpusOfLanguages(corpus_folder)
    learnt = set(corpus.learnable_rows("de").text)
    measured = corpus.measured_rows("de")
    assert measured.reread.all()
    assert len(measured) == 90
    assert learnt.isdisjoint(measured.text)
    assert learnt.isdisjoint(corpus.noisy_measured_rows("de").text)


def test_sources_are_described(corpus_folder: Path) -> None:
    """Each source is named with its rows, its licence and its origin."""
    corpus = CorpusOfLanguages(corpus_folder)
    rows = corpus.learnable_rows("de")
    described = {source.source: source for source in corpus.describe(rows)}
    assert set(described) == set(rows.source)
    assert described["gahd_de"].licence == "CC-BY-4.0 (LICENSE)"
    assert sum(source.rows for source in described.values()) == len(rows)


def test_copies_are_of_one_fold(corpus_folder: Path) -> None:
    """Texts that differ in case or blanks alone are learnt from, or judged, together."""
    rows = CorpusOfLanguages(corpus_folder).learnable_rows("de")
    shouted = type(rows).concat([rows, rows])
    shouted.text[len(rows) :] = [f"  {text.upper()} " for text in rows.text]
    same = [text.upper().casefold() == text.casefold() for text in rows.text]
    folds = fold_numbers(shouted, 3)
    assert (folds[: len(rows)] == folds[len(rows) :])[same].all()
    assert set(folds) == {0, 1, 2}

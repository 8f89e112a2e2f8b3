"""Language packs are made from a corpus, and can be read."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import read_artefact
from model.artefact.manifest import Prior
from model.moderator import build_classifier
from model.normaliser.version import PACK_NORMALISER
from training.languages.build_packs import build_packs_command
from training.languages.fit_packs import fit_ngrams
from training.languages.pack_draft import find_measured_rows
from training.languages.pack_judgement import MOST_FINE_FLAGGED_BY_PACKS, calibrate_pack
from training.languages.pack_plans import PACK_PLANS
from training.languages.pack_rows import CorpusOfLanguages
from training.tables.labelled import UNKNOWN, Labelled


@pytest.fixture(scope="module")
def packs(corpus_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the packs of a language with rows that were read again, and of one that has comments of our own alone."""
    out = tmp_path_factory.mktemp("packs")
    assert build_packs_command(["--corpus", str(corpus_folder), "--only", "de,cs", "-o", str(out)]) == 0
    return out / "packs"


@pytest.mark.parametrize(("tag", "kind"), [("de", "rows read again"), ("cs", "behaviour tests of our own")])
def test_packs_say_what_they_tell(packs: Path, tag: str, kind: str) -> None:
    """The manifest names the language, what is told, how well, and on which rows that was measured."""
    manifest = read_artefact(packs / tag, normaliser=PACK_NORMALISER).manifest
    assert manifest.languages == (tag,)
    assert manifest.answers["fast"][0] == "abusive"
    assert manifest.metrics["measured_on"] == kind
    assert manifest.metrics["dev"]["fast"]["abusive"]["auc"] > 0.75  # type: ignore[index, call-overload, operator]
    assert sum(source.rows for source in manifest.data) == manifest.metrics["rows"]


def test_a_pack_judges(packs: Path) -> None:
    """The pack calls what it has learnt by its name, with or without the marks that people leave out."""
    classifier = build_classifier(read_artefact(packs / "de", normaliser=PACK_NORMALISER))
    texts = [b"der garten ist heute sehr schoen", b"halt die fresse du idiot", b"zorgs raus, dreck"]
    assert classifier.labels(classifier.score(texts).scores).tolist() == [0, 1, 2]


def test_rows_choose_that_were_not_learnt(corpus_folder: Path) -> None:
    """Rows read again and comments of our own choose; each is judged by a fit without it, and few fine ones are called otherwise."""
    rows = CorpusOfLanguages(corpus_folder).learnable_rows("de")
    fitted = fit_ngrams(rows, "de", features=PACK_PLANS["de"].features)
    assert set(fitted.judged.source) == {"gahd_de", "authored-de"}
    assert fitted.judged.reread.sum() == rows.reread.sum()
    judging = calibrate_pack(fitted, rows, Prior())
    fine = fitted.judged.abusive == 0
    assert (judging.classifier.labels(judging.scores)[fine] != 0).mean() <= MOST_FINE_FLAGGED_BY_PACKS


class _WithoutHate(CorpusOfLanguages):
    def measured_rows(self, tag: str) -> Labelled:
        rows = super().measured_rows(tag)
        return replace(rows, hateful=np.zeros(len(rows), np.int8))


def test_own_tests_are_asked_about_hate_where_rows_lack_it(corpus_folder: Path) -> None:
    """They join the rows that were read again, choose nothing, and say nothing of abuse; the manifest is to say so."""
    read_again = CorpusOfLanguages(corpus_folder).measured_rows("de")
    measured = find_measured_rows(_WithoutHate(corpus_folder), "de")
    own = measured.rows.take(np.arange(len(read_again), len(measured.rows)))
    assert measured.kind == "rows read again; hateful also by behaviour tests of our own"
    assert (own.hateful == 1).any()
    assert (own.hateful == 0).any()
    assert (own.abusive == UNKNOWN).all()
    assert not own.weight.any()


def test_unknown_language(capsys: pytest.CaptureFixture[str]) -> None:
    """A language without a plan is refused by name."""
    with pytest.raises(SystemExit):
        build_packs_command(["--only", "de,xx"])
    assert "xx" in capsys.readouterr().err


def test_corpus_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the corpus the command says so, and returns an error."""
    assert build_packs_command(["--corpus", str(tmp_path)]) == 1
    assert "no tables" in capsys.readouterr().err

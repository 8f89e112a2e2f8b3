"""Rulings are told apart by their languages."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from model.errors import TableError
from service.registry.registry_documents import LearnedTable
from service.retraining.lesson import Lesson
from service.retraining.packs.language_rulings import keep_language, leave_out_languages
from tests.training.retrain.conftest import labelled
from training.retrain.ruling_rows import RulingRows

GERMAN = ["Das ist doch völliger Unsinn, was hier schon wieder steht", "Ich habe gestern meine Nachbarn auf dem Markt getroffen"]
ENGLISH = ["this is complete nonsense, what are they talking about", "i met my neighbours on the market yesterday"]


def lesson(texts: Sequence[str], languages: Sequence[str | None], *, kind: Literal["snapshot", "table"]) -> Lesson:
    """Return a lesson of the rows of a table that state languages."""
    rows = replace(RulingRows.of(labelled({"fine": list(texts)})), language=list(languages))
    tables = [LearnedTable(kind=kind, sha256="0" * 64, rows=len(rows))]
    return Lesson(rows=rows, snapshot=None, tables=tables, is_learned=np.arange(len(rows)) == 0, judged=None, remarks=[])


def test_rulings_of_the_store_in_a_language() -> None:
    """Of a snapshot, those that state the language, or none and may be in it; the rest is counted, and what is learned goes along."""
    texts = [*GERMAN, *ENGLISH, "ok then"]
    kept = keep_language(lesson(texts, ["de-AT", None, None, "de", "fr"], kind="snapshot"), "de", {"en", "fr"})
    assert kept.rows.labelled.text == [GERMAN[0], GERMAN[1], ENGLISH[1]]
    assert kept.is_learned.tolist() == [True, False, False]
    assert kept.remarks == ["2 rulings in other languages than German were left out"]


def test_tables_that_are_given_are_believed() -> None:
    """A table that is given for a language is in it, but for the rows that state another one."""
    kept = keep_language(lesson([*GERMAN, *ENGLISH], [None, None, None, "en"], kind="table"), "de", {"en"})
    assert len(kept.rows) == 3
    with pytest.raises(TableError, match="no ruling is in Polish"):
        keep_language(lesson(GERMAN, ["de", "de"], kind="table"), "pl", {"en"})


def test_regions_and_scripts_belong_to_the_pack() -> None:
    """Rulings that state a region, or a script that the pack reads, teach the pack, and teach English nothing."""
    texts, stated = ["这个帖子写得很好", "謝謝你的分享", "obrigado a todos"], ["zh-CN", "zh-Hant", "pt-BR"]
    kept = keep_language(lesson(texts, stated, kind="snapshot"), "zh", {"en", "pt"})
    assert kept.rows.labelled.text == texts[:2]
    with pytest.raises(TableError, match="Chinese 2, Portuguese 1"):
        leave_out_languages(lesson(texts, stated, kind="table"), {"pt", "zh"})


def test_english_does_not_learn_what_packs_read() -> None:
    """Rulings in a language that a pack reads are left out, and the remark says how many, and what to do; others stay."""
    kept = leave_out_languages(lesson([*GERMAN, *ENGLISH, "Det var en dejlig dag"], [None, "de", None, None, "da"], kind="table"), {"de"})
    assert kept.rows.labelled.text == [*ENGLISH, "Det var en dejlig dag"]
    assert kept.remarks == ["2 rulings are in languages that packs read, and were left out (German 2): tipstaff retrain --language de"]
    untouched = lesson(ENGLISH, [None, None], kind="table")
    assert leave_out_languages(untouched, {"de"}) is untouched
    with pytest.raises(TableError, match="German 2"):
        leave_out_languages(lesson(GERMAN, ["de", "de"], kind="table"), {"de"})

"""The section about languages: a line for each, with who judges it."""

from pathlib import Path

import pytest

from model.artefact.folder import shipped_folder
from model.moderator import Moderator
from model.profile import Profile
from service.judging.judge_options import JudgeOptions
from tests.model.languages.small_packs import write_pack
from tests.service.cli.calls import write_csv
from tests.training.languages.german_rows import german_rows
from training.evaluation.languages.language_section import language_section
from training.evaluation.measurement import compute_results
from training.evaluation.report.sections import ReportSection
from training.evaluation.scored_rows import score_labelled_rows
from training.evaluation.subject import EvaluationSubject
from training.tables.labelled_tables import read_tables

ENGLISH = [("Thank you all for the lovely evening yesterday", "fine"), ("Shut up, you pathetic idiot", "toxic")]
HUNGARIAN = [("A vonat ma megint késett, és ez nagyon kellemetlen mindenkinek, aki dolgozni megy.", "fine")]


def section_of(path: Path, packs: Path) -> ReportSection | None:
    """Evaluate the shipped model, with packs beside it, on a table."""
    options = JudgeOptions(languages=str(packs))
    subject = EvaluationSubject(Moderator.load(shipped_folder(), profile=Profile.FAST), options.build_judge)
    scored = score_labelled_rows(subject.judge, read_tables([path]).rows)
    return language_section(subject, scored, compute_results(scored, resamples=10, seed=0))


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A folder with a pack for German that tells abuse alone."""
    write_pack(tmp_path / "packs/de", "de", answers={"fast": ("abusive",)})
    return tmp_path / "packs"


def test_each_language_has_its_line(packs: Path, tmp_path: Path) -> None:
    """German rows are judged by the pack, whether the table says that they are or not; Hungarian ones by nobody who reads them."""
    rows = [(text, label, "de" if number % 2 else "") for number, (text, label) in enumerate(german_rows(fine=40, toxic=30, hateful=30))]
    more = [(*row, "") for row in (*ENGLISH, *HUNGARIAN)]
    section = section_of(write_csv(tmp_path / "table.csv", ("text", "label", "lang"), rows + more), packs)

    assert section is not None
    by_name = {str(row[0]): row for row in section.tables[0].rows}
    assert str(by_name["German"][1]).startswith("de@")
    assert 95 <= int(str(by_name["German"][2])) <= 100, "short ones may be in other languages, unless the table says so"
    assert by_name["German"][5] is not None
    assert by_name["German"][6] is None, "the pack does not tell hate"
    assert by_name["English"][1] == "default@" + str(by_name["English"][1]).partition("@")[2]
    assert by_name["Hungarian"][1] == "not read"
    assert set(section.figures) >= {"de", "en", "hu"}


def test_english_alone_needs_no_section(packs: Path, tmp_path: Path) -> None:
    """A table in English has no figures by language."""
    assert section_of(write_csv(tmp_path / "table.csv", ("text", "label"), ENGLISH * 3), packs) is None

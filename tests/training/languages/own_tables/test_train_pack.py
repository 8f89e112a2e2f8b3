"""A language pack from a table: what it tells, what it needs, and what it says of that."""

import json
from pathlib import Path

import pytest

from model.comment import LABELS, Comment
from model.errors import TableError
from model.languages.language_packs import LanguagePacks
from model.moderator import Moderator
from model.profile import Profile
from tests.service.cli.calls import write_csv
from tests.training.languages.german_rows import german_rows, write_german_table
from training.fit.train_job import TrainJob
from training.languages.own_tables.pack_report import trained_pack_json
from training.languages.own_tables.train_pack import FEWEST_OF_A_KIND, check_pack_language, train_pack
from training.languages.read_model import read_model

COUNTS = {"fine": 90, "toxic": 70, "hateful": 60}


def test_a_table_becomes_a_pack(tmp_path: Path) -> None:
    """The pack judges comments that were not in the table, spelled as people spell, tells both answers, and is found beside others."""
    table = write_german_table(tmp_path / "table.csv", **COUNTS)
    trained = train_pack(TrainJob([table], tmp_path / "packs/de"), "de")

    moderator = Moderator(read_model(trained.out), profile=Profile.FAST)
    texts = ("Danke für die neue Fähre!", "du BLORK, friss die Faehre", "Alle Gruckler sind Dreck, nehmt ihnen die Fähre.")
    labels = [LABELS[code].value for code in moderator.decide([Comment("", text) for text in texts]).labels]
    assert labels == ["fine", "toxic", "hateful"]
    assert LanguagePacks.find(tmp_path / "packs").read_tags() >= {"de"}
    assert trained.manifest.languages == ("de",)
    assert trained.manifest.answers == {"fast": ("abusive", "hateful")}
    assert [source.source for source in trained.manifest.data] == ["table.csv"]
    assert json.loads(trained_pack_json(trained))["rows"] == {"train": trained.rows}
    assert any("only" in remark for remark in trained.remarks)


def test_the_same_table_makes_the_same_pack(tmp_path: Path) -> None:
    """Nothing is left to chance."""
    table = write_german_table(tmp_path / "table.csv", **COUNTS)
    one, other = (train_pack(TrainJob([table], tmp_path / name), "de") for name in ("one", "other"))
    assert one.manifest.content_hash == other.manifest.content_hash


def test_rows_that_are_held_back_give_the_figures(tmp_path: Path) -> None:
    """Dev rows are not learned; where there are enough, the manifest says that the figures are theirs, else those of cross-fitting."""
    rows = [(*row, "train") for row in german_rows(**COUNTS)]
    held_back = [*((text, "fine", "dev") for text, _ in german_rows(fine=99)[90:]), *((*row, "dev") for row in german_rows(toxic=99)[70:])]
    several = write_csv(tmp_path / "several.csv", ("text", "label", "split"), rows + held_back)
    few = write_csv(tmp_path / "few.csv", ("text", "label", "split"), rows + held_back[:3])

    by_dev, by_folds = (train_pack(TrainJob([table], tmp_path / table.stem), "de") for table in (several, few))
    assert by_dev.manifest.metrics["measured_on"] == "dev rows of the tables"
    assert "each judged by a fit without it" in str(by_folds.manifest.metrics["measured_on"])
    assert by_dev.rows == by_folds.rows


@pytest.mark.parametrize(("kind", "counts"), [("fine", {"fine": 12, "toxic": 80}), ("abusive", {"fine": 80, "toxic": 12})])
def test_too_few_rows_of_a_kind_are_counted(tmp_path: Path, kind: str, counts: dict[str, int]) -> None:
    """The error says how many are missing of which kind, and nothing is written."""
    table = write_german_table(tmp_path / "table.csv", **counts)
    with pytest.raises(TableError, match=rf"in German .* are {kind}.*: 50 are needed, \d+ are missing") as caught:
        train_pack(TrainJob([table], tmp_path / "out"), "de")
    missing = int(str(caught.value).rsplit(", ", 1)[1].split()[0])
    assert FEWEST_OF_A_KIND - 12 <= missing <= FEWEST_OF_A_KIND
    assert not (tmp_path / "out").exists()


def test_the_error_says_that_rows_state_another_language(tmp_path: Path) -> None:
    """Whoever has given the wrong tag, or whose column says the wrong one, learns why no row is left."""
    table = write_csv(tmp_path / "table.csv", ("text", "label", "lang"), [(*row, "en") for row in german_rows(**COUNTS)])
    with pytest.raises(TableError, match=r"only 0 rows in German .*; \d+ rows that state another language were left out"):
        train_pack(TrainJob([table], tmp_path / "out"), "de")


def test_rows_in_other_languages_are_left_out(tmp_path: Path) -> None:
    """A column lang says which rows are the language's; those of other languages do not teach it."""
    rows = [(text, label, "de-AT") for text, label in german_rows(**COUNTS)]
    table = write_csv(tmp_path / "table.csv", ("text", "label", "lang"), [*rows, ("Du bist nett, Blork", "fine", "fr")])
    trained = train_pack(TrainJob([table], tmp_path / "out"), "de")
    assert "1 rows that state another language were left out" in trained.remarks
    with pytest.raises(TableError, match="0 rows in Polish"):
        train_pack(TrainJob([table], tmp_path / "other"), "pl")


@pytest.mark.parametrize(
    ("tag", "problem"),
    [
        *(("en", "English is what the model that ships reads"), ("qq", "no tag of a language"), ("pt-BR", "give pt"), ("DE", "give de")),
        *(("deu", "give de"), ("zh-Hant", "give zh")),
    ],
)
def test_tags_that_no_pack_can_have(tag: str, problem: str) -> None:
    """English, what is no language, regions, usual scripts and other spellings are refused with what to give instead."""
    with pytest.raises(TableError, match=problem):
        check_pack_language(tag)
    assert check_pack_language("hi-Latn") == "hi-Latn"

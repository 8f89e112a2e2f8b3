"""A language pack from a table, and its retraining, as people call them."""

import json
from pathlib import Path

import pytest

from model.languages.language_packs import LanguagePacks
from service.registry.registry import open_registry
from service.settings import read_settings
from tests.model.languages.small_packs import write_pack
from tests.service.cli.calls import Call, write_csv
from tests.training.languages.german_rows import german_rows, write_german_table


@pytest.fixture(autouse=True)
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the site's own packs, with one for German."""
    monkeypatch.setenv("TIPSTAFF_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TIPSTAFF_LANGUAGES", str(tmp_path / "packs"))
    # Where no public corpus lies beside.
    (tmp_path / "place/site").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "place/site")
    write_pack(tmp_path / "packs/de", "de", answers={"fast": ()})
    return tmp_path / "packs"


def test_rulings_in_a_language_make_its_pack_better(call: Call, packs: Path, tmp_path: Path) -> None:
    """The pack takes the place of its champion and reads the language from then on; the registry of English's models stays as it was."""
    table = write_german_table(tmp_path / "rulings.csv", fine=90, toxic=60, hateful=60)
    assert LanguagePacks.find(packs).read_tags().isdisjoint({"de"})

    result = call("retrain", table, "--language", "de", "--json")

    assert result.code == 0, result.err
    made = json.loads(result.out)
    assert made["gate"]["passed"]
    assert made["folder"] == str(packs / "de")
    found = LanguagePacks.find(packs)
    assert found.version("de") == made["version"]
    assert "de" in found.read_tags()
    assert json.loads((packs / "de/gate.json").read_text("utf-8"))["passed"]
    assert open_registry(read_settings()).candidate() is None
    assert [path.name[:3] for path in (tmp_path / "data/languages-before").iterdir()] == ["de-"]


def test_rulings_that_packs_learn_are_told_to_english(call: Call, tmp_path: Path) -> None:
    """Without a language, German rulings are left out, and where nothing else is there, the error says what to do."""
    rows = [(text, label, "de") for text, label in german_rows(fine=30, toxic=30)]
    table = write_csv(tmp_path / "rulings.csv", ("text", "label", "language"), rows)

    result = call("retrain", table)

    assert result.code == 1
    assert "tipstaff retrain --language de" in result.err
    assert "German 60" in result.err


def test_a_table_becomes_a_pack_that_judges(call: Call, packs: Path, tmp_path: Path) -> None:
    """A pack for Danish is trained into the folder of packs, and comments in it are judged by it; what cannot be trained is one line."""
    table = write_german_table(tmp_path / "table.csv", fine=90, toxic=70, hateful=60)

    trained = call("train", table, "--language", "da", "--encoder", "none", "-o", packs / "da", "--json")

    assert trained.code == 0, trained.err
    assert json.loads(trained.out)["language"] == "da"
    assert LanguagePacks.find(packs).version("da") == json.loads(trained.out)["model"]
    refused = call("train", table, "--language", "en", "-o", tmp_path / "out")
    assert refused.code == 1
    assert refused.err.strip().splitlines()[-1].startswith("tipstaff: language en: English is what the model that ships reads")

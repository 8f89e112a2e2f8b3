"""Loops that take longer: with both readers, in another language, a second time round, and with nobody there."""

import json
from pathlib import Path
from typing import Any

import pytest

from model.artefact.folder import read_artefact, shipped_folder
from model.normaliser.version import normaliser_version
from service.registry.registry import open_registry
from service.settings import read_settings
from tests.service.cli.calls import Call, write_csv
from tests.service.retraining.teaching_rows import COLUMNS, teaching_rows

pytestmark = pytest.mark.nightly

BEGINNINGS = (
    "Wczoraj wieczorem",
    "Szczerze mówiąc",
    "Moim zdaniem",
    "Jak zawsze",
    "Po meczu",
    "W naszym mieście",
    "Od tygodnia",
    "Przy okazji",
)
MIDDLES = ("w sprawie budżetu", "o nowym moście", "przy szkole", "w tym sklepie", "po remoncie", "na rynku", "w komentarzach", "o pogodzie")
ENDINGS = {
    "fine": (
        "bardzo dziękuję za pomoc",
        "wszystko działa dobrze",
        "było naprawdę miło",
        "zgadzam się z autorem",
        "polecam każdemu",
        "czekam na zdjęcia",
    ),
    "toxic": (
        "jesteś głupim idiotą",
        "zamknij się, kretynie",
        "nikt cię nie pytał, debilu",
        "co za idiota to pisał",
        "spadaj, głupku",
        "ty żałosny kretynie",
    ),
}


def polish_rows() -> list[tuple[str, str]]:
    """Returns comments in Polish with their labels, of which no two are near copies for long."""
    parts = [(begin, middle) for begin in BEGINNINGS for middle in MIDDLES]
    return [(f"{begin} {middle} {end}", label) for label, ends in ENDINGS.items() for end in ends for begin, middle in parts]


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of the site."""
    folder = tmp_path / "data"
    monkeypatch.setenv("TIPSTAFF_DATA_DIR", str(folder))
    return folder


def run(call: Call, *arguments: object) -> dict[str, Any]:
    """Returns what a command prints as JSON."""
    result = call(*arguments, "--json")
    assert result.code == 0, result.err
    document: dict[str, Any] = json.loads(result.out)
    return document


def test_encoder_stays_and_is_asked(call: Call, tmp_path: Path) -> None:
    """The candidate of a champion with two readers has both: the encoder's files are the same, and its notice is kept."""
    table = write_csv(tmp_path / "rulings.csv", COLUMNS, teaching_rows(120))

    made = run(call, "retrain", table, "-o", tmp_path / "out")

    before, after = (read_artefact(folder, normaliser=normaliser_version()) for folder in (shipped_folder(), tmp_path / "out"))
    assert [reader["kind"] for reader in after.manifest.readers] == ["ngrams", "encoder"]
    assert after.manifest.arrays["network.npy"] == before.manifest.arrays["network.npy"]
    assert (tmp_path / "out/NOTICE").read_text("utf-8") == (shipped_folder() / "NOTICE").read_text("utf-8")
    for profile in ("fast", "cascade", "full"):
        scored = run(call, "score", "--artefact", tmp_path / "out", "--profile", profile, "--text", "you zibble lamp, nobody asked you")
        assert scored["model"].startswith(made["version"])


def test_another_language_is_learned_and_no_longer_foreign(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without packs, the candidate of rows in Polish tells abuse in Polish, says that it reads it, and still reads English."""
    monkeypatch.setenv("TIPSTAFF_LANGUAGES", "off")
    table = write_csv(tmp_path / "polish.csv", ("text", "label"), polish_rows())

    run(call, "retrain", table, "-o", tmp_path / "out", "--language", "pl")

    assert read_artefact(tmp_path / "out", normaliser=normaliser_version()).manifest.languages == ("en", "pl")
    insult, praise = "Jesteś głupim idiotą, zamknij się, kretynie", "Dziękuję bardzo za pomoc, było naprawdę miło"
    options = ("score", "--artefact", tmp_path / "out", "--text")
    assert run(call, *options, insult)["label"] == "toxic"
    assert run(call, *options, praise)["label"] == "fine"
    assert run(call, *options, "Shut up, you pathetic idiot.")["label"] == "toxic"


def test_what_the_champion_learned_is_no_evidence(call: Call, tmp_path: Path) -> None:
    """A second retraining on the same rulings shows no gain, since the champion knows them; on new ones beside them it rests on these."""
    first = write_csv(tmp_path / "first.csv", COLUMNS, teaching_rows(240))
    made = run(call, "retrain", first)
    assert call("models", "activate", made["version"], "--force", "a test").code == 0

    again = run(call, "retrain", first)
    gain = next(rule for rule in again["gate"]["rules"] if rule["rule"] == "gain")

    assert again["gate"]["champion"] == made["version"]
    assert gain["n"] == 0
    assert not again["gate"]["passed"]


def test_nobody_is_needed_only_where_nothing_is_in_doubt(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With TIPSTAFF_AUTO_ACTIVATE a candidate with a rule that was skipped stays one, and the command says so; it was made all the same."""
    monkeypatch.setenv("TIPSTAFF_AUTO_ACTIVATE", "true")
    table = write_csv(tmp_path / "rulings.csv", COLUMNS, teaching_rows(120))

    result = call("retrain", table)

    assert result.code == 0
    assert "not activated unattended" in result.err
    assert open_registry(read_settings()).champion() is None

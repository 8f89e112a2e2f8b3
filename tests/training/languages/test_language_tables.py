"""The tables of languages in the documentation."""

from pathlib import Path
from typing import Any

import pytest

from model.artefact.folder import read_manifest_of
from model.artefact.manifest import Manifest
from model.languages.recorded_figures import HATE_BY_OWN_TESTS, READ_ANEW
from tests.model.languages.small_packs import write_pack
from training.languages.language_tables import figures_table, fill_table, language_tables_command, perspective_table

ROOT = Path(__file__).parents[3]
FIGURE = {"auc": 0.81, "auc_low": 0.76, "auc_high": 0.86, "positives": 90, "negatives": 210}


def _pack(folder: Path, tag: str, **changes: Any) -> Manifest:
    return write_pack(folder / tag, tag, **changes)


def test_table_says_how_well_languages_are_told(tmp_path: Path) -> None:
    """Each language has a line, in order of their names, with its figures, and whether it is read; what was not measured is a dash."""
    metrics = {"dev": {"fast": {"abusive": FIGURE}}, "rows": 4012, "measured_on": "our own tests"}
    packs = [_pack(tmp_path, "ru", answers={"fast": ("abusive",)}, metrics=metrics), _pack(tmp_path, "de", answers={"fast": ()})]

    assert figures_table(packs).splitlines()[2:] == [
        "| German | `de` | 0 | – | – | – | – | – | no |",
        "| Russian | `ru` | 4,012 | 300\\* | 0.81 (0.76 to 0.86) | – | – | – | yes, without `hateful` |",
    ]


def test_hate_that_our_own_tests_measure_has_a_star(tmp_path: Path) -> None:
    """Where rows read again say how well abuse is told, but too few of them are hateful, the star stands at that figure alone."""
    metrics = {"dev": {"fast": {"abusive": FIGURE, "hateful": FIGURE}}, "measured_on": READ_ANEW + HATE_BY_OWN_TESTS}
    table = figures_table([_pack(tmp_path, "ru", metrics=metrics)])
    assert table.splitlines()[2].startswith("| Russian | `ru` | 0 | 300 | 0.81 (0.76 to 0.86) | – | 0.81 (0.76 to 0.86)\\* | – |")


def test_table_of_attributes_has_every_language(tmp_path: Path) -> None:
    """All languages that Perspective had are there, read or not, then others that are read; English alone has all attributes."""
    packs = [_pack(tmp_path, "ru", answers={"fast": ("abusive",)}), _pack(tmp_path, "tr"), _pack(tmp_path, "cs", answers={"fast": ()})]

    lines = perspective_table(packs).splitlines()[2:]

    assert len(lines) == 19
    assert "| English | `en` | yes | yes | yes | yes |" in lines
    assert "| Russian | `ru` | yes | yes | no | no |" in lines
    assert "| Czech | `cs` | yes | not read | no | no |" in lines
    assert "| Hindi in Latin letters | `hi-Latn` | yes | not read | no | no |" in lines
    assert lines[-1] == "| Turkish | `tr` | no | yes | yes | no |"


def test_pages_have_the_tables_of_the_packs_that_ship() -> None:
    """The tables in the documentation are those of the packs that lie in the repository, once there are any."""
    packs = [read_manifest_of(folder) for folder in sorted((ROOT / "languages/tipstaff_languages/packs").iterdir()) if folder.is_dir()]
    for page, name, table in (
        ("languages.md", "table of languages", figures_table),
        ("leaving-perspective.md", "table of attributes by language", perspective_table),
    ):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        assert not packs or text == fill_table(text, name, table(packs)), f"{page}: python -m training.languages.language_tables"


def test_table_takes_the_place_of_another() -> None:
    """A table is filled in between its two marks, and nothing else of the page changes; a second time changes nothing."""
    page = "before\n<!-- a table -->\n| old |\n<!-- end of a table -->\nafter\n"

    filled = fill_table(page, "a table", "| new |")

    assert filled == "before\n<!-- a table -->\n| new |\n<!-- end of a table -->\nafter\n"
    assert fill_table(filled, "a table", "| new |") == filled
    with pytest.raises(ValueError, match="no place for the table 'other'"):
        fill_table(page, "other", "| new |")


def test_pages_without_a_place_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page that lacks the marks is named as a problem, and is left as it is; so is one that is not there."""
    assert language_tables_command(["--docs", str(tmp_path)]) == 1
    (tmp_path / "languages.md").write_text("nothing", encoding="utf-8")
    assert language_tables_command(["--docs", str(tmp_path)]) == 1

    lines = capsys.readouterr().err.splitlines()
    assert ["languages.md" in lines[0], "there is no place for the table 'table of languages'" in lines[1]] == [True, True]
    assert (tmp_path / "languages.md").read_text(encoding="utf-8") == "nothing"

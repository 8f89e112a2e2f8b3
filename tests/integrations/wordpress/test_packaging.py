"""Our plugin for WordPress as a package: its version, its files, and how it is packed."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.service.command import ROOT

FOLDER = ROOT / "integrations/wordpress"
PLUGIN = FOLDER / "tipstaff"
FILES = sorted(FOLDER.rglob("*.php"))
PAGE = (ROOT / "docs/wordpress.md").read_text()


def test_versions_are_that_of_tipstaff() -> None:
    """Every place that names the version of the plugins names that of Tipstaff."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    main, must_use, readme = (
        path.read_text() for path in (PLUGIN / "tipstaff.php", FOLDER / "tipstaff-akismet.php", PLUGIN / "readme.txt")
    )

    found = [
        *re.findall(r"^ \* Version: +(\S+)$", main + must_use, re.MULTILINE),
        *re.findall(r"^const VERSION = '(.+)';$", main, re.MULTILINE),
        *re.findall(r"^Stable tag: (\S+)$", readme, re.MULTILINE),
    ]

    assert found == [version] * 4


def test_page_and_headers_name_the_same_requirements() -> None:
    """What WordPress and PHP have to be at least is the same wherever it is said."""
    main, readme = (PLUGIN / "tipstaff.php").read_text(), (PLUGIN / "readme.txt").read_text()
    wordpress, php = re.findall(r"^ \* Requires (?:at least|PHP): +(\S+)$", main, re.MULTILINE)

    assert f"Requires at least: {wordpress}\n" in readme
    assert f"Requires PHP: {php}\n" in readme
    assert f"WordPress {wordpress} or newer" in PAGE
    assert f"PHP {php}" in PAGE


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_php_reads_every_file(file: Path) -> None:
    """No file has a fault of syntax, and none can be called by itself."""
    if shutil.which("php") is None:
        pytest.skip("Debian's package php-cli is not installed")

    checked = subprocess.run(["php", "-d", "display_errors=1", "-l", file], capture_output=True, text=True, check=False)
    alone = subprocess.run(["php", "-d", "display_errors=1", file], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout
    assert "Deprecated" not in checked.stdout
    assert (alone.returncode, alone.stdout) == (0, "")


def test_plugin_packs_by_the_command_of_the_page(tmp_path: Path) -> None:
    """The command of the page makes a file that WordPress takes: a folder with the plugin, and nothing else."""
    command = re.search(r"^ *python3 (-m zipfile .*)$", PAGE, re.MULTILINE)
    assert command is not None
    arguments = [argument.replace("integrations/", f"{ROOT}/integrations/") for argument in command[1].split()]

    subprocess.run([sys.executable, *arguments], cwd=tmp_path, check=True)

    names = zipfile.ZipFile(tmp_path / "tipstaff.zip").namelist()
    files = {str(path.relative_to(FOLDER)) for path in PLUGIN.rglob("*") if path.is_file()}
    assert {name for name in names if not name.endswith("/")} == files


def test_words_can_be_translated() -> None:
    """Every text that is translated is of the plugin's own domain."""
    calls = [
        (path.name, call)
        for path in PLUGIN.rglob("*.php")
        for call in re.findall(r"\b(?:__|_n|esc_html__|esc_attr__)\((?:[^()']|'(?:[^'\\]|\\.)*')*\)", path.read_text())
    ]

    assert len(calls) > 50
    assert [call for call in calls if not re.search(r", 'tipstaff' ?\)$", call[1])] == []

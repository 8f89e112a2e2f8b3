"""What surrounds the code holds together: locks, README, changelog, make targets, the wheel, the rule on skipped tests."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.main import app
from service.dialect_settings import DialectSettings
from service.setting_errors import PREFIX
from service.settings import Settings

ROOT = Path(__file__).parents[1]
LOCKS = ["requirements.lock", "requirements-build.lock", "requirements-dev.lock", "requirements-bench.lock"]
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)((?: ;[^\\\n]*)?)", re.MULTILINE)
README = (ROOT / "README.md").read_text(encoding="utf-8")
BASH = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
RETRAINING = re.findall(r"```bash\n(.*?)```", (ROOT / "docs/retraining.md").read_text(encoding="utf-8"), re.DOTALL)
GROUPS = ("keys", "models", "rulings", "store")  # of commands


def pins(name: str) -> set[tuple[str, str]]:
    """Reads the pins of a lock: (distribution, version), for whatever platform."""
    return {(one, version) for one, version, _ in PIN.findall((ROOT / name).read_text())}


def project() -> dict[str, object]:
    """Reads the table [project] of pyproject.toml."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert isinstance(table, dict)
    return table


@pytest.mark.parametrize("name", LOCKS)
def test_lock_is_pinned_by_hash(name: str) -> None:
    """Every requirement of a lock is one exact version with its hashes."""
    logical = (ROOT / name).read_text().replace("\\\n", " ").splitlines()

    assert logical
    for line in logical:
        assert re.fullmatch(r"[a-z0-9-]+==\S+( ;[^\\]*?)?\s+(--hash=sha256:[0-9a-f]{64}\s*)+", line), line


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_address(name: str) -> None:
    """A lock works behind any mirror, because it names none."""
    text = (ROOT / name).read_text()

    assert "//" not in text
    assert not re.search(r"--(index|extra-index|find)", text)
    assert not re.search(r"\b[a-z0-9-]+\.(org|com|net|io|dev)\b", text)


def test_locks_agree() -> None:
    """What is tested and measured is, to the version, what is served."""
    assert pins("requirements.lock") < pins("requirements-dev.lock") < pins("requirements-bench.lock")
    assert pins("requirements-build.lock") < pins("requirements-dev.lock")


def test_locks_cover_the_project() -> None:
    """Everything that pyproject.toml asks for is locked."""
    names = {name for name, _ in pins("requirements.lock")}
    asked = project()["dependencies"]
    assert isinstance(asked, list)

    assert {re.split(r"[<>=!~;\[ ]", line, maxsplit=1)[0] for line in asked} <= names


def test_every_test_tells_its_promise() -> None:
    """The docstring of a test is the promise that it checks; none goes without."""
    silent = [
        f"{path.relative_to(ROOT)}: {one.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, ast.FunctionDef) and one.name.startswith("test_") and not ast.get_docstring(one)
    ]

    assert silent == []


def test_version_is_in_the_changelog() -> None:
    """The version of the project has its section in the changelog."""
    assert f"## [{project()['version']}]" in (ROOT / "CHANGELOG.md").read_text()


def test_make_targets_of_the_readme_exist() -> None:
    """Every make target that the README names is there, and `make help` tells of it."""
    told = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    named = set(re.findall(r"\bmake ([a-z]+)", README))

    assert {"serve", "test"} <= named
    assert named <= set(re.findall(r"^make (\w+) ", told, re.MULTILINE))


@pytest.mark.parametrize(
    "line", sorted({line for block in (*BASH, *RETRAINING) for line in block.splitlines() if line.startswith("tipstaff ")})
)
def test_commands_of_readme_and_retraining_exist(line: str) -> None:
    """Every `tipstaff` command of the README and of the page on retraining is there, with its options."""
    _, command, *rest = line.partition("#")[0].split()
    arguments = [command, *(rest[:1] if command in GROUPS else ()), "--help"]
    shown = CliRunner().invoke(app, arguments, prog_name="tipstaff", terminal_width=200, color=False)

    assert shown.exit_code == 0, shown.output
    for option in (word for word in rest if re.fullmatch(r"--?[a-z-]+", word)):
        assert re.search(rf"(?<!\S){option}\b", shown.output), option


def test_settings_page_is_complete() -> None:
    """docs/settings.md lists every setting with its default and meaning, those of the dialects at the end."""
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    names = sorted(Settings.model_fields, key=lambda name: name in DialectSettings.model_fields)
    rows = [f"| `{PREFIX}{name.upper()}` | {shown_default(name)} | {Settings.model_fields[name].description} |" for name in names]

    assert [line for line in page.splitlines() if line.startswith(f"| `{PREFIX}")] == rows


def shown_default(name: str) -> str:
    """Returns how docs/settings.md shows a default; that of the data folder depends on the user."""
    default = Settings.model_fields[name].default
    if name == "data_dir":
        return "`~/.local/share/tipstaff`"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return "" if default in (None, "") else f"`{default}`"


def test_wheel_carries_what_is_no_code(tmp_path: Path) -> None:
    """The wheel holds every file of the three packages that git knows, the shipped artefact too, and no tests."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)], cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    rooms = ["model", "service", "training"]
    known = subprocess.run(["git", "ls-files", *rooms], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()

    assert {name for name in known if (ROOT / name).exists()} <= names
    assert {name.partition("/")[0] for name in names} == {*rooms, f"tipstaff-{project()['version']}.dist-info"}


def test_wheel_of_the_languages_carries_the_packs(tmp_path: Path) -> None:
    """The distribution of the languages has the version that the project asks for, and holds all packs and what they share."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT / "languages", check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    known = subprocess.run(
        ["git", "ls-files", "tipstaff_languages"], cwd=ROOT / "languages", capture_output=True, text=True, check=True
    ).stdout

    assert {name for name in known.split() if not name.endswith(".gitkeep")} <= names
    assert f"tipstaff_languages-{project()['version']}.dist-info/licenses/NOTICE" in names
    extras = project()["optional-dependencies"]
    assert isinstance(extras, dict)
    assert extras["languages"] == [f"tipstaff-languages=={project()['version']}"]


def run_copy(folder: Path, source: str, *options: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Runs a test file of this source beside a copy of our conftest.py, away from the other tests."""
    shutil.copy(ROOT / "tests/conftest.py", folder)
    (folder / "test_it.py").write_text(f"import pytest\n\n{source}\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder), *options, str(folder)]
    return subprocess.run(command, env={**os.environ, **environment}, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("ci", "reason", "status"),
    [("1", "no reason", 1), ("", "no reason", 0), ("1", "../shared/corpus is missing", 0), ("1", "no shared memory", 1)],
)
def test_skip_fails_in_ci(tmp_path: Path, ci: str, reason: str, status: int) -> None:
    """With CI set a run with a skipped test fails and says why, unless what it lacks is ../shared; without CI it passes."""
    done = run_copy(tmp_path, f"def test_skipped():\n    pytest.skip({reason!r})", CI=ci)

    assert done.returncode == status, done.stdout
    assert ("counts as a failure" in done.stdout) == bool(status)


@pytest.mark.parametrize(("options", "outcome"), [((), "1 passed, 1 deselected"), (("--nightly",), "2 passed")])
def test_nightly_tests_run_with_their_option_alone(tmp_path: Path, options: tuple[str, ...], outcome: str) -> None:
    """A test marked nightly is left out unless --nightly is given."""
    source = "@pytest.mark.nightly\ndef test_long():\n    pass\n\ndef test_short():\n    pass"

    assert outcome in run_copy(tmp_path, source, "-W", "ignore", *options).stdout


def test_hanging_test_fails(tmp_path: Path) -> None:
    """A test that waits for ever fails at its limit of time, and the others run."""
    source = "import threading\n\n@pytest.mark.timeout(1)\ndef test_hangs():\n    threading.Event().wait()\n\ndef test_runs():\n    pass"
    done = run_copy(tmp_path, source)

    assert "1 failed, 1 passed" in done.stdout
    assert "Timeout" in done.stdout
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["timeout"] > 0

"""The command as people call it: results on standard output, everything else on standard error, an exit code that says how it ended."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from tests.service.cli.calls import Call
from tests.service.command import ROOT


def test_version(call: Call) -> None:
    """The version is printed; nothing else is needed for it."""
    try:
        expected = version("tipstaff")
    except PackageNotFoundError:
        pytest.skip("runs from a checkout that is not installed")
    result = call("--version")
    assert (result.code, result.out, result.err) == (0, f"{expected}\n", "")


def test_help_names_every_command(call: Call) -> None:
    """The help lists every command but the hidden one, which only the image calls."""
    result = call("--help")
    assert result.code == 0
    for name in (
        *("serve", "train", "train-encoder", "score", "evaluate", "compare"),
        *("perspective-diff", "keys", "rulings", "store"),
    ):
        assert f"  {name} " in result.out
    assert "  warm " not in result.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nope"],
        ["nope"],
        ["score", "--nope"],
        ["score", "--to", "parquet"],
        ["score", "x.csv", "--text", "hi"],
        ["score", "--markup", "pdf"],
    ],
)
def test_a_wrong_call_is_exit_code_2(call: Call, arguments: list[str]) -> None:
    """Standard error points to the help."""
    result = call(*arguments)
    assert (result.code, result.out) == (2, "")
    assert "--help" in result.err


def test_a_hostile_file_name_cannot_steer_the_terminal(call_small: Call) -> None:
    """Messages are printable whatever they name."""
    message = call_small("score", "\x1b[2J\nevil.csv").message
    assert message.strip("\n").isprintable()


def test_a_quick_look_imports_nothing_heavy(folder: Path) -> None:
    """Neither data frames nor web server nor training are loaded for one text."""
    program = "import sys, service.cli.main\ntry: service.cli.main.main()\nfinally: print(*sys.modules, file=sys.stderr)"
    arguments = ["score", "--text", "hi", "--artefact", str(folder)]
    process = subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = set(process.stderr.split())
    loaded = {name.partition(".")[0] for name in modules}
    assert "service" in loaded
    assert not loaded & {"pyarrow", "pandas", "sklearn", "scipy", "jinja2", "joblib", "fastapi", "starlette", "uvicorn"}
    # These modules are small: the bound on what a file may become, and how names of files are written.
    allowed = {"training.tables", "training.tables.expansion", "training.tables.file_names"}
    assert {name for name in modules if name.startswith("training.")} <= allowed

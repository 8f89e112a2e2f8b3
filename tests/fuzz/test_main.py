"""The command that fuzzes: its options, its table and its exit code."""

import ast
from pathlib import Path

import pytest

from fuzz.__main__ import main
from fuzz.worker import FUZZERS

ROOT = Path(__file__).parents[2]


def test_fuzzers_are_where_they_are_said_to_be() -> None:
    """Each name leads to a function of a module, whether or not what it needs is installed."""
    for place in FUZZERS.values():
        module, _, function = place.partition(":")
        tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
        assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, place


def test_a_run_ends_with_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table has a row for each fuzzer and one for all, the seed comes first, and the runs of one state can be summed up."""
    assert main(["text", "--inputs", "64", "--seed", "4", "--state", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "seed 4"
    assert [line.split("|")[1:3] for line in lines[3:]] == [[" text ", " 64 "], [" all ", " 64 "]]
    assert main(["text", "--inputs", "32", "--seed", "5", "--state", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["--sum", "--state", str(tmp_path)]) == 0
    assert [line.split("|")[1:3] for line in capsys.readouterr().out.splitlines()[2:]] == [[" text ", " 96 "], [" all ", " 96 "]]


@pytest.mark.parametrize("arguments", [["none"], ["--minutes", "-1"], ["--inputs", "x"]])
def test_a_wrong_call_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A fuzzer that does not exist and a budget that is none are refused before anything runs."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err

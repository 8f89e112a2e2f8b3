"""The tree of errors is the one that is drawn, and callers can catch what they should."""

import ast
import re
from pathlib import Path

import pytest

from model import errors
from model.errors import DumpError, InputError, PolicyError, TableError, TipstaffError

ROOT = Path(__file__).parents[2]


def drawn() -> dict[str, str]:
    """Return the parent of each error in the drawing of the docstring."""
    parents: dict[str, str] = {}
    line_of_descent: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"([\s│├└─]+)([A-Z]\w+Error)\b", line):
            depth, name = len(match[1]), match[2]
            line_of_descent = [(column, above) for column, above in line_of_descent if column < depth]
            if line_of_descent:
                parents[name] = line_of_descent[-1][1]
            line_of_descent.append((depth, name))
    return parents


def defined() -> dict[str, str]:
    """Return the first base of each class of the three rooms that is one of our errors, by reading their sources."""
    bases = {
        node.name: node.bases[0].id
        for room in ("model", "service", "training")
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.bases and isinstance(node.bases[0], ast.Name)
    }

    def is_ours(name: str) -> bool:
        return name == "TipstaffError" or (name in bases and is_ours(bases[name]))

    return {name: base for name, base in bases.items() if is_ours(base)}


def test_the_drawing_shows_every_error() -> None:
    """The tree in the docstring has all errors that the three rooms define, each below its base class, and no others."""
    assert drawn() == defined()
    assert len(drawn()) > 5


def test_every_error_has_one_root() -> None:
    """Everything that is raised on purpose can be caught as one class."""
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), TipstaffError)


@pytest.mark.parametrize("error", [InputError, TableError, DumpError, PolicyError])
def test_mistakes_of_the_caller_are_value_errors(error: type[Exception]) -> None:
    """Somebody who does not know Tipstaff's errors can catch wrong input as what it is in Python."""
    with pytest.raises(ValueError, match="line 3"):
        raise error("line 3")

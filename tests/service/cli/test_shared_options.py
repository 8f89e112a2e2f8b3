"""Groups of options are spelled out for Typer, and repeatable options are read into mappings."""

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from service.cli.shared_options import expand_option_groups, parse_numbers, parse_pairs


@dataclass(frozen=True, kw_only=True)
class Colours:
    """A group of two options."""

    sky: Annotated[str, typer.Option(help="The sky.")] = "blue"
    grass: Annotated[str | None, typer.Option(help="The grass.")] = None


def test_a_group_becomes_options_in_its_place() -> None:
    """The options of a group stand between those before and after it, and reach the command as one value."""
    calls: list[tuple[str, Colours, bool]] = []

    @expand_option_groups
    def paint(*, wall: Annotated[str, typer.Argument()], colours: Colours, fast: Annotated[bool, typer.Option("--fast")] = False) -> None:
        """Paint."""
        calls.append((wall, colours, fast))

    assert list(inspect.signature(paint).parameters) == ["wall", "sky", "grass", "fast"]
    app = typer.Typer()
    app.command()(paint)
    assert CliRunner().invoke(app, ["north", "--grass", "green"]).exit_code == 0
    assert calls == [("north", Colours(sky="blue", grass="green"), False)]


def test_the_last_equals_sign_separates() -> None:
    """A name may hold an equals sign; giving a pair twice is no contradiction."""
    assert parse_pairs("--map", ["a=b=fine", "c=toxic", "c=toxic"], form="OLD=NEW") == {"a=b": "fine", "c": "toxic"}
    assert parse_pairs("--map", None, form="OLD=NEW") == {}


@pytest.mark.parametrize(
    ("values", "words"), [(["x"], "OLD=NEW"), (["=fine"], "OLD=NEW"), (["a="], "OLD=NEW"), (["a=fine", "a=toxic"], "given twice")]
)
def test_values_that_are_no_pairs_are_refused(values: list[str], words: str) -> None:
    """The message shows the form that a value has to have, or the name that has two values."""
    with pytest.raises(typer.BadParameter, match=words):
        parse_pairs("--map", values, form="OLD=NEW")


def test_numbers_are_decimal_and_not_negative() -> None:
    """Digits with or without a point; only names that exist, if they are given."""
    assert parse_numbers("--weight", ["a=2", "b=.5", "c=1."]) == {"a": 2.0, "b": 0.5, "c": 1.0}
    for value in ("a=-1", "a=nan", "a=1e3", "a=٣"):
        with pytest.raises(typer.BadParameter, match="0 or more"):
            parse_numbers("--weight", [value])
    with pytest.raises(typer.BadParameter, match="'d' is not a, b"):
        parse_numbers("--weight", ["d=1"], names=("a", "b"))

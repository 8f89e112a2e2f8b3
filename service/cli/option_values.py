"""What several commands do with their options."""

import re
from collections.abc import Collection

import typer

__all__ = ["numbers", "pairs"]


def pairs(option: str, given: list[str] | None, *, like: str) -> dict[str, str]:
    """Return what a repeatable option OLD=NEW says; the last ``=`` divides.

    Args:
        option: its name, for the message.
        given: its values.
        like: what a value looks like, for the message.

    Raises:
        typer.BadParameter: a value is not of that form, or one name is given two values.
    """
    found: dict[str, str] = {}
    for pair in given or ():
        old, sign, new = pair.rpartition("=")
        if not sign or not old or not new:
            raise typer.BadParameter(f"{pair!r} is not {like}", param_hint=option)
        if found.setdefault(old, new) != new:
            raise typer.BadParameter(f"{old!r} is given twice, and differently", param_hint=option)
    return found


def numbers(option: str, given: list[str] | None, *, of: Collection[str] | None = None) -> dict[str, float]:
    """Return what a repeatable option NAME=NUMBER says.

    Args:
        option: its name, for the message.
        given: its values.
        of: the names that there are; None for any.

    Raises:
        typer.BadParameter: a value is not of that form, a name is unknown or given two numbers.
    """
    found = {}
    for name, number in pairs(option, given, like="NAME=NUMBER").items():
        if of is not None and name not in of:
            raise typer.BadParameter(f"{name!r} is not {', '.join(of)}", param_hint=option)
        if not re.fullmatch(r"\d{1,9}(\.\d{0,9})?|\.\d{1,9}", number, re.ASCII):
            raise typer.BadParameter(f"{name}={number}: give a number of 0 or more, such as 0.3", param_hint=option)
        found[name] = float(number)
    return found

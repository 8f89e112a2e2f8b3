"""What several commands do with their options."""

import typer

__all__ = ["pairs"]


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

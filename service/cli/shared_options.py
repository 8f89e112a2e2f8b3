"""Options that several commands share, with helpers that group options and parse their values."""

import inspect
import re
from collections.abc import Callable, Collection
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from model.profile import Profile
from service.judging.foreign import OnForeign

__all__ = [
    "ArtefactOption",
    "CommunityOption",
    "JsonOption",
    "OnForeignOption",
    "PolicyOption",
    "ProfileOption",
    "expand_option_groups",
    "parse_numbers",
    "parse_pairs",
    "parse_score_thresholds",
]

_DECIMAL_NUMBER = re.compile(r"\d{1,9}(\.\d{0,9})?|\.\d{1,9}", re.ASCII)

ArtefactOption = Annotated[
    Path | None,
    typer.Option("--artefact", metavar="DIR", envvar="TIPSTAFF_ARTEFACT", help="Folder of a trained model.  [default: the shipped one]"),
]
ProfileOption = Annotated[
    Profile | None,
    typer.Option(
        "--profile",
        envvar="TIPSTAFF_PROFILE",
        help="Which readers judge: fast the n-grams alone, full both, cascade both where it matters.  "
        "[default: cascade if there are two; fast for files]",
    ),
]
PolicyOption = Annotated[
    str | None,
    typer.Option("--policy", metavar="NAME", help="Policy that leads to the verdicts.  [default: the community's, else default]"),
]
CommunityOption = Annotated[
    str | None,
    typer.Option(
        "--community", metavar="NAME", help="Community of TIPSTAFF_COMMUNITIES that the comments belong to.  [default: the file's own]"
    ),
]
OnForeignOption = Annotated[
    OnForeign | None,
    typer.Option(
        "--on-foreign",
        help="What happens to comments in languages that are not read.  [default: what TIPSTAFF_ON_FOREIGN says, review]",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def expand_option_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command in which each parameter that is a dataclass of options is replaced by these options.

    Typer makes an option of every parameter. With groups, a command with twenty options is a function of five parameters, and commands
    that share options name their group.

    Args:
        command: a function whose parameters are all keyword-only; the fields of a group are annotated as Typer wants parameters.
    """
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, Any] = {
        name: parameter.annotation for name, parameter in signature.parameters.items() if is_dataclass(parameter.annotation)
    }
    parameters: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        parameters += _build_parameters(groups[name]) if name in groups else [parameter]

    @wraps(command)
    def command_of_options(**options: Any) -> None:
        values = {name: group(**{field.name: options.pop(field.name) for field in fields(group)}) for name, group in groups.items()}
        command(**values, **options)

    del command_of_options.__wrapped__  # or Typer would read the annotations of the groups
    command_of_options.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    command_of_options.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command_of_options


def _build_parameters(group: Any) -> list[inspect.Parameter]:
    """Return a keyword-only parameter for each field of a dataclass."""
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]


def parse_pairs(option: str, values: list[str] | None, *, form: str) -> dict[str, str]:
    """Parse the values of a repeatable option such as ``--map OLD=NEW`` into a mapping; the last ``=`` of a value separates.

    Args:
        option: the name of the option, for messages.
        values: its values.
        form: the form of a value, for messages.

    Raises:
        typer.BadParameter: a value is not of that form, or a name has two different values.
    """
    pairs: dict[str, str] = {}
    for value in values or ():
        name, separator, target = value.rpartition("=")
        if not separator or not name or not target:
            raise typer.BadParameter(f"{value!r} is not {form}", param_hint=option)
        if pairs.setdefault(name, target) != target:
            raise typer.BadParameter(f"{name!r} is given twice, and differently", param_hint=option)
    return pairs


def parse_numbers(option: str, values: list[str] | None, *, names: Collection[str] | None = None) -> dict[str, float]:
    """Parse the values of a repeatable option such as ``--weight NAME=NUMBER`` into a mapping.

    Args:
        option: the name of the option, for messages.
        values: its values.
        names: the names that exist; None allows any.

    Raises:
        typer.BadParameter: a value is not of that form, or a name is unknown or has two different numbers.
    """
    numbers = {}
    for name, number in parse_pairs(option, values, form="NAME=NUMBER").items():
        if names is not None and name not in names:
            raise typer.BadParameter(f"{name!r} is not {', '.join(names)}", param_hint=option)
        if not _DECIMAL_NUMBER.fullmatch(number):
            raise typer.BadParameter(f"{name}={number}: give a number of 0 or more, such as 0.3", param_hint=option)
        numbers[name] = float(number)
    return numbers


def parse_score_thresholds(values: list[str] | None) -> dict[str, float]:
    """Return attribute → threshold of the values of ``--threshold``.

    Raises:
        typer.BadParameter: a value is not of that form, or its number is not from 0 to 1.
    """
    thresholds = parse_numbers("--threshold", values)
    if any(threshold > 1 for threshold in thresholds.values()):
        raise typer.BadParameter("a threshold is a score from 0 to 1", param_hint="--threshold")
    return thresholds

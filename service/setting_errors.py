"""What is wrong with the settings, in one line each that names the setting and its environment variable."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from pydantic import ValidationError

__all__ = ["PREFIX", "describe_errors", "unknown_variables"]

PREFIX = "TIPSTAFF_"
"""The prefix of every environment variable that is a setting."""

# In a cluster whose Service is called "tipstaff", Kubernetes sets TIPSTAFF_PORT=tcp://10.0.0.1:8000 and its like:
# https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
_SERVICE_LINK = re.compile(r"TIPSTAFF_(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_\w+)")


def describe_errors(failure: ValidationError) -> str:
    """Return what is wrong with the settings, in one line without their values."""
    return "; ".join(_error_lines(failure))


def _error_lines(failure: ValidationError) -> Iterator[str]:
    for error in failure.errors(include_url=False, include_context=False, include_input=False):
        detail = error["msg"].removeprefix("Value error, ")
        name = str(error["loc"][0]) if error["loc"] else ""
        if error["type"] == "extra_forbidden":
            yield f"there is no setting called {name!r}"
        elif name:
            yield f"setting {name} ({PREFIX}{name.upper()}): {detail[0].lower()}{detail[1:]}"
        else:
            yield detail


def unknown_variables(environ: Mapping[str, str], *, settings: Collection[str]) -> list[str]:
    """Return what is wrong with environment variables that look like settings but are none.

    Args:
        environ: the environment variables.
        settings: the names of all settings.

    Returns:
        A line for each variable that begins with ``TIPSTAFF_`` and is no setting, with the setting that is likely meant, if any.
        Variables that Kubernetes sets for a service of this name are ignored.
    """
    names = [name.upper() for name in settings]
    lines = []
    for variable in sorted(environ):
        name = variable.upper().removeprefix(PREFIX)
        if variable.upper().startswith(PREFIX) and name not in names and not _SERVICE_LINK.fullmatch(variable):
            matches = get_close_matches(name, names, n=1)
            lines.append(f"{variable} is no setting and has no effect" + (f"; did you mean {PREFIX}{matches[0]}?" if matches else ""))
    return lines

"""Mistakes of ours: the log says where one was made, the answer that there was one."""

import logging
import traceback
from collections.abc import MutableMapping
from typing import Any

from service.http.problems import ProblemError, ProblemKind

__all__ = ["report_fault"]

_log = logging.getLogger("tipstaff.http")


def report_fault(error: Exception, scope: MutableMapping[str, Any]) -> ProblemError:
    """Log a mistake of ours, and return the problem that answers it.

    Neither holds the exception's message, which may quote the text of a comment; a stack without it does not.

    Args:
        error: what nobody caught.
        scope: of the call during which it came.
    """
    route = getattr(scope.get("route"), "path", "an unknown route")
    stack = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    _log.error("%s in %s %s\n%s", type(error).__name__, scope["method"], route, stack)
    return ProblemError(ProblemKind.INTERNAL, "This is a fault of the service; its log says where.")

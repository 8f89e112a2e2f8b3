"""Faults of the service itself: the log says where one happened, the answer only that one happened."""

import logging
import traceback
from collections.abc import MutableMapping
from typing import Any, Protocol

from model.failures import Step, log_failure
from service.http.observability.metrics import Metrics
from service.http.problems import ProblemError, ProblemKind

__all__ = ["report_fault", "report_judging_fault"]

_log = logging.getLogger("tipstaff.http")


class _Counters(Protocol):
    """The part of a service's state that counts."""

    metrics: Metrics


def report_fault(error: Exception, scope: MutableMapping[str, Any]) -> ProblemError:
    """Log a fault of the service, and return the problem that answers the call.

    Neither holds the exception's message, which may quote the text of a comment. The stack is logged without it.

    Args:
        error: an exception that nobody has caught.
        scope: the scope of the call during which it was raised.
    """
    route = getattr(scope.get("route"), "path", "an unknown route")
    stack = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    _log.error("%s in %s %s\n%s", type(error).__name__, scope["method"], route, stack)
    return ProblemError(ProblemKind.INTERNAL, "This is a fault of the service; its log says where.")


def report_judging_fault(error: Exception, scope: MutableMapping[str, Any]) -> None:
    """Log and count a fault of the service in a call that judges comments; it is logged at most once a minute, and without its message.

    Such a call is answered as if a moderator had to look at its comments, since its clients would take an error for consent.
    """
    log_failure(Step.CALL, error)
    state: _Counters = scope["state"]["service"]
    state.metrics.count_failures({Step.CALL: 1})

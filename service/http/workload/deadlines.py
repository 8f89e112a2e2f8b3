"""Until when the answer to a call is of use: as long as the call allows, and never longer than the service does."""

import time
from typing import NamedTuple

from starlette.types import Scope

from service.http.admission.queue import DEADLINE, LAST_BYTE_AT, deadline_problem
from service.http.problems import ProblemError, ProblemKind

__all__ = ["Deadline", "find_deadline", "share_deadline"]

_JUDGING_DEADLINE = "tipstaff.judging_deadline"


class Deadline(NamedTuple):
    """A moment after which nobody needs an answer.

    Attributes:
        at: the moment, in seconds of ``time.monotonic``.
        allowed: the seconds that the service allows, if that is what ends the call; None if the call itself asks for it.
    """

    at: float
    allowed: int | None = None

    def problem(self) -> ProblemError:
        """Build the problem that the moment has passed."""
        if self.allowed is None:
            return deadline_problem()
        return ProblemError(
            ProblemKind.DEADLINE,
            f"The comments could not be judged in the {self.allowed} s that this service allows: send fewer in one call, or try later.",
        )


def find_deadline(scope: Scope, *, seconds: int) -> Deadline:
    """Return the deadline of a call.

    Args:
        scope: the scope of the call.
        seconds: how long judging may take, counted from when the last byte of the call was read.
    """
    at: float | None = scope.get(_JUDGING_DEADLINE)
    if at is None:
        at = (scope.get(LAST_BYTE_AT) or time.monotonic()) + seconds
    own: float | None = scope.get(DEADLINE)
    return Deadline(at, seconds) if own is None or at < own else Deadline(own)


def share_deadline(scope: Scope, *, seconds: int) -> None:
    """Have all calls that are bundled in one end by the deadline of the whole.

    Args:
        scope: the scope of the whole, of which each call gets a copy.
        seconds: how long judging may take.
    """
    scope[_JUDGING_DEADLINE] = find_deadline(scope, seconds=seconds).at

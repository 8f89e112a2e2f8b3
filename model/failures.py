"""Steps that fail for some comments: a failure is counted, and logged without a word of the comment, and the rest is judged all the same.

Whatever is raised while a comment is read concerns that comment alone, and that step alone: what the step would have added is missing,
and the other steps judge. Only a comment that can be read in no way at all is not judged: its verdict is ``review``.
"""

import logging
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

__all__ = ["NO_FAILURES", "Failures", "Step", "add_failures", "log_failure"]

_log = logging.getLogger("tipstaff.judging")

_LOG_INTERVAL = 60.0
_MAX_STACK_ENTRIES = 12


class Step(StrEnum):
    """A step on the way from a comment to the answer about it.

    Each says what happens to a comment for which it fails.
    """

    MARKUP = "markup"
    """The mark-up stays: the text is read as it stands."""
    NGRAMS = "ngrams"
    """The text is read as it stands; if that fails too, the comment is not judged, and its verdict is ``review``."""
    ENCODER = "encoder"
    """The n-grams judge alone."""
    EXPLANATION = "explanation"
    """The judgement has no explanation."""
    LANGUAGE = "language"
    """The language is the one that the caller states, or else unknown."""
    LISTS = "lists"
    """Entries that deny are looked for in the text as it stands; if none is found, the verdict is ``review`` at least."""
    JUDGEMENT = "judgement"
    """What is none of these: the comment is not judged, and its verdict is ``review``."""
    CALL = "call"
    """What is no part of judging, such as writing the answer: the protocol's answer to a comment that has to wait for a moderator."""


Failures = Mapping[Step, int]
"""For how many comments each step has failed; steps that have not failed are missing."""

NO_FAILURES: Failures = {}


def add_failures(*failures: Failures) -> Failures:
    """Return the sums; costs nothing where nothing has failed."""
    if not any(failures):
        return NO_FAILURES
    total: Counter[Step] = Counter()
    for counts in failures:
        total.update(counts)
    return total


class _LogLimit:
    """Lets one failure of each step pass in a minute, so that nobody can fill a disk with failures."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passed_at: dict[Step, float] = {}
        self._held_back: Counter[Step] = Counter()

    def passes(self, step: Step) -> int | None:
        """Return how many failures of the step were held back since one has passed; None if this one is held back, too."""
        now = time.monotonic()
        with self._lock:
            if now - self._passed_at.get(step, -_LOG_INTERVAL) < _LOG_INTERVAL:
                self._held_back[step] += 1
                return None
            self._passed_at[step] = now
            return self._held_back.pop(step, 0)


_limit = _LogLimit()


def log_failure(step: Step, error: Exception) -> None:
    """Log a failure, without the exception's message, which may quote the text of a comment; at most once a minute for each step."""
    held_back = _limit.passes(step)
    if held_back is None:
        return
    stack = "".join(traceback.format_tb(error.__traceback__, -_MAX_STACK_ENTRIES)).rstrip()
    more = f", after {held_back} more that were not logged" if held_back else ""
    _log.error("a comment could not be read as usual: step %s, %s%s\n%s", step.value, type(error).__name__, more, stack)

"""Comments of any number, divided into calls that the service takes."""

from __future__ import annotations

import dataclasses
import json
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Union

from tipstaff_client.errors import CallTooLargeError, UnexpectedAnswerError
from tipstaff_client.exchange import Answer, Call, Steps, exchange
from tipstaff_client.models import Comment, CommentError, JudgedComment, ModerateAnswer, UnjudgedComment
from tipstaff_client.options import ClientOptions

__all__ = ["Batches", "CallFields", "Judgement", "Limits", "encode_json", "judge_next", "read_answer"]

Judgement = Union[JudgedComment, UnjudgedComment]
"""What is decided about a comment, or why nothing is."""

CallFields = Mapping[str, Any]
"""Fields of a call besides its comments."""


class Limits:
    """How much one call may hold: what the client was told, or less where the service has shown that it takes less.

    One object is shared by all calls of a client, whichever thread makes them; the worst that a race does is one more refusal.

    Attributes:
        comments: the most comments.
        body_bytes: the most bytes of the body.
    """

    def __init__(self, options: ClientOptions) -> None:
        self.comments = options.max_comments
        self.body_bytes = options.max_body_bytes

    def learn(self, error: CallTooLargeError, *, comments: int, body_bytes: int) -> None:
        """Take from a call that was too large that half of it may be right."""
        if error.code == "too-many-comments":
            self.comments = min(self.comments, max(1, comments // 2))
        else:
            self.body_bytes = min(self.body_bytes, max(1, body_bytes // 2))


class _Encoded(NamedTuple):
    id: str | int
    content: bytes


def encode_json(value: Any) -> bytes:
    """Return a value as JSON in UTF-8; half of a surrogate pair becomes an escape sequence, which the service takes for U+FFFD."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "backslashreplace")


class Batches:
    """Comments that wait to be sent, in order.

    Args:
        fields: the fields of each call besides its comments.
        limits: how much a call may hold.
    """

    def __init__(self, fields: CallFields, limits: Limits) -> None:
        self._head = encode_json(dict(fields))[:-1] + (b',"comments":[' if fields else b'"comments":[')
        self._limits = limits
        self._waiting: deque[_Encoded] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        """Return how many comments wait."""
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether there are enough comments for a call."""
        return len(self._waiting) >= self._limits.comments or self._size(len(self._waiting), self._bytes) >= self._limits.body_bytes

    def add(self, comment: Comment) -> None:
        """Have a comment wait."""
        encoded = _Encoded(comment.id, encode_json(comment.to_json()))
        self._waiting.append(encoded)
        self._bytes += len(encoded.content)

    def take(self) -> list[_Encoded]:
        """Return the comments of the next call, at least one of them; they no longer wait."""
        taken: list[_Encoded] = []
        size = 0
        while self._waiting and len(taken) < self._limits.comments:
            size += len(self._waiting[0].content)
            if taken and self._size(len(taken) + 1, size) > self._limits.body_bytes:
                break
            taken.append(self._waiting.popleft())
        self._bytes -= sum(len(encoded.content) for encoded in taken)
        return taken

    def put_back(self, taken: Sequence[_Encoded]) -> None:
        """Have comments that could not be sent together wait again, before all others."""
        self._waiting.extendleft(reversed(taken))
        self._bytes += sum(len(encoded.content) for encoded in taken)

    def build_body(self, taken: Sequence[_Encoded]) -> bytes:
        """Return the body of the call with these comments."""
        return b"".join([self._head, b",".join(encoded.content for encoded in taken), b"]}"])

    def _size(self, comments: int, content: int) -> int:
        return len(self._head) + content + comments + 1


def judge_next(batches: Batches, limits: Limits, options: ClientOptions, *, until: float | None) -> Steps[tuple[Sequence[Judgement], Any]]:
    """Send the comments that wait first, as many as the service takes at once.

    Args:
        batches: the comments, of which at least one waits.
        limits: how much a call may hold, which is corrected where the service takes less.
        options: how the call is sent.
        until: when nobody waits any more, in seconds of ``time.monotonic``; if None, the call has its own deadline.

    Returns:
        What is decided about these comments, in order, and the answer; None in its place if there was nothing to send.

    Raises:
        TipstaffClientError: the call failed.
    """
    while True:
        taken = batches.take()
        body = batches.build_body(taken)
        if len(taken) == 1 and len(body) > options.max_body_bytes:
            return [_too_long(taken[0])], None
        call = Call("POST", "/v1/moderate", body)
        try:
            ends = time.monotonic() + options.deadline if until is None else until
            answer = read_answer((yield from exchange(call, options, until=ends)), ModerateAnswer)
        except CallTooLargeError as error:
            if len(taken) == 1:
                return [_too_long(taken[0])], None
            limits.learn(error, comments=len(taken), body_bytes=len(body))
            batches.put_back(taken)
            continue
        if len(answer.decisions) != len(taken):
            raise UnexpectedAnswerError("the answer does not have one decision for each comment")
        return [_with_id(decision, encoded.id) for decision, encoded in zip(answer.decisions, taken)], answer


def read_answer(answer: Answer, answer_type: Any) -> Any:
    """Read the body of an answer as one of the types that have ``from_json``.

    Raises:
        UnexpectedAnswerError: it is not such a thing.
    """
    try:
        return answer_type.from_json(json.loads(answer.body))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    # Outside of the handler, so that the error is not tied to one that holds what was received.
    raise UnexpectedAnswerError("the answer is not one of Tipstaff's: is the address right?", status=answer.status)


def _too_long(encoded: _Encoded) -> UnjudgedComment:
    detail = "The comment alone has more bytes than one call may have."
    return UnjudgedComment(id=encoded.id, error=CommentError(type="comment-too-long", detail=detail))


def _with_id(decision: Judgement, given: str | int) -> Judgement:
    """Return a decision with the id that the caller gave: in an answer halves of surrogate pairs are replaced."""
    return decision if decision.id == given else dataclasses.replace(decision, id=given)

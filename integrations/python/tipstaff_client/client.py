"""The client for ordinary code."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar, overload

import httpx

from tipstaff_client.base import BaseClient
from tipstaff_client.batches import Batches, Judgement, judge_next
from tipstaff_client.calls import (
    CommentOrText,
    ModerateCall,
    ModerateOptions,
    RulingOptions,
    ask_model,
    ask_ready,
    check_several,
    send_ruling,
)
from tipstaff_client.exchange import Failure, Outcome, Send, Steps
from tipstaff_client.models import Comment, Label, ModerateAnswer, RecordedRuling, ServedModel
from tipstaff_client.results import Judgements

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

__all__ = ["Client"]

_T = TypeVar("_T")


class Client(BaseClient):
    """Calls Tipstaff; made as `BaseClient` says.

    One client serves any number of threads and keeps its connections open. A ``with`` closes it.
    """

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the client."""
        self.close()

    def _open(self, verify: bool | ssl.SSLContext) -> None:
        self._http = httpx.Client(verify=verify)

    def close(self) -> None:
        """Close all connections; the client cannot be used any more."""
        self._http.close()

    @overload
    def moderate(  # type: ignore[overload-overlap]  # a str is an iterable too, and taken for one comment
        self, comments: CommentOrText, **options: Unpack[ModerateOptions]
    ) -> Judgement: ...

    @overload
    def moderate(self, comments: Iterable[CommentOrText], **options: Unpack[ModerateOptions]) -> Judgements: ...

    def moderate(self, comments: CommentOrText | Iterable[CommentOrText], **options: Unpack[ModerateOptions]) -> Judgement | Judgements:
        """Have comments judged: one, or any number, which are sent in as many calls as it takes.

        Args:
            comments: a comment, its text, or an iterable of these.
            options: ``policy``, ``community``, ``model``, ``explain``, ``format``, ``language``, ``parent_text``, ``title`` and
                ``deadline``, as `ModerateCall` describes them.

        Returns:
            For one comment what is decided about it, for several a sequence of this. A comment without text, or with too much of it, is
            an `UnjudgedComment` in its place; nothing is raised for it.

        Raises:
            TipstaffClientError: a call failed; its class says how.
        """
        call = ModerateCall(**options)
        if isinstance(comments, (str, Comment)):
            return next(judged[0] for judged, _ in self._judge_batches([comments], call))
        judgements: list[Judgement] = []
        last: ModerateAnswer | None = None
        for judged, answer in self._judge_batches(comments, call):
            judgements += judged
            last = answer or last
        return Judgements(judgements, last)

    def stream(self, comments: Iterable[CommentOrText], **options: Unpack[ModerateOptions]) -> Iterator[Judgement]:
        """Have comments judged batch by batch while they are read, so that neither they nor the judgements have to fit into memory.

        Args:
            comments: comments, or their texts; never more than two batches of them are held.
            options: as for `moderate`.

        Yields:
            What is decided about each comment, in order.

        Raises:
            TipstaffClientError: a call failed; what was yielded before stays true.
        """
        for judged, _ in self._judge_batches(comments, ModerateCall(**options)):
            yield from judged

    def send_ruling(self, comment: CommentOrText, label: Label | None, **options: Unpack[RulingOptions]) -> RecordedRuling:
        """Tell the service what a moderator says about a comment, for a later training.

        Args:
            comment: the comment; of one that is not a bare text, id, author and language are kept too.
            label: what it is; None, with a ``reason``, if this is no matter of abuse.
            options: ``moderator``, ``reason``, ``community``, ``act``, ``why`` and ``sampling_probability``, as `RulingOptions` describes
                them.

        Returns:
            The id of the act, and whether it had been stored before.

        Raises:
            TipstaffClientError: the call failed; it needs a key that may send feedback, of the role of whoever rules.
        """
        return self._carry_out(send_ruling(self._options, comment, label, options))

    def model(self) -> ServedModel:
        """Ask which model judges."""
        return self._carry_out(ask_model(self._options))

    def ready(self) -> bool:
        """Ask once whether comments can be judged; False, too, if there is no connection."""
        return self._carry_out(ask_ready(self._options))

    def _judge_batches(
        self, comments: Iterable[CommentOrText], call: ModerateCall
    ) -> Iterator[tuple[Sequence[Judgement], ModerateAnswer | None]]:
        check_several(comments)
        batches, until = Batches(call.fields(), self._limits), call.ends()
        for place, comment in enumerate(comments):
            batches.add(call.to_comment(comment, place))
            while batches.is_full:
                yield self._carry_out(judge_next(batches, self._limits, self._options, until=until))
        while len(batches):
            yield self._carry_out(judge_next(batches, self._limits, self._options, until=until))

    def _carry_out(self, steps: Steps[_T]) -> _T:
        outcome: Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                value: _T = end.value
                return value
            if isinstance(step, Send):
                outcome = self._send(step)
            else:
                time.sleep(step.seconds)
                outcome = None

    def _send(self, step: Send) -> Outcome:
        ends = time.monotonic() + step.timeout
        try:
            response = self._http.send(self._build_request(self._http, step), stream=True)
            try:
                parts = []
                for part in response.iter_bytes():
                    parts.append(part)
                    if time.monotonic() > ends:
                        return Failure(is_timeout=True, reason="the time was over")
                return self._to_answer(response, b"".join(parts))
            finally:
                response.close()
        except httpx.HTTPError as error:
            return self._to_failure(error, step)

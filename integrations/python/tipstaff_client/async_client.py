"""The client for code that awaits."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar, Union, overload

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
from tipstaff_client.exchange import Answer, Failure, Outcome, Send, Steps
from tipstaff_client.models import Comment, Label, ModerateAnswer, RecordedRuling, ServedModel
from tipstaff_client.results import Judgements

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

__all__ = ["AsyncClient"]

_T = TypeVar("_T")
_Several = Union[Iterable[CommentOrText], AsyncIterable[CommentOrText]]


class AsyncClient(BaseClient):
    """Calls Tipstaff from ``asyncio``; made as `BaseClient` says.

    One client serves any number of tasks of one event loop and keeps its connections open. An ``async with`` closes it.
    """

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the client."""
        await self.aclose()

    def _open(self, verify: bool | ssl.SSLContext) -> None:
        self._http = httpx.AsyncClient(verify=verify)

    async def aclose(self) -> None:
        """Close all connections; the client cannot be used any more."""
        await self._http.aclose()

    @overload
    async def moderate(  # type: ignore[overload-overlap]  # a str is an iterable too, and taken for one comment
        self, comments: CommentOrText, **options: Unpack[ModerateOptions]
    ) -> Judgement: ...

    @overload
    async def moderate(self, comments: _Several, **options: Unpack[ModerateOptions]) -> Judgements: ...

    async def moderate(self, comments: CommentOrText | _Several, **options: Unpack[ModerateOptions]) -> Judgement | Judgements:
        """Have comments judged: one, or any number, which are sent in as many calls as it takes, one after the other.

        Args:
            comments: a comment, its text, or an iterable of these, which may be asynchronous.
            options: ``policy``, ``community``, ``model``, ``explain``, ``format``, ``language``, ``parent_text``, ``title`` and
                ``deadline``, as `ModerateCall` describes them.

        Returns:
            For one comment what is decided about it, for several a sequence of this. A comment without text, or with too much of it, is
            an `UnjudgedComment` in its place; nothing is raised for it.

        Raises:
            TipstaffClientError: a call failed; its class says how.
        """
        call = ModerateCall(**options)
        several = [comments] if isinstance(comments, (str, Comment)) else comments
        judgements: list[Judgement] = []
        last: ModerateAnswer | None = None
        async for judged, answer in self._judge_batches(several, call):
            judgements += judged
            last = answer or last
        return judgements[0] if isinstance(comments, (str, Comment)) else Judgements(judgements, last)

    async def stream(self, comments: _Several, **options: Unpack[ModerateOptions]) -> AsyncIterator[Judgement]:
        """Have comments judged batch by batch while they are read, so that neither they nor the judgements have to fit into memory.

        Args:
            comments: comments, or their texts; never more than two batches of them are held.
            options: as for `moderate`.

        Yields:
            What is decided about each comment, in order.

        Raises:
            TipstaffClientError: a call failed; what was yielded before stays true.
        """
        async for judged, _ in self._judge_batches(comments, ModerateCall(**options)):
            for judgement in judged:
                yield judgement

    async def send_ruling(self, comment: CommentOrText, label: Label | None, **options: Unpack[RulingOptions]) -> RecordedRuling:
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
        return await self._carry_out(send_ruling(self._options, comment, label, options))

    async def model(self) -> ServedModel:
        """Ask which model judges."""
        return await self._carry_out(ask_model(self._options))

    async def ready(self) -> bool:
        """Ask once whether comments can be judged; False, too, if there is no connection."""
        return await self._carry_out(ask_ready(self._options))

    async def _judge_batches(
        self, comments: _Several, call: ModerateCall
    ) -> AsyncIterator[tuple[Sequence[Judgement], ModerateAnswer | None]]:
        check_several(comments)
        batches, until = Batches(call.fields(), self._limits), call.ends()
        place = 0
        async for comment in _iterate(comments):
            batches.add(call.to_comment(comment, place))
            place += 1
            while batches.is_full:
                yield await self._carry_out(judge_next(batches, self._limits, self._options, until=until))
        while len(batches):
            yield await self._carry_out(judge_next(batches, self._limits, self._options, until=until))

    async def _carry_out(self, steps: Steps[_T]) -> _T:
        outcome: Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                value: _T = end.value
                return value
            if isinstance(step, Send):
                outcome = await self._send(step)
            else:
                await asyncio.sleep(step.seconds)
                outcome = None

    async def _send(self, step: Send) -> Outcome:
        try:
            return await asyncio.wait_for(self._request(step), step.timeout)
        except httpx.HTTPError as error:
            return self._to_failure(error, step)
        except asyncio.TimeoutError:
            return Failure(is_timeout=True, reason="the time was over")

    async def _request(self, step: Send) -> Answer:
        response = await self._http.send(self._build_request(self._http, step))
        return self._to_answer(response, response.content)


async def _iterate(comments: _Several) -> AsyncIterator[CommentOrText]:
    if isinstance(comments, AsyncIterable):
        async for comment in comments:
            yield comment
    else:
        for comment in comments:
            yield comment

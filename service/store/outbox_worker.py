"""Makes the calls that wait in the outbox, beside whatever else the event loop does."""

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Self

from model.errors import StoreError, TipstaffError
from service.store.outbox import Outbox
from service.store.stored_types import Task

__all__ = ["Handler", "OutboxWorker", "TaskError"]

Handler = Callable[[Task], Awaitable[None]]
"""Makes one call; raises TaskError if it failed. May be called again for a task that it did already."""

_LEASE = timedelta(minutes=2)
# A handler ends before others may take its task.
_HANDLER_SECONDS = 90

_log = logging.getLogger("tipstaff.store")


class TaskError(TipstaffError):
    """A call to another system failed.

    Args:
        detail: why, in one line without the text of a comment; it is kept and logged.
        retry_after: when to try again, if the other system said so.
        final: whether to try again would be useless.
    """

    def __init__(self, detail: str, *, retry_after: timedelta | None = None, final: bool = False) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.final = final


class OutboxWorker:
    """Claims tasks and hands each to the handler of its kind, some at a time; an async context manager.

    When it ends, it claims no more, gives those at work some seconds, and cancels the rest, which come back later.

    Args:
        outbox: where they wait; several workers in several processes may share it.
        handlers: by kind; tasks of other kinds are left alone.
        at_once: handlers that may run at a time.
        poll: seconds from one look to the next, unless `wake` is called.
        grace: seconds for those at work at the end.
    """

    def __init__(self, outbox: Outbox, handlers: Mapping[str, Handler], *, at_once: int = 4, poll: float = 2.0, grace: float = 5.0) -> None:
        self._outbox = outbox
        self._handlers = dict(handlers)
        self._at_once = at_once
        self._poll = poll
        self._grace = grace
        self._running: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._handlers:
            self._loop = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=self._grace)
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def wake(self) -> None:
        """Look for tasks now; to be called in the event loop's thread after one was enqueued."""
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            for task in await self._claimed():
                job = asyncio.create_task(self._handle(task))
                self._running.add(job)
                job.add_done_callback(self._finished)
            # Not asyncio.wait_for: before Python 3.12 it loses a cancellation that comes as the wait ends, and nothing would stop this.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._wake.wait()

    async def _claimed(self) -> list[Task]:
        free = self._at_once - len(self._running)
        if not free:
            return []
        try:
            return await asyncio.to_thread(self._outbox.claim, kinds=list(self._handlers), limit=free, lease=_LEASE)
        except StoreError as error:
            _log.warning("the outbox cannot be read: %s", error)
            return []

    def _finished(self, job: asyncio.Task[None]) -> None:
        self._running.discard(job)
        # There may be more than could be claimed before.
        self._wake.set()

    async def _handle(self, task: Task) -> None:
        try:
            failure = await self._failure(task)
            if failure is None:
                await asyncio.to_thread(self._outbox.done, task)
                return
            _log.warning("%s %d failed, attempt %d: %s", task.kind, task.id, task.attempts, failure)
            if failure.final:
                await asyncio.to_thread(self._outbox.park, task, str(failure))
            else:
                await asyncio.to_thread(self._outbox.failed, task, str(failure), retry_after=failure.retry_after)
        except StoreError as error:
            _log.warning("%s %d comes back, its end cannot be noted: %s", task.kind, task.id, error)

    async def _failure(self, task: Task) -> TaskError | None:
        try:
            async with asyncio.timeout(_HANDLER_SECONDS):
                await self._handlers[task.kind](task)
        except TaskError as failure:
            return failure
        except TimeoutError:
            return TaskError(f"no end after {_HANDLER_SECONDS} s")
        except Exception as error:
            # Its message is nobody's promise, and may hold anything.
            stack = "".join(traceback.format_tb(error.__traceback__)).rstrip()
            _log.error("%s in the handler of %s\n%s", type(error).__name__, task.kind, stack)
            return TaskError(f"{type(error).__name__} in its handler, the log says where")
        return None

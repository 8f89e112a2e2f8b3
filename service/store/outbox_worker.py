"""Makes the calls that wait in the outbox, in the event loop of the service."""

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
from service.store.store_thread import call_in_thread
from service.store.stored_types import OutboxTask

__all__ = ["OutboxWorker", "TaskError", "TaskHandler"]

TaskHandler = Callable[[OutboxTask], Awaitable[None]]
"""Makes the call of a task; raises TaskError if that failed. It may be called again for a task that it has handled already."""

_LEASE = timedelta(minutes=2)
# Shorter than the lease, so that a handler has ended before others may take its task.
_HANDLER_SECONDS = 90

_log = logging.getLogger("tipstaff.store")


class TaskError(TipstaffError):
    """A call to another system failed.

    Args:
        detail: why, in one line without the text of a comment; it is stored and logged.
        retry_after: how long to wait before the next attempt, if the other system asks for a wait.
        final: whether another attempt would be useless.
    """

    def __init__(self, detail: str, *, retry_after: timedelta | None = None, final: bool = False) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.final = final


class OutboxWorker:
    """Claims tasks and hands each to the handler of its kind, several at a time; an async context manager.

    On exit it claims no more tasks, gives the running handlers some seconds and cancels the rest, whose tasks are handed out again later.

    Args:
        outbox: the outbox; several workers in several processes may share it.
        handlers: the handlers by kind; tasks of other kinds are left alone.
        concurrency: the number of handlers that may run at a time.
        poll: the seconds between two looks into the outbox, unless `wake` is called.
        grace: the seconds that running handlers get on exit.
    """

    def __init__(
        self, outbox: Outbox, handlers: Mapping[str, TaskHandler], *, concurrency: int = 4, poll: float = 2.0, grace: float = 5.0
    ) -> None:
        self._outbox = outbox
        self._handlers = dict(handlers)
        self._concurrency = concurrency
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
            _, unfinished = await asyncio.wait(self._running, timeout=self._grace)
            for job in unfinished:
                job.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)

    def wake(self) -> None:
        """Look for tasks now. Call this in the thread of the event loop after a task was enqueued."""
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            for task in await self._claim_tasks():
                job = asyncio.create_task(self._handle(task))
                self._running.add(job)
                job.add_done_callback(self._on_end)
            # Not asyncio.wait_for: before Python 3.12 it loses a cancellation that arrives as the wait ends, and the loop would never stop.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._wake.wait()

    async def _claim_tasks(self) -> list[OutboxTask]:
        vacancies = self._concurrency - len(self._running)
        if not vacancies:
            return []
        try:
            return await call_in_thread(self._outbox.claim, kinds=list(self._handlers), limit=vacancies, lease=_LEASE)
        except StoreError as error:
            _log.warning("the outbox cannot be read: %s", error)
            return []

    def _on_end(self, job: asyncio.Task[None]) -> None:
        self._running.discard(job)
        # More tasks may be due than there were vacancies for.
        self._wake.set()

    async def _handle(self, task: OutboxTask) -> None:
        try:
            failure = await self._attempt(task)
            if failure is None:
                await call_in_thread(self._outbox.mark_done, task)
                return
            _log.warning("%s %d failed, attempt %d: %s", task.kind, task.id, task.attempts, failure)
            if failure.final:
                await call_in_thread(self._outbox.park, task, str(failure))
            else:
                await call_in_thread(self._outbox.mark_failed, task, str(failure), retry_after=failure.retry_after)
        except StoreError as error:
            _log.warning("%s %d comes back, its end cannot be noted: %s", task.kind, task.id, error)

    async def _attempt(self, task: OutboxTask) -> TaskError | None:
        """Run the handler of a task and return how it failed; None if it did not."""
        try:
            async with asyncio.timeout(_HANDLER_SECONDS):
                await self._handlers[task.kind](task)
        except TaskError as failure:
            return failure
        except TimeoutError:
            return TaskError(f"no end after {_HANDLER_SECONDS} s")
        except Exception as error:
            # The message of an unexpected error may hold anything, so it is neither logged nor stored.
            stack = "".join(traceback.format_tb(error.__traceback__)).rstrip()
            _log.error("%s in the handler of %s\n%s", type(error).__name__, task.kind, stack)
            return TaskError(f"{type(error).__name__} in its handler, the log says where")
        return None

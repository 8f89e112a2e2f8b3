"""Calls of the store in a thread: a cancellation waits for them."""

import asyncio
import threading

import pytest

from service.store.store_thread import call_in_thread

_PATIENCE = 30


def test_a_call_returns_its_result() -> None:
    """Arguments are handed on, and what the function returns comes back."""
    assert asyncio.run(call_in_thread(divmod, 7, 2)) == (3, 1)


def test_a_call_raises_its_error() -> None:
    """What the function raises is raised."""
    with pytest.raises(ZeroDivisionError):
        asyncio.run(call_in_thread(divmod, 7, 0))


@pytest.mark.parametrize("fails", [False, True])
def test_a_cancelled_call_has_ended(*, fails: bool) -> None:
    """Whoever cancels a call and waits for it finds that its function has returned, however it ended."""
    entered, leave, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        entered.set()
        assert leave.wait(_PATIENCE)
        ended.set()
        if fails:
            raise ValueError("failed after the cancellation")

    async def cancel() -> None:
        call = asyncio.create_task(call_in_thread(work))
        await asyncio.to_thread(entered.wait, _PATIENCE)
        call.cancel()
        await asyncio.sleep(0.05)
        assert not call.done()
        leave.set()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert ended.is_set()

    asyncio.run(cancel())

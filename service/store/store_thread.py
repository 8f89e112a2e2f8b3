"""Calls of the store from the event loop, made in a thread because they block."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

__all__ = ["call_in_thread"]

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


async def call_in_thread(function: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
    """Call a function in a thread and return its result.

    A cancellation waits until the function has returned: it uses a connection of the database until then, and the store must not be
    closed before.
    """
    call = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(call)
    except asyncio.CancelledError:
        await asyncio.wait([call])
        if not call.cancelled():
            call.exception()  # taken note of, so that nobody is warned that it was not
        raise

"""Both clients of the Python package, called in the same way."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tipstaff_client import AsyncClient, Client

MakeClient = Callable[..., Any]


class _Blocking:
    """An `AsyncClient` whose calls are waited for, so that a test of it reads like one of a `Client`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._runner = asyncio.Runner()
        self._client = AsyncClient(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)

        def call(*arguments: Any, **options: Any) -> Any:
            outcome = attribute(*arguments, **options)
            return self._runner.run(outcome if inspect.iscoroutine(outcome) else _gather(outcome))

        return call

    def __repr__(self) -> str:
        return repr(self._client)

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


async def _gather(judgements: Any) -> list[Any]:
    return [judgement async for judgement in judgements]


_KINDS = {"sync": Client, "async": _Blocking}


@pytest.fixture(params=list(_KINDS))
def make_client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeClient]:
    """A function that makes a client, which is closed after the test.

    The test runs with both kinds of client; with one if what it is about is the same code in both, and takes long.
    """
    monkeypatch.delenv("TIPSTAFF_URL", raising=False)
    monkeypatch.delenv("TIPSTAFF_KEY", raising=False)
    made: list[Any] = []

    def make(*arguments: Any, **options: Any) -> Any:
        made.append(_KINDS[request.param](*arguments, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()

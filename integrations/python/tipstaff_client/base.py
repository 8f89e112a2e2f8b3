"""What both clients have in common: how they are made, and how HTTP is told what to do."""

from __future__ import annotations

import ssl

import httpx

from tipstaff_client.batches import Limits
from tipstaff_client.exchange import Answer, Failure, Send, build_headers
from tipstaff_client.options import read_options

__all__ = ["BaseClient"]


class BaseClient:
    """A client that cannot call yet; `Client` and `AsyncClient` can.

    Args:
        url: the address of the service; ``TIPSTAFF_URL``, or else ``http://127.0.0.1:8000``, if it is not given. Below an address that
            ends in ``/c/NAME`` all calls belong to the community NAME.
        key: the key; ``TIPSTAFF_KEY`` if it is not given.
        timeout: seconds that one attempt may take; the service is told, and does not judge what nobody waits for.
        connect_timeout: seconds that a connection may take.
        deadline: seconds that a call may take with all its attempts and the waits between them; of many comments, each batch.
        retries: how often a call is tried again that was refused for now (429, 502, 503, 504) or not answered at all.
        max_comments: comments in one call at most; where the service takes less, the client finds out.
        max_body_bytes: bytes in one call at most; where the service takes less, the client finds out. A comment that has more alone is
            not sent.
        verify: whether and by which certificates the service is known: True for those of the system, or an ``ssl.SSLContext``.

    Raises:
        ConfigurationError: the address is none, the key cannot be sent, or a number is out of its range.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        timeout: float = 10.0,
        connect_timeout: float = 2.0,
        deadline: float = 30.0,
        retries: int = 4,
        max_comments: int = 1000,
        max_body_bytes: int = 4_194_304,
        verify: bool | ssl.SSLContext = True,
    ) -> None:
        self._options = read_options(
            url,
            key,
            timeout=timeout,
            connect_timeout=connect_timeout,
            deadline=deadline,
            retries=retries,
            max_comments=max_comments,
            max_body_bytes=max_body_bytes,
        )
        self._limits = Limits(self._options)
        self._open(verify)

    def _open(self, verify: bool | ssl.SSLContext) -> None:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._options.shown_url!r})"

    def _build_request(self, http: httpx.Client | httpx.AsyncClient, step: Send) -> httpx.Request:
        timeout = httpx.Timeout(step.timeout, connect=min(step.timeout, self._options.connect_timeout))
        headers = build_headers(self._options, step.call, step.timeout)
        return http.build_request(
            step.call.method, self._options.url + step.call.path, content=step.call.body, headers=headers, timeout=timeout
        )

    def _to_answer(self, response: httpx.Response, body: bytes) -> Answer:
        return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)

    def _to_failure(self, error: httpx.HTTPError, step: Send) -> Failure:
        """Say why there is no answer, in words that hold nothing of what was sent or received."""
        if isinstance(error, httpx.ConnectTimeout) and step.timeout > self._options.connect_timeout:
            return Failure(is_timeout=False, reason="the connection took too long")
        if isinstance(error, httpx.TimeoutException):
            return Failure(is_timeout=True, reason="the time was over")
        if isinstance(error, httpx.ConnectError):
            # What the system says, such as that the connection is refused or a certificate is not known.
            return Failure(is_timeout=False, reason=str(error) or "there is no connection")
        return Failure(is_timeout=False, reason="the connection broke" if isinstance(error, httpx.TransportError) else "it is damaged")

"""Asks Tipstaff about an event, in bounded time; neither an error nor the log holds anything of the event."""

import json
import logging
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from synapse.api.errors import HttpResponseException
from synapse.module_api import ModuleApi, make_deferred_yieldable, run_in_background
from twisted.internet import reactor

from tipstaff_synapse.configuration import Configuration

__all__ = ["Answer", "Service"]

_log = logging.getLogger(__name__)

_LOG_INTERVAL = 60.0
_PAUSE = 10.0
_MAX_REASON_LENGTH = 200
_FORBIDDEN = 403


class Answer(NamedTuple):
    """What the service says of an event.

    Attributes:
        refusal: why it must not be accepted, for its author; None if it may be.
        is_for_review: whether a moderator should look at it although it may be accepted.
    """

    refusal: Optional[str] = None
    is_for_review: bool = False


class Service:
    """The running Tipstaff.

    Args:
        configuration: where it is, and how long to wait for it.
        api: Synapse's.
    """

    def __init__(self, configuration: Configuration, api: ModuleApi) -> None:
        self._client = api.http_client
        self._url = f"{configuration.url}/synapse/check_event_for_spam"
        self._headers = {b"User-Agent": [b"tipstaff-synapse"]}
        if configuration.key is not None:
            self._headers[b"Authorization"] = [f"Bearer {configuration.key}".encode()]
        self._timeout = configuration.timeout
        self._failures = 0
        self._next_log = self._down_until = 0.0

    async def ask(self, kind: str, content: Mapping[str, Any], **more: str) -> Optional[Answer]:
        """Ask about an event.

        Args:
            kind: its type.
            content: its content.
            more: its sender and its state key, where they matter.

        Returns:
            The answer; None if there is none, which the log tells once a minute at most.
        """
        event = {"type": kind, "content": content, **more}
        try:
            # Whatever happens, nobody waits longer than this for a message to be sent.
            call = run_in_background(self._client.post_json_get_json, self._url, {"event": event}, self._headers)
            answer = await make_deferred_yieldable(call.addTimeout(self._timeout, reactor))
        except HttpResponseException as error:
            if error.code == _FORBIDDEN and (refusal := _read_refusal(error.response)) is not None:
                return Answer(refusal=refusal)
            self._note_failure(f"it answered {error.code}")
        except Exception as error:
            # Synapse's own errors may repeat what was sent, so only their kind is told.
            self._note_failure(type(error).__name__)
        else:
            return Answer(is_for_review=isinstance(answer, dict) and answer.get("verdict") == "review")
        return None

    async def ask_if_up(self, kind: str, content: Mapping[str, Any]) -> Optional[Answer]:
        """Ask as `ask` does, unless there was no answer a moment ago."""
        return await self.ask(kind, content) if time.monotonic() >= self._down_until else None

    def _note_failure(self, what: str) -> None:
        self._failures += 1
        now = time.monotonic()
        self._down_until = now + _PAUSE
        if now >= self._next_log:
            _log.warning("Tipstaff could not be asked: %s (%d times since the last such line)", what, self._failures)
            self._failures, self._next_log = 0, now + _LOG_INTERVAL


def _read_refusal(body: bytes) -> Optional[str]:
    """Return the reason of a refusal in Tipstaff's form; None if it is something else, such as a proxy's."""
    try:
        refusal = json.loads(body)
    except ValueError:
        return None
    if not isinstance(refusal, dict) or refusal.get("errcode") != "M_FORBIDDEN":
        return None
    return str(refusal.get("error") or "The message was not sent.")[:_MAX_REASON_LENGTH]

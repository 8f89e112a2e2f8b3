"""Sets flags in Discourse through its API, from the outbox; only the forum that the settings name is ever called.

Discourse: ``app/controllers/post_actions_controller.rb``, ``lib/post_action_creator.rb``, ``app/models/post_action_type.rb``.
"""

import ssl
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from service.settings import Settings
from service.store.outbox_worker import TaskError, TaskHandler
from service.store.store_thread import call_in_thread
from service.store.stored_types import OutboxTask

if TYPE_CHECKING:
    import httpx

__all__ = ["FLAG_KIND", "flag_handlers"]

FLAG_KIND = "discourse-flag"
"""The kind of the tasks; their payload is ``{"post": <id>, "hide": <bool>}``."""

_INAPPROPRIATE = 4
_TIMEOUT = 20
_MAX_WAIT_SECONDS = 86_400
_MAX_SECONDS_DIGITS = 9


def flag_handlers(settings: Settings) -> Mapping[str, TaskHandler]:
    """Return the handler of flags, if the settings name a forum; otherwise flags wait in the outbox until they do."""
    if settings.discourse_url is None:
        return {}

    async def flag(task: OutboxTask) -> None:
        import httpx

        options: Any = {"headers": _build_headers(settings), "timeout": _TIMEOUT, "verify": await call_in_thread(_read_authorities)}
        try:
            async with httpx.AsyncClient(base_url=_base_url(settings), **options) as client:
                await _set_flag(client, task.payload["post"], hide=task.payload["hide"])
        except httpx.HTTPError as error:
            raise TaskError(f"Discourse cannot be reached: {type(error).__name__}") from None

    return {FLAG_KIND: flag}


@lru_cache(1)
def _read_authorities() -> ssl.SSLContext:
    """Return the authorities that are trusted; reading them takes 75 ms, during which no call could be answered."""
    import httpx

    return httpx.create_ssl_context()


def _base_url(settings: Settings) -> str:
    return (settings.discourse_url or "").rstrip("/")


def _build_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    # The headers are bytes, since a user's name may have any letters.
    key = settings.discourse_api_key.get_secret_value() if settings.discourse_api_key else ""
    texts = {"Api-Key": key, "Api-Username": settings.discourse_api_username, "Accept": "application/json", "User-Agent": "Tipstaff"}
    return [(name.encode(), text.encode()) for name, text in texts.items()]


async def _set_flag(client: "httpx.AsyncClient", post: int, *, hide: bool) -> None:
    """Flag a post as inappropriate, unless it is gone or our flag is there already.

    Raises:
        TaskError: the post could not be flagged; the error says whether to try again.
        httpx.HTTPError: Discourse did not answer.
    """
    form = {"id": str(post), "post_action_type_id": str(_INAPPROPRIATE)} | ({"take_action": "true"} if hide else {})
    answer = await client.post("/post_actions.json", data=form)
    if answer.is_success or _is_gone(answer):
        return
    if answer.status_code in {403, 422} and await _is_flagged(client, post):
        return
    description = f"Discourse answered {answer.status_code} to a flag of post {post}"
    if answer.is_redirect:
        raise TaskError(f"{description}: set discourse_url to where it leads")
    if answer.status_code in {400, 422}:
        raise TaskError(description, final=True)
    raise TaskError(description, retry_after=_read_wait(answer) if answer.status_code in {429, 503} else None)


def _is_gone(answer: "httpx.Response") -> bool:
    # A server that is not Discourse answers 404 in other words: then the address is wrong, and the post is not gone.
    return answer.status_code in {404, 410} and _read_object(answer).get("error_type") == "not_found"


async def _is_flagged(client: "httpx.AsyncClient", post: int) -> bool:
    """Return whether our user has flagged the post already. An error of Discourse says so too, but in the language of the forum."""
    answer = await client.get(f"/posts/{post}.json")
    summary = _read_object(answer).get("actions_summary") if answer.is_success else None
    actions = summary if isinstance(summary, list) else []
    return any(isinstance(action, dict) and action.get("id") == _INAPPROPRIATE and action.get("acted") is True for action in actions)


def _read_object(answer: "httpx.Response") -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _read_wait(answer: "httpx.Response") -> timedelta | None:
    """Return how long Discourse, or a proxy before it, asks us to wait: in a header, or beside the error."""
    header = answer.headers.get("Retry-After", "")
    extras = _read_object(answer).get("extras")
    seconds = int(header) if header.isascii() and header.isdecimal() and len(header) <= _MAX_SECONDS_DIGITS else None
    if seconds is None and isinstance(extras, dict) and isinstance(waits := extras.get("wait_seconds"), int):
        seconds = waits
    return None if seconds is None or seconds < 0 else timedelta(seconds=min(seconds, _MAX_WAIT_SECONDS))

"""Flags in Discourse, set through its API from the outbox: only the forum in the settings is ever called.

Discourse: ``app/controllers/post_actions_controller.rb``, ``lib/post_action_creator.rb``, ``app/models/post_action_type.rb``.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from service.settings import Settings
from service.store.outbox_worker import Handler, TaskError
from service.store.stored_types import Task

if TYPE_CHECKING:
    import httpx

__all__ = ["FLAG_KIND", "flag_handlers"]

FLAG_KIND = "discourse-flag"
"""The kind of the tasks; their payload is ``{"post": <id>, "hide": <bool>}``."""

_INAPPROPRIATE = 4
_SECONDS = 20
_LONGEST_WAIT = timedelta(days=1)


def flag_handlers(settings: Settings) -> Mapping[str, Handler]:
    """Return the handler of flags, where the settings name a forum; where they do not, flags wait until they do."""
    if settings.discourse_url is None:
        return {}

    async def flag(task: Task) -> None:
        import httpx

        try:
            async with httpx.AsyncClient(base_url=_base(settings), headers=_headers(settings), timeout=_SECONDS) as client:
                await _flag(client, task.payload["post"], hide=task.payload["hide"])
        except httpx.HTTPError as error:
            raise TaskError(f"Discourse cannot be reached: {type(error).__name__}") from None

    return {FLAG_KIND: flag}


def _base(settings: Settings) -> str:
    return (settings.discourse_url or "").rstrip("/")


def _headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    # A user's name may have any letters.
    key = settings.discourse_api_key.get_secret_value() if settings.discourse_api_key else ""
    texts = {"Api-Key": key, "Api-Username": settings.discourse_api_username, "Accept": "application/json", "User-Agent": "Tipstaff"}
    return [(name.encode(), text.encode()) for name, text in texts.items()]


async def _flag(client: "httpx.AsyncClient", post: int, *, hide: bool) -> None:
    """Flag a post as inappropriate, unless it is gone or our flag is there already.

    Raises:
        TaskError: it is not flagged; says whether to try again.
        httpx.HTTPError: Discourse does not answer.
    """
    form = {"id": str(post), "post_action_type_id": str(_INAPPROPRIATE)} | ({"take_action": "true"} if hide else {})
    answer = await client.post("/post_actions.json", data=form)
    if answer.is_success or _is_gone(answer):
        return
    if answer.status_code in {403, 422} and await _is_flagged(client, post):
        return
    said = f"Discourse answered {answer.status_code} to a flag of post {post}"
    if answer.is_redirect:
        raise TaskError(f"{said}: set discourse_url to where it leads")
    if answer.status_code in {400, 422}:
        raise TaskError(said, final=True)
    raise TaskError(said, retry_after=_wait(answer) if answer.status_code in {429, 503} else None)


def _is_gone(answer: "httpx.Response") -> bool:
    # What is not Discourse answers 404 in other words: there the address is wrong, not the post gone.
    return answer.status_code in {404, 410} and _json(answer).get("error_type") == "not_found"


async def _is_flagged(client: "httpx.AsyncClient", post: int) -> bool:
    """Return whether our user has this flag on the post: what Discourse says of that in an error is translated."""
    answer = await client.get(f"/posts/{post}.json")
    summary = _json(answer).get("actions_summary") if answer.is_success else None
    actions = summary if isinstance(summary, list) else []
    return any(isinstance(one, dict) and one.get("id") == _INAPPROPRIATE and one.get("acted") is True for one in actions)


def _json(answer: "httpx.Response") -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _wait(answer: "httpx.Response") -> timedelta | None:
    """Return what Discourse, or a proxy before it, says of when to come back: in a header, or beside the error."""
    said = answer.headers.get("Retry-After", "")
    extras = _json(answer).get("extras")
    seconds = int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None
    if seconds is None and isinstance(extras, dict) and isinstance(waits := extras.get("wait_seconds"), int):
        seconds = waits
    return None if seconds is None or seconds < 0 else min(timedelta(seconds=min(seconds, 10**9)), _LONGEST_WAIT)

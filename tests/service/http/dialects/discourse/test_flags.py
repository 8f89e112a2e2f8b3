"""Flags are set in Discourse once, whatever happens meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from model.errors import SettingsError
from service.http.dialects.discourse.flags import FLAG_KIND, flag_handlers
from service.settings import Settings, read_settings
from service.store.outbox_worker import TaskError
from service.store.stored_types import OutboxTask, TaskState
from tests.service.http.dialects.discourse.forum import (
    SECRET,
    Forum,
    forum_settings,
    outbox_content,
    outbox_counts,
    post_body,
    send_webhook,
)
from tests.service.http.sample_texts import TOXIC
from tests.service.http.server_process import ServerProcess
from tests.waiting import wait_until

NOT_FOUND = {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}


@pytest.mark.parametrize(
    "options",
    [
        {"discourse_url": "https://forum.example"},
        {"discourse_api_key": "k"},
        *(
            {"discourse_api_key": "k", "discourse_url": url}
            for url in ("forum.example", "ftp://x", "http://", "http://a:b@c", "http://[", "http://a:b")
        ),
        {"discourse_secrets": " , "},
    ],
)
def test_half_a_configuration_is_refused(options: dict[str, str]) -> None:
    """A forum without a key, a key without a forum, and an address that is not one of the web are refused."""
    with pytest.raises(SettingsError, match="discourse"):
        read_settings(**options)


def send_flag(settings: Settings) -> None:
    """Hand one flag to the handler."""
    task = OutboxTask(id=1, kind=FLAG_KIND, payload={"post": 7, "hide": False}, attempts=1, created_at=datetime.now(UTC))
    asyncio.run(flag_handlers(settings)[FLAG_KIND](task))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "answer"),
    [(200, {}), (404, NOT_FOUND), (410, NOT_FOUND), (403, {"errors": ["Schon getan"]}), (422, {"errors": ["Schon getan"]})],
)
def test_flag_is_done(forum: Forum, tmp_path: Path, status: int, answer: object) -> None:
    """A flag is done when it is set, when it was set before, in whatever language Discourse says so, and when the post is gone."""
    forum.answers, forum.is_flagged = [(status, {}, answer)], True

    send_flag(forum_settings(forum, tmp_path))

    assert len(forum.flags) == 1


@pytest.mark.parametrize(
    ("status", "headers", "answer", "final", "retry_after"),
    [
        (403, {}, {"errors": ["invalid key"], "error_type": "invalid_access"}, False, None),
        (422, {}, {"errors": ["no"]}, True, None),
        (400, {}, b"", True, None),
        (404, {}, b"<html>", False, None),
        (429, {"Retry-After": "17"}, {}, False, timedelta(seconds=17)),
        (429, {"Retry-After": "999999999"}, {}, False, timedelta(days=1)),
        (429, {"Retry-After": "soon"}, {}, False, None),
        (429, {}, {"error_type": "rate_limit", "extras": {"wait_seconds": 9}}, False, timedelta(seconds=9)),
        (429, {}, {"extras": {"wait_seconds": -(10**30)}}, False, None),
        (500, {}, b"", False, None),
        (503, {"Retry-After": "30"}, b"", False, timedelta(seconds=30)),
        (301, {"Location": "http://127.0.0.1:9/"}, b"", False, None),
        (403, {}, [1], False, None),
    ],
)
def test_flag_is_tried_again_unless_that_is_useless(
    forum: Forum, tmp_path: Path, status: int, headers: dict[str, str], answer: object, final: bool, retry_after: timedelta | None
) -> None:
    """The error names the status, never Discourse's words, and says whether and when to try again."""
    forum.answers = [(status, headers, answer)]

    with pytest.raises(TaskError, match=rf"Discourse answered {status} to a flag of post 7") as failure:
        send_flag(forum_settings(forum, tmp_path))

    assert (failure.value.final, failure.value.retry_after) == (final, retry_after)


def test_absent_forum_is_tried_again(forum: Forum, tmp_path: Path) -> None:
    """If the forum does not answer, the flag is tried again."""
    settings = forum_settings(forum, tmp_path)
    forum.shutdown()
    forum.server_close()

    with pytest.raises(TaskError, match="cannot be reached: ConnectError") as failure:
        send_flag(settings)

    assert not failure.value.final


def _serve(forum: Forum, folder: Path) -> ServerProcess:
    return ServerProcess(folder, discourse_url=forum.url, discourse_api_key="k", discourse_secrets=SECRET)


def test_flag_survives_the_death_of_the_service(forum: Forum, tmp_path: Path) -> None:
    """A post whose webhook was acknowledged is flagged although the service is killed while Discourse refuses flags, once it is back."""
    forum.is_busy = True
    with _serve(forum, tmp_path) as server:
        with httpx.Client(base_url=server.ready(), timeout=60) as client:
            answer = send_webhook(client, post_body(TOXIC))
        assert forum.requests.acquire(timeout=60)
        # The failure is on the disk: without this its task would be leased for two minutes to a process that is dead.
        wait_until(lambda: "429" in outbox_content(tmp_path), what="the failure is recorded")
        server.kill()
    before = len(forum.flags)

    forum.is_busy = False
    with _serve(forum, tmp_path):
        wait_until(lambda: outbox_counts(tmp_path)[TaskState.DONE] == 1, what="the flag is set", seconds=120)

    assert answer.json() == {"flagged": True}
    assert len(forum.flags) == before + 1
    assert forum.flags[-1]["id"] == "7"

"""The calls about a key and its account, as far as clients need them to take a key, and answered with nothing that is not known.

How many comments of a site were spam is not counted here: such numbers are null, which WordPress takes for none that it could show, and
none with which it would replace the count that it keeps itself.
"""

import re
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from service.http.calls import Scope
from service.http.dialects.akismet.comment_calls import answer_word
from service.http.dialects.akismet.form_key import admit_form, survives_in_host
from service.http.dialects.dialect import Endpoint
from service.http.dialects.forms import Form
from service.http.responses import json_response
from service.settings import Settings

__all__ = [
    "answer_connected",
    "deactivate_endpoint",
    "key_sites_endpoint",
    "stats_endpoint",
    "subscription_endpoint",
    "usage_limit_endpoint",
    "verify_endpoint",
]

# What Akismet's clients may read of an account. Its type is none of Akismet's, so that nobody is asked to upgrade.
_SUBSCRIPTION = {
    "account_name": "Tipstaff",
    "account_type": "self-hosted",
    "status": "active",
    "next_billing_date": False,
    "limit_reached": False,
}
_COUNTS: dict[str, None] = dict.fromkeys(("spam", "ham", "missed_spam", "false_positives"))
_USAGE_LIMIT = {"limit": "none", "usage": None, "percentage": None, "throttled": False}
_COLUMNS = "Site,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked"
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_DEFAULT_SITES = 500
_MAX_NUMBER_DIGITS = 9
_HOST_ADVICE = (
    "This key is valid in the field api_key of a form. It is not in the name of a host (KEY.rest.akismet.com), where many libraries "
    "send it: for these, make one with `tipstaff keys create NAME --for akismet`."
)


def verify_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of ``verify-key``."""

    async def verify(request: Request) -> Response:
        form, caller = await admit_form(request, settings, Scope.SCORE, is_about_key=True)
        sent = form.text("key") or form.text("api_key")
        is_for_forms_only = caller.key is not None and bool(sent) and not survives_in_host(sent.strip())
        return answer_word("valid", **({"X-akismet-debug-help": _HOST_ADVICE} if is_for_forms_only else {}))

    return verify


def subscription_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of ``get-subscription``, without whose answer WordPress does not save a key."""

    async def subscription(request: Request) -> Response:
        await admit_form(request, settings, Scope.SCORE, is_about_key=True)
        return json_response(_SUBSCRIPTION)

    return subscription


def stats_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of ``get-stats``."""

    async def stats(request: Request) -> Response:
        await admit_form(request, settings, Scope.SCORE, is_about_key=True)
        month = _current_month()
        return json_response({**_COUNTS, "accuracy": None, "time_saved": None, "breakdown": {month: {**_COUNTS, "da": f"{month}-01"}}})

    return stats


def deactivate_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of ``deactivate``: the client hears that it is done, and the key goes on for whoever else has it."""

    async def deactivate(request: Request) -> Response:
        await admit_form(request, settings, Scope.SCORE, is_about_key=True)
        return answer_word("deactivated")

    return deactivate


def key_sites_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of ``key-sites``."""

    async def key_sites(request: Request) -> Response:
        form, _ = await admit_form(request, settings, Scope.SCORE)
        month = form.text("month") if _MONTH.fullmatch(form.text("month")) else _current_month()
        limit, offset = _read_number(form, "limit", _DEFAULT_SITES), _read_number(form, "offset", 0)
        if form.text("format") == "csv":
            title = f"Active sites during {month} (limit:{limit}, offset: {offset}, total: 0)"
            return PlainTextResponse(f"{title}\n{_COLUMNS}\n", media_type="text/csv")
        answer: dict[str, Any] = {month: [], "limit": limit, "offset": offset, "total": 0}
        return json_response(answer)

    return key_sites


def usage_limit_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of ``usage-limit``; the limits that a site may set (``TIPSTAFF_LIMIT_PER_KEY``) are none per month."""

    async def usage_limit(request: Request) -> Response:
        await admit_form(request, settings, Scope.SCORE)
        return json_response(_USAGE_LIMIT)

    return usage_limit


async def answer_connected(_request: Request) -> Response:
    """Answer ``test``, by which WordPress finds out whether the service can be reached."""
    return PlainTextResponse("connected")


def _current_month() -> str:
    return f"{datetime.now(UTC):%Y-%m}"


def _read_number(form: Form, name: str, default: int) -> int:
    text = form.text(name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_NUMBER_DIGITS else default

"""The fields of a call of Akismet's clients, and the key that comes with it."""

import re

from starlette.requests import Request

from service.http.calls import Caller, Scope, admit_call, extract_secret
from service.http.dialects.forms import Form, read_form, read_query
from service.settings import Settings

__all__ = ["admit_form", "survives_in_host"]

# Older clients, and many libraries, put their key into the name of the host: https://KEY.rest.akismet.com/1.1/comment-check. The keys that
# `tipstaff keys create` makes without `--for` have underscores, which are no letters of a host's name but pass through most software.
_LABEL = "[a-z0-9][a-z0-9_-]{10,61}[a-z0-9]"
_KEY_IN_HOST = re.compile(_LABEL)
_HOST_WITH_KEY = re.compile(rf"({_LABEL})\.[a-z0-9-]+\.")
_COMMENT_FIELDS, _ACCOUNT_FIELDS = ("api_key", "key"), ("key", "api_key")


async def admit_form(request: Request, settings: Settings, scope: Scope, *, is_about_key: bool = False) -> tuple[Form, Caller]:
    """Read the fields of a call, of its form or of its query, and admit it by its key.

    Args:
        request: the call; its body has not been read yet.
        settings: the limits.
        scope: what the call does.
        is_about_key: whether the key itself is what the call asks about: it is in ``key`` then, while ``api_key`` may hold another one that
            the client is about to replace.

    Raises:
        ProblemError: the form cannot be read, or the call is not admitted.
    """
    if request.method == "POST":
        form = await read_form(request, settings=settings, encoding_field="blog_charset")
    else:
        form = read_query(request)
    names = _ACCOUNT_FIELDS if is_about_key else _COMMENT_FIELDS
    secret = next((value for name in names if (value := form.text(name).strip())), None) or extract_secret(request) or _host_key(request)
    return form, await admit_call(request, scope=scope, secret=secret)


def _host_key(request: Request) -> str | None:
    host = _HOST_WITH_KEY.match(request.headers.get("host", "").lower())
    return host[1] if host else None


def survives_in_host(secret: str) -> bool:
    """Return whether a secret is found again if a client puts it into the name of a host, which knows no capital letters."""
    return _KEY_IN_HOST.fullmatch(secret) is not None

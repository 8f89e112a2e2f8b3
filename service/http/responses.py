"""Answers in JSON, which every protocol but Akismet's has, and the headers that protect every answer in a browser.

The headers are those that OWASP's lists for APIs (REST Security Cheat Sheet) and for all sites (Secure Headers Project) name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

__all__ = ["PROTECTION", "json_response", "protect_headers"]

_Headers = Sequence[tuple[bytes, bytes]]

PROTECTION: _Headers = (
    # Nothing is taken for a script or a page that was not sent as one, and nothing is kept.
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    # If a browser shows an answer as a page all the same, that page can load, run and send nothing, and no other can frame it.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    # Other sites cannot load it as an image or a script. What TIPSTAFF_CORS_ORIGINS allows is another way in.
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""The headers of every answer that has none of the same name, with names in small letters."""

_PROTECTING = frozenset(name for name, _ in PROTECTION)

# Only where the service itself speaks HTTPS: behind a proxy it is for the proxy to promise that.
_ENCRYPTED_ONLY = (b"strict-transport-security", b"max-age=31536000")


def protect_headers(headers: _Headers, *, is_encrypted: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with those of `PROTECTION` that it lacks.

    Args:
        headers: the headers, with names in small letters.
        is_encrypted: whether the answer is sent by HTTPS.
    """
    names = {header[0] for header in headers}
    missing = PROTECTION if _PROTECTING.isdisjoint(names) else [header for header in PROTECTION if header[0] not in names]
    return [*headers, *missing, _ENCRYPTED_ONLY] if is_encrypted else [*headers, *missing]


def json_response(content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer in JSON.

    Args:
        content: anything that pydantic can write as JSON.
        status: the HTTP status.
        headers: further headers.
    """
    return Response(to_json(content), status_code=status, media_type="application/json", headers=headers)

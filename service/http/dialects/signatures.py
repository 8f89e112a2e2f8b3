"""Signatures of calls: HMAC-SHA256 over the body as it was sent, as Coral and Discourse make them."""

import hmac
from collections.abc import Sequence

from pydantic import SecretStr
from starlette.requests import Request

from service.http.calls import Caller, Scope, admit_call, extract_secret
from service.http.problems import ProblemError, ProblemKind

__all__ = ["admit_signed", "has_valid_signature", "parse_secrets", "signature_scheme"]

_SCHEME = "sha256="
# More secrets than anybody rotates at a time; a header may hold no more work than that.
_MOST = 16


def parse_secrets(given: SecretStr | None) -> tuple[bytes, ...]:
    """Return the secrets of a setting, which separates them by commas."""
    words = given.get_secret_value().split(",") if given is not None else ()
    return tuple(word.strip().encode() for word in words if word.strip())


def has_valid_signature(body: bytes, header: str, secrets: Sequence[bytes]) -> bool:
    """Return whether one of the signatures belongs to one of the secrets; takes as long whichever it is, if any.

    Args:
        body: as it was sent, byte for byte.
        header: ``sha256=<hex>``, or several, separated by commas.
        secrets: all that are valid now, several while one follows another.
    """
    given = [each.strip().removeprefix(_SCHEME).encode() for each in header.split(",", _MOST)[:_MOST] if each.strip().startswith(_SCHEME)]
    expected = [hmac.digest(secret, body, "sha256").hex().encode() for secret in secrets]
    return sum(hmac.compare_digest(one, other) for one in given for other in expected) > 0


def signature_scheme(header: str, *, setting: str) -> dict[str, str]:
    """Return what the documentation says of signatures: an OpenAPI security scheme.

    Args:
        header: name of that of the signatures.
        setting: name of the environment variable that holds the secrets.
    """
    about = f"`sha256=` and the HMAC of the body in hexadecimal digits. It takes the place of a key where `{setting}` is set."
    return {"type": "apiKey", "in": "header", "name": header, "description": about}


async def admit_signed(request: Request, body: bytes, *, header: str, secrets: Sequence[bytes]) -> Caller:
    """Let a call in that scores: by its signature where there are secrets to sign it with, by its key where there are none.

    Args:
        request: the call.
        body: as it was sent.
        header: name of that of the signatures.
        secrets: those of the setting.

    Raises:
        ProblemError: there are secrets, and none has made a signature of this body; or as `admit` does.
    """
    if not secrets:
        return await admit_call(request, scope=Scope.SCORE, secret=extract_secret(request))
    # Who signs wrongly is counted like all others, and hears of the signature rather than of a key.
    caller = await admit_call(request, scope=Scope.SCORE, secret=None, signed=True)
    given = request.headers.get(header)
    if given is None or not has_valid_signature(body, given, secrets):
        what = "is missing" if given is None else "was made with another secret, or over another body"
        raise ProblemError(ProblemKind.BAD_SIGNATURE, f"The signature in the header {header} {what}: compare the secrets on both sides.")
    return caller

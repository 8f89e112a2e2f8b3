"""Signatures of calls, as Coral and Discourse make them: HMAC-SHA256 of the body as it was sent."""

import hmac
from collections.abc import Sequence

from pydantic import SecretStr
from starlette.requests import Request

from service.http.calls import Caller, Scope, admit_call, extract_secret
from service.http.problems import ProblemError, ProblemKind

__all__ = ["admit_signed", "has_valid_signature", "parse_secrets", "signature_scheme"]

_PREFIX = "sha256="
# Nobody uses as many secrets at a time; a header may not cause more work than this.
_MAX_SIGNATURES = 16


def parse_secrets(setting: SecretStr | None) -> tuple[bytes, ...]:
    """Return the secrets in a setting, where they are separated by commas."""
    words = setting.get_secret_value().split(",") if setting is not None else ()
    return tuple(word.strip().encode() for word in words if word.strip())


def has_valid_signature(body: bytes, header: str, secrets: Sequence[bytes]) -> bool:
    """Return whether one of the signatures was made with one of the secrets, in a time that does not depend on which.

    Args:
        body: the body as it was sent, byte for byte.
        header: ``sha256=<hex>``, or several of these separated by commas.
        secrets: all secrets that are valid now; there are several while one replaces another.
    """
    words = (word.strip() for word in header.split(",", _MAX_SIGNATURES)[:_MAX_SIGNATURES])
    signatures = [word.removeprefix(_PREFIX).encode() for word in words if word.startswith(_PREFIX)]
    valid_signatures = [hmac.digest(secret, body, "sha256").hex().encode() for secret in secrets]
    return sum(hmac.compare_digest(signature, valid) for signature in signatures for valid in valid_signatures) > 0


def signature_scheme(header: str, *, setting: str) -> dict[str, str]:
    """Return the OpenAPI security scheme of signatures.

    Args:
        header: the name of the header that holds the signatures.
        setting: the name of the environment variable that holds the secrets.
    """
    about = f"`sha256=` and the HMAC of the body in hexadecimal digits. It takes the place of a key where `{setting}` is set."
    return {"type": "apiKey", "in": "header", "name": header, "description": about}


async def admit_signed(request: Request, body: bytes, *, header: str, secrets: Sequence[bytes]) -> Caller:
    """Admit a call that scores: by its signature where the settings name secrets, and by its key where they do not.

    Args:
        request: the call.
        body: its body, as it was sent.
        header: the name of the header that holds the signatures.
        secrets: the secrets that the settings name.

    Raises:
        ProblemError: there are secrets, and none of them has signed this body; or as `admit_call`.
    """
    if not secrets:
        return await admit_call(request, scope=Scope.SCORE, secret=extract_secret(request))
    # A call with a wrong signature counts against the rate limits, and its answer speaks of the signature rather than of a key.
    caller = await admit_call(request, scope=Scope.SCORE, secret=None, signed=True)
    signatures = request.headers.get(header)
    if signatures is None or not has_valid_signature(body, signatures, secrets):
        fault = "is missing" if signatures is None else "was made with another secret, or over another body"
        raise ProblemError(ProblemKind.BAD_SIGNATURE, f"The signature in the header {header} {fault}: compare the secrets on both sides.")
    return caller

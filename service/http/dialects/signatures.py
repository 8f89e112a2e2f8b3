"""Signatures of calls, as Coral and Discourse make them: HMAC-SHA256 of the body as it was sent."""

import hmac
import re
from collections.abc import Sequence

from pydantic import SecretStr
from starlette.requests import Request

from service.http.bodies.body import check_json_headers, read_body
from service.http.calls import Caller, Scope, admit_call, extract_secret
from service.http.problems import ProblemError, ProblemKind
from service.settings import Settings

__all__ = ["has_valid_signature", "parse_secrets", "read_signed", "signature_scheme"]

_PREFIX = "sha256="
_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")
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


async def read_signed(request: Request, *, header: str, secrets: Sequence[bytes], settings: Settings) -> tuple[bytes, Caller]:
    """Read the JSON body of a call that scores one comment, and admit the call: by its key, or by its signature.

    A key counts where the settings name no secrets, and is checked before the body is read. Where they name some, the body has to be
    there before its signature can be checked; a call without any is refused at once.

    Args:
        request: the call; its body has not been read yet.
        header: the name of the header that holds the signatures.
        secrets: the secrets that the settings name.
        settings: how large the body may be, and how long it may take to arrive.

    Raises:
        ProblemError: there are secrets, and none of them has signed this body; or as `admit_call`, `check_json_headers`, `read_body`.
    """
    signatures = request.headers.get(header)
    if not secrets:
        caller = await admit_call(request, scope=Scope.SCORE, secret=extract_secret(request))
    else:
        # A call with a wrong signature counts against the rate limits, and its answer speaks of the signature rather than of a key.
        caller = await admit_call(request, scope=Scope.SCORE, secret=None, signed=True)
        if signatures is None or not _SIGNATURE.search(signatures):
            raise _signature_problem(header, "is missing" if signatures is None else "is none: it has to be sha256= and 64 digits")
    check_json_headers(request)
    body = await read_body(request, limit=settings.max_single_body_bytes, timeout=settings.body_timeout)
    if secrets and not has_valid_signature(body, signatures or "", secrets):
        raise _signature_problem(header, "was made with another secret, or over another body")
    return body, caller


def _signature_problem(header: str, fault: str) -> ProblemError:
    return ProblemError(ProblemKind.BAD_SIGNATURE, f"The signature in the header {header} {fault}: compare the secrets on both sides.")

"""Signatures of calls: HMAC-SHA256 over the body as it was sent, as Coral and Discourse make them."""

import hmac
from collections.abc import Sequence

from pydantic import SecretStr

from service.http.problems import ProblemError, ProblemKind

__all__ = ["check_signature", "is_signed", "secrets_of"]

_SCHEME = "sha256="
# More secrets than anybody rotates at a time; a header may hold no more work than that.
_MOST = 16


def secrets_of(given: SecretStr | None) -> tuple[bytes, ...]:
    """Return the secrets of a setting, which separates them by commas."""
    words = given.get_secret_value().split(",") if given is not None else ()
    return tuple(word.strip().encode() for word in words if word.strip())


def is_signed(body: bytes, header: str, secrets: Sequence[bytes]) -> bool:
    """Return whether one of the signatures belongs to one of the secrets; takes as long whichever it is, if any.

    Args:
        body: as it was sent, byte for byte.
        header: ``sha256=<hex>``, or several, separated by commas.
        secrets: all that are valid now, several while one follows another.
    """
    given = [each.strip().removeprefix(_SCHEME).encode() for each in header.split(",", _MOST)[:_MOST] if each.strip().startswith(_SCHEME)]
    expected = [hmac.digest(secret, body, "sha256").hex().encode() for secret in secrets]
    return sum(hmac.compare_digest(one, other) for one in given for other in expected) > 0


def check_signature(body: bytes, header: str | None, secrets: Sequence[bytes], *, name: str) -> bool:
    """Make sure that a call is signed where there are secrets to sign it with.

    Args:
        body: as it was sent.
        header: that of the signatures, None if there was none.
        secrets: those of the setting.
        name: of the header, for the error.

    Returns:
        Whether it is signed; never if there are no secrets.

    Raises:
        ProblemError: there are secrets, and none has made a signature of this body.
    """
    if not secrets:
        return False
    if header is None or not is_signed(body, header, secrets):
        what = "is missing" if header is None else "was made with another secret, or over another body"
        raise ProblemError(ProblemKind.BAD_SIGNATURE, f"The signature in the header {name} {what}: compare the secrets on both sides.")
    return True

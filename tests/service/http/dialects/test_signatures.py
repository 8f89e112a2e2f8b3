"""Signatures are valid if one of the secrets has made them, over these very bytes."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from service.http.dialects.signatures import has_valid_signature, parse_secrets

SECRETS = (b"first", b"second")


def sign(body: bytes, secret: bytes) -> str:
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


@given(st.binary(), st.sampled_from(SECRETS), st.lists(st.sampled_from(["sha256=00", "x", "", "sha1=5", "é"]), max_size=5))
def test_signature_of_any_secret_is_valid(body: bytes, secret: bytes, others: list[str]) -> None:
    """One valid signature is enough, whatever else the header holds."""
    assert has_valid_signature(body, ", ".join([*others, sign(body, secret)]), SECRETS)


@given(st.binary(), st.binary())
def test_signature_of_another_body_or_secret_is_not_valid(body: bytes, other: bytes) -> None:
    """A signature over another body, by another secret, or without its prefix is not valid; nor is any where there are no secrets."""
    assert has_valid_signature(body, sign(other, SECRETS[0]), SECRETS) == (body == other)
    assert not has_valid_signature(body, sign(body, b"third"), SECRETS)
    assert not has_valid_signature(body, sign(body, SECRETS[0]).removeprefix("sha256="), SECRETS)
    assert not has_valid_signature(body, sign(body, SECRETS[0]), ())


def test_only_so_many_signatures_are_looked_at() -> None:
    """A header cannot cause endless work: only its first sixteen signatures count."""
    body = b"{}"
    wrong = ["sha256=00"] * 15

    assert has_valid_signature(body, ",".join([*wrong, sign(body, SECRETS[0])]), SECRETS)
    assert not has_valid_signature(body, ",".join([*wrong, "sha256=00", sign(body, SECRETS[0])]), SECRETS)


def test_secrets_are_separated_by_commas() -> None:
    """A setting may name several secrets; blanks around them, and empty ones, do not count."""
    assert parse_secrets(SecretStr("first, second,,")) == SECRETS
    assert parse_secrets(None) == ()

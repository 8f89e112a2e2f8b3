"""Signatures are worth something if a trusted key made them, and for the manifest that it signed alone."""

import shutil
import subprocess
from pathlib import Path

import pytest

from model.errors import RegistryError
from service.registry.trust.ed25519_signatures import Signature, SignedVersion, SigningKey, TrustedKeys, make_key_pair

MANIFEST = b'{"content_hash": "..."}\n'


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    """A private key; its public one lies in ``mine.pub``."""
    make_key_pair(tmp_path / "mine")
    return SigningKey.read(tmp_path / "mine")


@pytest.fixture
def trusted(key: SigningKey, tmp_path: Path) -> TrustedKeys:
    """A site that trusts the key, and another one."""
    make_key_pair(tmp_path / "other")
    both = tmp_path / "trusted.pem"
    both.write_bytes(b"# Ann's and Bob's\n" + (tmp_path / "other.pub").read_bytes() + (tmp_path / "mine.pub").read_bytes())
    return TrustedKeys.read(both)


def test_the_highest_valid_counter_counts(key: SigningKey, trusted: TrustedKeys) -> None:
    """Of several signatures of a manifest the one with the highest counter counts; without any there is none."""
    signed = SignedVersion(signatures=(key.sign(MANIFEST, 3), key.sign(MANIFEST, 7), key.sign(MANIFEST, 5)))

    assert trusted.highest_counter(signed, MANIFEST) == 7
    assert trusted.highest_counter(SignedVersion(signatures=()), MANIFEST) is None
    assert trusted.highest_counter(None, MANIFEST) is None


@pytest.mark.parametrize("change", ["manifest", "counter", "signature", "not base64", "unknown key", "other manifest"])
def test_what_was_altered_is_worth_nothing(key: SigningKey, trusted: TrustedKeys, tmp_path: Path, change: str) -> None:
    """A signature whose counter, bytes or manifest differ from what was signed, or of an unknown key, counts for nothing."""
    good, manifest = key.sign(MANIFEST, 3), MANIFEST
    changed = good
    if change == "manifest":
        manifest = MANIFEST + b" "
    elif change == "counter":
        changed = good.model_copy(update={"counter": 9})
    elif change == "signature":
        changed = good.model_copy(update={"signature": key.sign(MANIFEST + b" ", 3).signature})
    elif change == "not base64":
        changed = good.model_copy(update={"signature": "*"})
    elif change == "unknown key":
        make_key_pair(tmp_path / "stranger")
        changed = SigningKey.read(tmp_path / "stranger").sign(MANIFEST, 3)
    else:
        changed = good.model_copy(update={"manifest_sha256": key.sign(b"", 3).manifest_sha256})

    assert trusted.highest_counter(SignedVersion(signatures=(changed,)), manifest) is None


def test_a_private_key_is_private(tmp_path: Path) -> None:
    """A new private key may be read by its owner alone, overwrites nothing, and one that others may read is refused."""
    path = tmp_path / "key"
    make_key_pair(path)

    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        make_key_pair(path)
    path.chmod(0o640)
    with pytest.raises(RegistryError, match="chmod 600"):
        SigningKey.read(path)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_keys_of_openssl_do_as_well(tmp_path: Path) -> None:
    """Keys that openssl makes sign and are trusted; those of another kind are refused."""
    for name, kind in (("mine", "ed25519"), ("rsa", "rsa")):
        subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", kind, "-out", name], cwd=tmp_path, check=True)
        subprocess.run(["openssl", "pkey", "-in", name, "-pubout", "-out", f"{name}.pub"], cwd=tmp_path, check=True)
        (tmp_path / name).chmod(0o600)
    key = SigningKey.read(tmp_path / "mine")

    assert TrustedKeys.read(tmp_path / "mine.pub").highest_counter(SignedVersion(signatures=(key.sign(MANIFEST, 1),)), MANIFEST) == 1
    with pytest.raises(RegistryError, match="another kind"):
        SigningKey.read(tmp_path / "rsa")
    with pytest.raises(RegistryError, match="another kind"):
        TrustedKeys.read(tmp_path / "rsa.pub")


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b"\xff\xfe"])
def test_files_without_keys_are_refused(tmp_path: Path, content: bytes) -> None:
    """A file that holds no key of ours is refused with a line that says so, whichever kind was asked for."""
    path = tmp_path / "keys"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(RegistryError, match="keys"):
        TrustedKeys.read(path)
    with pytest.raises(RegistryError, match="is no private key"):
        SigningKey.read(path)


def test_a_private_key_is_no_public_one(key: SigningKey, tmp_path: Path) -> None:
    """Whoever names the private key among the trusted ones is told, rather than having it lie about."""
    with pytest.raises(RegistryError, match="no public key"):
        TrustedKeys.read(tmp_path / "mine")


def test_the_form_of_signatures_is_strict() -> None:
    """Counters are whole numbers from 1, ids of keys sixteen digits."""
    for field, value in (("counter", 0), ("key", "x")):
        with pytest.raises(ValueError, match=field):
            Signature.model_validate({"key": "0" * 16, "counter": 1, "manifest_sha256": "0" * 64, "signature": ""} | {field: value})

"""Ed25519 signatures of versions: who may sign, what is signed, and what a signature is worth.

What is signed is the hash of the whole manifest, which holds the hashes of all arrays, with a counter. The counter of a newer signature
is higher, so that a site can refuse what it has left behind (`SiteTrust`).
"""

import base64
import binascii
import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from model.artefact.field_types import LAX, Sha256
from model.errors import RegistryError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["Signature", "SignedVersion", "SigningKey", "TrustedKeys", "make_key_pair"]

_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)
_MOST_BYTES = 1 << 20
_CONTEXT = b"tipstaff version, signed\n"


class Signature(BaseModel):
    """A signature of a version.

    Attributes:
        key: id of the key, the beginning of the hash of the public one.
        counter: rises from signature to signature.
        manifest_sha256: SHA-256 of the bytes of the manifest.
        signature: in base64.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    counter: Annotated[int, Field(ge=1, lt=2**53)]
    manifest_sha256: Sha256
    signature: Annotated[str, Field(max_length=200)]


class SignedVersion(BaseModel):
    """All signatures of a version, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal[1] = 1
    signatures: Annotated[tuple[Signature, ...], LAX, Field(max_length=1000)]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key.

    Attributes:
        id: that of its public key.
        key: the key.
    """

    id: str
    key: "Ed25519PrivateKey"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a private key in PEM, as `make_key_pair` and ``openssl genpkey -algorithm ed25519`` write it, without a password.

        Raises:
            RegistryError: it is none, or others may read the file.
        """
        library = _library()
        if path.stat().st_mode & 0o077:
            raise RegistryError(f"{path}: others may read this private key: chmod 600 {path}")
        try:
            key = library.serialization.load_pem_private_key(_read_key_file(path), password=None)
        except (ValueError, TypeError, library.UnsupportedAlgorithm) as error:
            raise RegistryError(f"{path}: is no private key in PEM without a password: make one with `tipstaff models keygen`") from error
        if not isinstance(key, library.ed25519.Ed25519PrivateKey):
            raise RegistryError(f"{path}: is a key of another kind than Ed25519: make one with `tipstaff models keygen`")
        return cls(_key_id(key.public_key()), key)

    def sign(self, manifest: bytes, counter: int) -> Signature:
        """Return the signature of a version.

        Args:
            manifest: the bytes of its manifest.
            counter: of the signature, from 1.
        """
        sha256 = hashlib.sha256(manifest).hexdigest()
        signed = self.key.sign(_message(sha256, counter))
        return Signature(key=self.id, counter=counter, manifest_sha256=sha256, signature=base64.b64encode(signed).decode())


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """The public keys that a site trusts.

    Attributes:
        keys: by their ids.
    """

    keys: "dict[str, Ed25519PublicKey]"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read public keys in PEM, one below the other, as `make_key_pair` and ``openssl pkey -pubout`` write them.

        Raises:
            RegistryError: the file cannot be read or holds anything but public keys of Ed25519.
        """
        library = _library()
        keys = {}
        for number, match in enumerate(_PEM.finditer(_read_key_file(path)), start=1):
            try:
                key = library.serialization.load_pem_public_key(match[0])
            except (ValueError, library.UnsupportedAlgorithm) as error:
                raise RegistryError(
                    f"{path}: key {number} is no public key in PEM: take the public file of `tipstaff models keygen`"
                ) from error
            if not isinstance(key, library.ed25519.Ed25519PublicKey):
                raise RegistryError(f"{path}: key {number} is of another kind than Ed25519: make keys with `tipstaff models keygen`")
            keys[_key_id(key)] = key
        if not keys:
            raise RegistryError(
                f"{path}: holds no public key in PEM, so that no version could be served: add one, or unset TIPSTAFF_TRUSTED_KEYS"
            )
        return cls(keys)

    def highest_counter(self, signed: SignedVersion | None, manifest: bytes) -> int | None:
        """Return the highest counter with which a trusted key has signed a manifest; None if none has.

        Args:
            signed: the signatures; None if there are none.
            manifest: the bytes of the manifest.
        """
        sha256 = hashlib.sha256(manifest).hexdigest()
        valid = (signature.counter for signature in (signed.signatures if signed else ()) if self._holds(signature, sha256))
        return max(valid, default=None)

    def _holds(self, signature: Signature, sha256: str) -> bool:
        key = self.keys.get(signature.key)
        if key is None or signature.manifest_sha256 != sha256:
            return False
        try:
            key.verify(base64.b64decode(signature.signature, validate=True), _message(sha256, signature.counter))
        except (_library().InvalidSignature, binascii.Error):
            return False
        return True


def make_key_pair(path: Path) -> Path:
    """Make a private key, and its public one beside it.

    Args:
        path: the file of the private key, which must not be there; only this user may read it.

    Returns:
        The file of the public key: the same name with ``.pub``.

    Raises:
        FileExistsError: one of the files is there.
    """
    library = _library()
    key = library.ed25519.Ed25519PrivateKey.generate()
    encoding, private = library.serialization.Encoding.PEM, library.serialization.PrivateFormat.PKCS8
    public_path = path.with_name(f"{path.name}.pub")
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(encoding, private, library.serialization.NoEncryption()))
    with public_path.open("xb") as file:
        file.write(key.public_key().public_bytes(encoding, library.serialization.PublicFormat.SubjectPublicKeyInfo))
    return public_path


def _message(manifest_sha256: str, counter: int) -> bytes:
    return _CONTEXT + json.dumps({"counter": counter, "manifest_sha256": manifest_sha256}, sort_keys=True).encode()


def _read_key_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)


def _key_id(key: "Ed25519PublicKey") -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Library:
    """What we use of the library ``cryptography``, which only those who sign or check signatures need."""

    ed25519: Any
    serialization: Any
    InvalidSignature: type[Exception]
    UnsupportedAlgorithm: type[Exception]


def _library() -> _Library:
    try:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise RegistryError("signatures need the library cryptography: pip install 'tipstaff[signatures]'") from error
    return _Library(ed25519, serialization, InvalidSignature, UnsupportedAlgorithm)

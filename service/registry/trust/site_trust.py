"""Which signed versions a site serves: none that is older than what it has served already.

The highest counter that was served is kept in the data folder, not in the registry: somebody who may write to the registry alone
cannot bring an old version back, although it is signed.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model.artefact.atomic import sync_to_disk
from model.artefact.field_types import LAX, Sha256
from model.errors import RegistryError, UntrustedVersionError
from service.registry.trust.ed25519_signatures import SignedVersion, TrustedKeys

__all__ = ["SiteTrust"]

_NAME = "served-signatures.json"


class _Served(BaseModel):
    """What a site has served.

    Attributes:
        counter: the highest counter of a signature that was served; 0 if none was.
        versions: content hash → counter of the versions that were served.
        readmitted: content hash of the version that a rollback here brought back, below the counter; None if there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal[1] = 1
    counter: Annotated[int, Field(ge=0)] = 0
    versions: dict[Sha256, int] = {}
    readmitted: Annotated[Sha256 | None, LAX] = None


class SiteTrust:
    """The keys that a site trusts, and what it has served of what they signed.

    Args:
        keys: the keys.
        data_dir: the data folder of the site.
        own: hash of the manifest, in bytes, of the version that came with the installation, which needs no signature.
    """

    def __init__(self, keys: TrustedKeys, data_dir: Path, own: bytes) -> None:
        self._keys = keys
        self._path = data_dir / _NAME
        self._own = own

    def counter(self, signed: SignedVersion | None, manifest: bytes) -> int | None:
        """Return the highest counter of the valid signatures of a version; 0 for the one of the installation, None if it has none."""
        counter = self._keys.highest_counter(signed, manifest)
        return 0 if counter is None and manifest == self._own else counter

    def check(self, version: str, content_hash: str, counter: int | None) -> None:
        """Refuse a version that may not be served here.

        Raises:
            UntrustedVersionError: no trusted key has signed it, or what was served here is newer.
        """
        served = self._read()
        if counter is None:
            raise UntrustedVersionError(
                f"{version}: is not signed by a key of TIPSTAFF_TRUSTED_KEYS: sign it with `tipstaff models sign {version} --key FILE`"
            )
        if counter < served.counter and served.readmitted != content_hash:
            raise UntrustedVersionError(
                f"{version}: was signed with counter {counter}, and this site has served {served.counter} since: to go back to it, sign it "
                f"anew with `tipstaff models sign {version} --key FILE`, or roll back here, where it was served"
            )

    def note_served(self, content_hash: str, counter: int) -> None:
        """Note that a version is served, so that none with a lower counter comes after it."""
        with self._locked():
            served = self._read()
            rises = counter >= served.counter
            versions = served.versions | {content_hash: counter}
            self._write(_Served(counter=max(counter, served.counter), versions=versions, readmitted=None if rises else served.readmitted))

    def readmit(self, version: str, content_hash: str, counter: int | None) -> None:
        """Let a version come back that was served here, however old its signature.

        Raises:
            UntrustedVersionError: it is not signed, or it was never served here.
        """
        if counter is None:
            self.check(version, content_hash, counter)
            return
        with self._locked():
            served = self._read()
            if counter >= served.counter:
                return
            if content_hash not in served.versions and counter != 0:
                self.check(version, content_hash, counter)
            self._write(served.model_copy(update={"readmitted": content_hash}))

    @property
    def floor(self) -> int:
        """The lowest counter that may be served; 0 while nothing signed was."""
        return self._read().counter

    def _read(self) -> _Served:
        try:
            return _Served.model_validate(json.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return _Served()
        except (ValidationError, ValueError, RecursionError) as error:
            raise RegistryError(
                f"{self._path}: was altered or damaged, so that nobody knows which signatures are too old: bring it back from a copy; "
                "remove it only if every version that was ever signed may be served"
            ) from error

    def _write(self, served: _Served) -> None:
        part = self._path.with_name(f".{_NAME}-{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(json.dumps(served.model_dump(mode="json"), indent=1, sort_keys=True).encode("ascii"))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
            sync_to_disk(self._path.parent)
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

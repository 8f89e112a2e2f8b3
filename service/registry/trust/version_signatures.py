"""The signatures of the versions in a registry, and what a site makes of them."""

from contextlib import suppress
from pathlib import Path

from model.artefact.open_artefact import MANIFEST
from service.registry.registry_documents import encode_document, parse_document
from service.registry.storage.registry_files import RegistryFiles
from service.registry.trust.ed25519_signatures import SignedVersion, SigningKey
from service.registry.trust.site_trust import SiteTrust
from service.registry.version_folders import VersionFolders

__all__ = ["VersionSignatures"]


class VersionSignatures:
    """The signatures in a registry.

    Args:
        files: the files of the registry.
        folders: the folders of its versions.
        trust: whom the site trusts; None if it asks for no signatures.
    """

    def __init__(self, files: RegistryFiles, folders: VersionFolders, trust: SiteTrust | None) -> None:
        self._files = files
        self._folders = folders
        self._trust = trust

    @property
    def are_asked_for(self) -> bool:
        """Whether the site serves nothing of the registry that is not signed."""
        return self._trust is not None

    @property
    def floor(self) -> int:
        """The lowest counter of a signature that the site serves; 0 if it asks for no signatures or has served none yet."""
        return self._trust.floor if self._trust else 0

    def read(self, content_hash: str) -> SignedVersion | None:
        """Return the signatures of a version; None if it has none."""
        path = f"signatures/{content_hash}.json"
        with suppress(FileNotFoundError):
            return parse_document(SignedVersion, self._files.read(path), name=f"{self._files.name}/{path}")
        return None

    def counter(self, content_hash: str) -> int | None:
        """Return the highest counter with which a trusted key has signed a version; None if none has, or the site trusts none."""
        if self._trust is None:
            return None
        return self._trust.counter(self.read(content_hash), self._folders.manifest(content_hash))

    def sign(self, content_hash: str, key: SigningKey) -> int:
        """Sign a version that was checked, with a counter higher than that of every signature by this key and of what the site served.

        Returns:
            The counter.
        """
        with self._files.locked():
            every = {each: signed for each in self._folders.hashes() if (signed := self.read(each)) is not None}
            counters = [signature.counter for signed in every.values() for signature in signed.signatures if signature.key == key.id]
            counter = max([*counters, self.floor]) + 1
            signature = key.sign(self._folders.manifest(content_hash), counter)
            before = every[content_hash].signatures if content_hash in every else ()
            self._files.replace(f"signatures/{content_hash}.json", encode_document(SignedVersion(signatures=(*before, signature))))
        return counter

    def check(self, content_hash: str, folder: Path | None = None) -> None:
        """Refuse a version that the site may not serve.

        Args:
            content_hash: of the version.
            folder: of a copy that nobody but the site may change; None for one that was checked before.

        Raises:
            UntrustedVersionError: it is not signed by a trusted key, or what was served here is newer.
        """
        if self._trust is not None:
            manifest = self._folders.manifest(content_hash) if folder is None else (folder / MANIFEST).read_bytes()
            counter = self._trust.counter(self.read(content_hash), manifest)
            self._trust.check(self._folders.version(content_hash), content_hash, counter)

    def readmit(self, content_hash: str) -> None:
        """Let a version come back that was served here, however old its signature.

        Raises:
            UntrustedVersionError: it is not signed, or it was never served here.
        """
        if self._trust is not None:
            counter = self.counter(content_hash)
            self._trust.readmit(self._folders.version(content_hash), content_hash, counter)

    def note_served(self, content_hash: str) -> None:
        """Note that the site serves a version now, so that none with a lower counter comes after it."""
        if self._trust is not None and (counter := self.counter(content_hash)) is not None:
            self._trust.note_served(content_hash, counter)

"""The packs of a process: their manifests are read at the start, and a pack itself when a comment first needs it."""

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Self

from model.artefact.manifest import Prior
from model.artefact.public_view import profile_version, public_fields
from model.errors import ArtefactError
from model.languages.pack_folders import PackFolder, find_packs, hash_packs, open_shared_arrays, read_pack
from model.moderator import Moderator
from model.profile import DEFAULT_RISK, Profile

__all__ = ["LanguagePacks"]

_log = logging.getLogger("tipstaff.languages")


class LanguagePacks:
    """Language packs, one for each language; any number of threads may share one object.

    A pack is opened when its moderator is first asked for, and stays open. All share one encoder. If it cannot be used, its language is not
    read from then on, and the log says so once.

    Args:
        packs: by the tags of their languages.
        operator: the operator's folder of packs, which may have shared arrays of its own; None if there is none.
        prior: how common abuse is on the site; None for what each pack states.
        profile: which readers judge; None for the cascade. A pack without an encoder is read by its n-grams whatever it says.
        risk: see `Moderator`.
    """

    def __init__(
        self,
        packs: Mapping[str, PackFolder],
        *,
        operator: Path | None = None,
        prior: Prior | None = None,
        profile: Profile | None = Profile.FAST,
        risk: float = DEFAULT_RISK,
    ) -> None:
        self._packs = dict(packs)
        self._shared = open_shared_arrays(operator)
        self._prior, self._profile, self._risk = prior, profile, risk
        self._moderators: dict[str, Moderator] = {}
        self._unusable: dict[str, str] = {}
        self._read = self._find_all_read()
        self._with_encoder: Moderator | None = None
        self._lock = Lock()

    @classmethod
    def find(
        cls,
        operator: Path | None = None,
        *,
        prior: Prior | None = None,
        profile: Profile | None = Profile.FAST,
        risk: float = DEFAULT_RISK,
    ) -> Self:
        """Find the packs that ship and those of the operator, which come first.

        Raises:
            ArtefactError: there is something wrong with the operator's folder.
        """
        return cls(find_packs(operator), operator=operator, prior=prior, profile=profile, risk=risk)

    @property
    def tags(self) -> tuple[str, ...]:
        """The languages for which there are packs, read or not."""
        return tuple(self._packs)

    @property
    def content_hash(self) -> str:
        """SHA-256 of all of the packs that can change a score or a verdict."""
        return hash_packs(self._packs)

    def profile_of(self, tag: str) -> Profile:
        """Return the profile by which the pack of a language judges."""
        if len(self._packs[tag].manifest.readers) == 1:
            return Profile.FAST
        return self._profile or Profile.CASCADE

    def read_tags(self, *, ngrams_only: bool = False) -> frozenset[str]:
        """Return the languages that are read: those in which the profile tells abuse well enough to be believed.

        Args:
            ngrams_only: whether the n-grams are to judge alone this time, whatever the profile.
        """
        return self._read[ngrams_only]

    def _find_all_read(self) -> dict[bool, frozenset[str]]:
        return {ngrams_only: self._find_read(ngrams_only=ngrams_only) for ngrams_only in (False, True)}

    def _find_read(self, *, ngrams_only: bool) -> frozenset[str]:
        return frozenset(
            tag
            for tag, pack in self._packs.items()
            if tag not in self._unusable and pack.manifest.tells("abusive", (Profile.FAST if ngrams_only else self.profile_of(tag)).value)
        )

    def version(self, tag: str) -> str:
        """Return the version of the pack of a language, as answers state it."""
        return profile_version(self._packs[tag].manifest, self.profile_of(tag))

    def open(self, tags: Iterable[str]) -> frozenset[str]:
        """Open packs that are not open yet, and return the languages of those that cannot be used, which are not read any more."""
        for tag in tags:
            if tag not in self._moderators and tag not in self._unusable:
                with suppress(ArtefactError):
                    self.moderator(tag)
        return frozenset(self._unusable).intersection(tags)

    def moderator(self, tag: str) -> Moderator:
        """Return what judges comments in a language; the pack is opened if it was not yet.

        Raises:
            KeyError: there is no pack for the language.
            ArtefactError: the pack cannot be used; then it is not tried once more.
        """
        moderator = self._moderators.get(tag)
        if moderator is None:
            with self._lock:
                moderator = self._moderators.get(tag) or self._open(tag)
        return moderator

    def _open(self, tag: str) -> Moderator:
        if tag in self._unusable:
            raise ArtefactError(self._unusable[tag])
        try:
            return self._load(tag)
        except ArtefactError as error:
            self._unusable[tag] = str(error)
            _log.error("comments in the language %s are not read until the next start: %s", tag, error)
            raise
        finally:
            self._read = self._find_all_read()

    def _load(self, tag: str) -> Moderator:
        stored = read_pack(self._packs[tag].folder, self._shared, tag=tag, ngrams_only=self._profile is Profile.FAST)
        # It may have been replaced since the start, by one that was trained anew.
        self._packs[tag] = PackFolder(self._packs[tag].folder, stored.manifest)
        profile = self.profile_of(tag)
        moderator = Moderator(stored, prior=self._prior, profile=profile, risk=self._risk, like=self._with_encoder)
        if moderator.combined is not None:
            self._with_encoder = moderator
        self._moderators[tag] = moderator
        return moderator

    @property
    def has_encoder(self) -> bool:
        """Whether the encoder of the packs may be asked."""
        return any(self.profile_of(tag) is not Profile.FAST for tag in self.read_tags())

    def preload_encoder(self) -> None:
        """Build the encoder that packs share, if the profile may ask it, so that the first comment does not wait for it.

        A pack that cannot be used leaves its language unread, as it does later on.

        Raises:
            ArtefactError: none of the packs that have an encoder can be used.
        """
        failure = None
        for tag in sorted(self.read_tags()):
            if self.profile_of(tag) is not Profile.FAST:
                try:
                    self.moderator(tag)
                except ArtefactError as error:
                    failure = error
                else:
                    return
        if failure is not None:
            raise failure

    def public_manifest(self) -> list[dict[str, Any]]:
        """Return what anybody may see of each pack, JSON-ready: its tag, whether it is read, what it tells, and its manifest's part."""
        read, described = self.read_tags(), []
        for tag, pack in self._packs.items():
            profile = self.profile_of(tag)
            tells = [answer for answer in ("abusive", "hateful") if pack.manifest.tells(answer, profile.value)]
            described.append(
                {"tag": tag, "read": tag in read, "profile": profile.value, "tells": tells}
                | public_fields(pack.manifest)
                | {"version": self.version(tag)}
            )
        return described

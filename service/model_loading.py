"""The one place where settings become loaded models: for the service, for the commands and for the workers of a batch run."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from model.profile import DEFAULT_RISK, Profile

if TYPE_CHECKING:
    from model.artefact.artefact_copy import ArtefactCopy
    from model.artefact.manifest import Prior
    from model.languages.language_packs import LanguagePacks
    from model.moderator import Moderator
    from service.settings import Settings

__all__ = ["LANGUAGES_OFF", "ModeratorOptions", "find_languages", "hash_languages", "languages_place", "load_moderator", "own_packs"]

LANGUAGES_OFF = "off"
"""What stands in place of the operator's folder of language packs where none is to be used, not even those that ship."""


_OWN_PACKS = "languages"


@dataclass(frozen=True, slots=True)
class ModeratorOptions:
    """The arguments of ``Moderator.load``: a small value that can be sent to other processes, compared and hashed.

    Attributes:
        folder: the artefact's folder; None for the one that ships.
        prior: how common abuse is on the site; None for the prior that the artefact states.
        profile: the readers that score; None for the cascade, or for the n-grams alone if the artefact has no encoder.
        risk: the share of labels that the cascade may leave to the n-grams although the encoder would change them.
    """

    folder: Path | None = None
    prior: "Prior | None" = None
    profile: Profile | None = Profile.FAST
    risk: float = DEFAULT_RISK

    @classmethod
    def from_settings(cls, settings: "Settings") -> Self:
        """Return the options that the settings name."""
        return cls(settings.artefact, settings.prior, settings.profile, settings.cascade_risk)

    def load(self, copy: "ArtefactCopy | None" = None, *, like: "Moderator | None" = None) -> "Moderator":
        """Load the moderator; it is not warm yet.

        Args:
            copy: a copy of the artefact; None to read the folder.
            like: another that is loaded, whose encoder is shared if it is the same.

        Raises:
            ArtefactError: the artefact cannot be used.
        """
        # Numba takes most of a second to import, so it is imported only where a model is loaded.
        from model.moderator import Moderator

        return Moderator.load(copy or self.folder, prior=self.prior, profile=self.profile, risk=self.risk, like=like)


def load_moderator(settings: "Settings", copy: "ArtefactCopy | None" = None, *, like: "Moderator | None" = None) -> "Moderator":
    """Load the moderator that the settings ask for; it is not warm yet.

    Args:
        settings: name the artefact's folder, the prior, the profile and the risk.
        copy: a copy of the artefact to load; None to read the folder.
        like: another that is loaded, whose encoder is shared if it is the same.

    Raises:
        ArtefactError: the artefact cannot be used.
    """
    return ModeratorOptions.from_settings(settings).load(copy, like=like)


def own_packs(settings: "Settings") -> Path:
    """Return the folder of the site's own language packs, into which retraining puts them; it may not be there yet."""
    if settings.languages is None or settings.languages == LANGUAGES_OFF:
        return settings.data_dir / _OWN_PACKS
    return Path(settings.languages)


def languages_place(settings: "Settings") -> str | None:
    """Return where the language packs of a site lie beside those that ship, as `find_languages` takes it."""
    own = own_packs(settings)
    return str(own) if settings.languages is None and own.is_dir() else settings.languages


def find_languages(languages: str | None, moderator: "Moderator") -> "LanguagePacks | None":
    """Return the language packs beside a moderator, with its prior, profile and risk; a process has them once.

    Args:
        languages: the operator's folder of packs, ``off`` for none at all, None for those that ship.
        moderator: judges English.

    Returns:
        The packs; None if there are none.

    Raises:
        ArtefactError: there is something wrong with the operator's folder.
    """
    if languages == LANGUAGES_OFF:
        return None
    packs = _find_packs(None if languages is None else Path(languages), moderator.prior, moderator.profile, moderator.risk)
    return packs if packs.tags else None


@lru_cache(maxsize=4)
def _find_packs(operator: Path | None, prior: "Prior", profile: Profile, risk: float) -> "LanguagePacks":
    from model.languages.language_packs import LanguagePacks

    return LanguagePacks.find(operator, prior=prior, profile=profile, risk=risk)


def hash_languages(languages: str | None) -> str | None:
    """Return the SHA-256 of all of the language packs that can change a verdict; None if there are none.

    Args:
        languages: as `find_languages` takes it.

    Raises:
        ArtefactError: there is something wrong with the operator's folder.
    """
    from model.languages.pack_folders import find_packs, hash_packs

    packs = {} if languages == LANGUAGES_OFF else find_packs(None if languages is None else Path(languages))
    return hash_packs(packs) if packs else None

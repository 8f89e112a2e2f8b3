"""The one place where settings become a loaded model: for the service, for the commands and for the workers of a batch run."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from model.profile import DEFAULT_RISK, Profile

if TYPE_CHECKING:
    from model.artefact.artefact_copy import ArtefactCopy
    from model.artefact.manifest import Prior
    from model.moderator import Moderator
    from service.settings import Settings

__all__ = ["ModeratorOptions", "copy_artefact_of", "load_moderator"]


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

    def load(self, copy: "ArtefactCopy | None" = None) -> "Moderator":
        """Load the moderator; it is not warm yet.

        Args:
            copy: a copy of the artefact; None to read the folder.

        Raises:
            ArtefactError: the artefact cannot be used.
        """
        # Numba takes most of a second to import, so it is imported only where a model is loaded.
        from model.moderator import Moderator

        return Moderator.load(copy or self.folder, prior=self.prior, profile=self.profile, risk=self.risk)


def load_moderator(settings: "Settings", copy: "ArtefactCopy | None" = None) -> "Moderator":
    """Load the moderator that the settings ask for; it is not warm yet.

    Args:
        settings: name the artefact's folder, the prior, the profile and the risk.
        copy: a copy of that artefact; None to read the folder.

    Raises:
        ArtefactError: the artefact cannot be used.
    """
    options = ModeratorOptions.from_settings(settings)
    return options.load() if copy is None else options.load(copy)


def copy_artefact_of(settings: "Settings") -> "ArtefactCopy":
    """Copy the artefact that the settings ask for into memory, for several processes.

    Raises:
        ArtefactError: the artefact cannot be read.
    """
    from model.artefact.folder import copy_artefact, shipped_folder

    return copy_artefact(settings.artefact or shipped_folder())

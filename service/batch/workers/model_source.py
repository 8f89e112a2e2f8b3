"""The model of a run: what it is called is known at once, the moderator is loaded where something is judged."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from model.artefact.folder import read_artefact, shipped_folder
from model.artefact.manifest import Manifest
from model.artefact.public_view import profile_version
from model.normaliser.version import normaliser_version
from model.policy import unknown_policy_error
from model.profile import Profile
from service.batch.job import Artefact

if TYPE_CHECKING:
    from model.moderator import Moderator

__all__ = ["Model", "load"]


def load(asked: Artefact) -> "Moderator":
    """Load an artefact; errors as of ``Moderator.load``."""
    from model.moderator import Moderator

    return Moderator.load(asked.folder, prior=asked.prior, profile=asked.profile, risk=asked.risk)


@dataclass
class Model:
    """What judges in a run.

    A process that hands all work to others never loads the moderator, which is half of the memory that it would take.

    Attributes:
        loaded: the moderator, if there is one already.
        artefact: where it lies, so that it can be loaded, here or by other processes; None keeps the work in this one.
    """

    loaded: "Moderator | None"
    artefact: Artefact | None

    @cached_property
    def moderator(self) -> "Moderator":
        """The moderator."""
        return self.loaded or load(self.artefact or Artefact())

    @cached_property
    def version(self) -> str:
        """What it is called in every row.

        Raises:
            ArtefactError: the artefact cannot be used.
        """
        return self.loaded.version if self.loaded else profile_version(self._manifest, self.profile)

    @property
    def profile(self) -> Profile:
        """Which readers judge."""
        return self.artefact.profile if self.artefact else Profile.FAST

    def check(self, policy: str) -> None:
        """Refuse a policy that there is not.

        Raises:
            PolicyError: the artefact has none of that name.
            ArtefactError: it cannot be used.
        """
        if self.loaded:
            self.loaded.decide([], policy=policy)
        elif policy not in (known := self._manifest.policies):
            raise unknown_policy_error(policy, known)

    @cached_property
    def _manifest(self) -> Manifest:
        folder = self.artefact.folder if self.artefact else None
        return read_artefact(folder or shipped_folder(), normaliser=normaliser_version()).manifest

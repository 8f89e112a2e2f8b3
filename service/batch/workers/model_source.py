"""What judges in a run: its version is known at once, the model is loaded where something is judged."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from model.artefact.folder import read_artefact, shipped_folder
from model.artefact.manifest import Manifest
from model.artefact.public_view import profile_version
from model.normaliser.version import normaliser_version
from model.policy import unknown_policy_error
from model.profile import Profile
from service.judging.judge_options import JudgeOptions
from service.model_loading import ModeratorOptions

if TYPE_CHECKING:
    from model.moderator import Moderator
    from service.judging.judge import Judge

__all__ = ["ModelSource"]


@dataclass
class ModelSource:
    """Where the judge of a run comes from.

    A process that hands all work to others never loads the model, which is half of the memory that it would take.

    Attributes:
        judging: what comments are judged by beside the model.
        loaded: the model, if it is loaded already.
        options: how the model is loaded, here or by other processes; None keeps the work in this one.
    """

    judging: JudgeOptions
    loaded: "Moderator | None"
    options: ModeratorOptions | None

    @cached_property
    def judge(self) -> "Judge":
        """The judge; the model is loaded when it is first asked for."""
        return self.judging.build_judge(self.loaded or (self.options or ModeratorOptions()).load())

    @cached_property
    def version(self) -> str:
        """What the model is called in every row.

        Raises:
            ArtefactError: the artefact cannot be used.
        """
        return self.loaded.version if self.loaded else profile_version(self._manifest, self._profile)

    @property
    def _profile(self) -> Profile:
        if self.options is None:
            return Profile.FAST
        if self.options.profile is None:
            return Profile.CASCADE if len(self._manifest.readers) > 1 else Profile.FAST
        return self.options.profile

    def check_policy(self) -> None:
        """Refuse a policy that the model does not have.

        Raises:
            PolicyError: the artefact has no policy of that name.
            ArtefactError: the artefact cannot be used.
        """
        policies = self.loaded.policies if self.loaded else self._manifest.policies
        if self.judging.model_policy not in policies:
            raise unknown_policy_error(self.judging.model_policy, policies)

    @cached_property
    def _manifest(self) -> Manifest:
        folder = self.options.folder if self.options else None
        return read_artefact(folder or shipped_folder(), normaliser=normaliser_version()).manifest

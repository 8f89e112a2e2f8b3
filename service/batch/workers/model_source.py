"""The source of a run's judge: the version is read at once, and the model is loaded only in processes that judge."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from model.artefact.folder import read_artefact, shipped_folder
from model.artefact.manifest import Manifest
from model.artefact.public_view import profile_version
from model.normaliser.version import normaliser_version
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

    A process that hands all work to others never loads the model, which would double its memory.

    Attributes:
        judge_options: the policy, the community and everything else besides the model that a verdict depends on.
        moderator: the model, if it is loaded already.
        options: how the model is loaded, here or by other processes; None keeps the work in this one.
    """

    judge_options: JudgeOptions
    moderator: "Moderator | None"
    options: ModeratorOptions | None

    @cached_property
    def judge(self) -> "Judge":
        """The judge; the model is loaded when it is first asked for."""
        return self.judge_options.build_judge(self.moderator or (self.options or ModeratorOptions()).load())

    @cached_property
    def version(self) -> str:
        """The version of the model, as every row names it.

        Raises:
            ArtefactError: the artefact cannot be used.
        """
        return self.moderator.version if self.moderator else profile_version(self._manifest, self._profile)

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
            PolicyError: the artefact lacks the policy.
            ArtefactError: the artefact cannot be used.
        """
        self.judge_options.check_policy(self.moderator.policies if self.moderator else self._manifest.policies)

    @cached_property
    def _manifest(self) -> Manifest:
        folder = self.options.folder if self.options else None
        return read_artefact(folder or shipped_folder(), normaliser=normaliser_version()).manifest

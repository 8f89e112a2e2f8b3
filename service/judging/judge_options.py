"""What comments are judged by beside the model: a value that can be compared, hashed and sent to other processes."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from model.errors import SettingsError
from service.judging.community import Community
from service.judging.community_file import read_community_file
from service.judging.foreign import OnForeign
from service.judging.judge import Judge

if TYPE_CHECKING:
    from model.language.identifier import Identifier
    from model.moderator import Moderator
    from service.settings import Settings

__all__ = ["JudgeOptions"]


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """What comments are judged by beside the model.

    Attributes:
        policy: the name of one of the model's policies, whatever the community wants; None for the community's, else "default".
        community: that the comments belong to, if any.
        on_foreign: what happens to comments in languages that the model did not learn, where the community does not say.
        identify: whether languages are identified even where no verdict depends on them.
        letters: the fewest letters of a comment whose language is identified; None for the usual number.
        certainty: the certainty from which on a comment counts as foreign; None for the usual one.
    """

    policy: str | None = None
    community: Community | None = None
    on_foreign: OnForeign = OnForeign.REVIEW
    identify: bool = False
    letters: int | None = None
    certainty: float | None = None

    @classmethod
    def from_settings(
        cls,
        settings: "Settings",
        *,
        policy: str | None = None,
        community: str | None = None,
        on_foreign: OnForeign | None = None,
        identify: bool = False,
    ) -> "JudgeOptions":
        """Return what the settings of a site say, with what a command says instead.

        Args:
            settings: name the file of communities, and what happens to foreign comments.
            policy: the name of a policy; None for the community's.
            community: the name of a community; None for the default one of the file, if it has one.
            on_foreign: what happens to foreign comments; None for what the settings say.
            identify: whether languages are identified even where no verdict depends on them.

        Raises:
            SettingsError: there is no such community, or the file of communities is wrong.
        """
        return cls(
            policy=policy,
            community=_find_community(settings, community),
            on_foreign=on_foreign or OnForeign(settings.on_foreign),
            identify=identify,
            letters=settings.language_letters,
            certainty=settings.language_certainty,
        )

    @property
    def model_policy(self) -> str:
        """The name of the model's policy to ask for."""
        return self.policy or (self.community.policy_name if self.community is not None else "default")

    @property
    def policy_name(self) -> str:
        """The name of the policy whose thresholds lead to the verdicts: one of the model's, or that of the community's own."""
        if self.policy is not None or self.community is None or isinstance(self.community.policy, str):
            return self.model_policy
        return self.community.policy.name

    def build_judge(self, moderator: "Moderator") -> Judge:
        """Return the judge; languages are identified only where that can change a verdict, or is asked for."""
        on_foreign = self.on_foreign if self.community is None else self.community.on_foreign or self.on_foreign
        needed = self.identify or on_foreign is not OnForeign.JUDGE
        identifier = _load_identifier(moderator.languages, self.letters, self.certainty) if needed else None
        return Judge(moderator, identifier, self.policy, self.community, self.on_foreign)


def _find_community(settings: "Settings", name: str | None) -> Community | None:
    if settings.communities is None:
        if name is not None:
            raise SettingsError(f"community {name!r}: the site has no communities: name their file in TIPSTAFF_COMMUNITIES")
        return None
    file = read_community_file(settings.communities)
    if name is None:
        return file.default
    if name not in file.communities:
        known = ", ".join(sorted(file.communities)) or "none"
        raise SettingsError(f"community {name!r} is not in {settings.communities}: it has {known}")
    return file.communities[name]


@lru_cache(maxsize=1)
def _load_identifier(learned: tuple[str, ...], letters: int | None, certainty: float | None) -> "Identifier":
    from model.language.identifier import DEFAULT_CERTAINTY, DEFAULT_LETTERS, Identifier

    return Identifier.load(
        learned,
        letters=DEFAULT_LETTERS if letters is None else letters,
        certainty=DEFAULT_CERTAINTY if certainty is None else certainty,
    )

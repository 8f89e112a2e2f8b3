"""The options of judging, apart from the model: a value that can be compared, hashed and sent to other processes."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from model.errors import PolicyError, SettingsError
from model.policy import unknown_policy_error
from service.judging.community import Community, choose_model_policy, choose_on_foreign
from service.judging.community_file import read_community_file
from service.judging.foreign import OnForeign
from service.judging.judge import Judge
from service.judging.routes import languages_read_by
from service.model_loading import LANGUAGES_OFF, find_languages, languages_place

if TYPE_CHECKING:
    from model.language.identifier import Identifier
    from model.moderator import Moderator
    from service.settings import Settings

__all__ = ["JudgeOptions"]


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """The options from which the judge of a model is built.

    Attributes:
        policy: the name of one of the model's policies, which overrides the community's; None for the community's, else "default".
        community: the community that the comments belong to; None if they belong to none.
        on_foreign: what happens to comments in languages that are not read, unless the community sets that itself.
        identify: whether languages are identified even where no verdict depends on them.
        letters: the least number of letters of a comment whose language is identified; None for the default.
        certainty: the least certainty with which a comment counts as foreign; None for the default.
        languages: the operator's folder of language packs, ``off`` for none at all, None for those that ship.
    """

    policy: str | None = None
    community: Community | None = None
    on_foreign: OnForeign = OnForeign.REVIEW
    identify: bool = False
    letters: int | None = None
    certainty: float | None = None
    languages: str | None = LANGUAGES_OFF

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
        """Return the options that the settings of a site ask for, except where the arguments override them.

        Args:
            settings: the settings; they name the file of communities, and say what happens to foreign comments.
            policy: the name of a policy; None for the community's.
            community: the name of a community; None for the default community of the file, if there is one.
            on_foreign: what happens to foreign comments; None for the settings' answer.
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
            languages=languages_place(settings),
        )

    @property
    def model_policy(self) -> str:
        """The name of the policy to ask the model for."""
        return choose_model_policy(self.policy, self.community)

    @property
    def policy_name(self) -> str:
        """The name of the policy whose thresholds lead to the verdicts: a policy of the model, or the community's own."""
        if self.policy is not None or self.community is None or isinstance(self.community.policy, str):
            return self.model_policy
        return self.community.policy.name

    def check_policy(self, names: Collection[str]) -> None:
        """Refuse a policy that the model does not have.

        Args:
            names: the names of the model's policies.

        Raises:
            PolicyError: the policy is none of these; the message names the community if it is the community that wants it.
        """
        if self.model_policy not in names:
            error = unknown_policy_error(self.model_policy, names)
            raise PolicyError(f"community {self.community.name!r}: {error}") if self.policy is None and self.community else error

    def build_judge(self, moderator: "Moderator") -> Judge:
        """Build the judge of a model; it identifies languages only where that can change a verdict, or was asked for.

        Raises:
            PolicyError: the model lacks the policy.
            ArtefactError: there is something wrong with the operator's folder of language packs.
        """
        self.check_policy(moderator.policies)
        packs = find_languages(self.languages, moderator)
        identifies = self.identify or packs is not None or choose_on_foreign(self.community, self.on_foreign) is not OnForeign.JUDGE
        identifier = _load_identifier(languages_read_by(moderator, packs), self.letters, self.certainty) if identifies else None
        return Judge(moderator, identifier, self.policy, self.community, self.on_foreign, packs)


def _find_community(settings: "Settings", name: str | None) -> Community | None:
    if settings.communities is None:
        if name is not None:
            raise SettingsError(f"community {name!r}: the site has no communities: name their file in TIPSTAFF_COMMUNITIES")
        return None
    file = read_community_file(settings.communities)
    file.log_warnings()
    if name is None:
        return file.default
    if name not in file.communities:
        names = ", ".join(sorted(file.communities)) or "none"
        raise SettingsError(f"community {name!r} is not in {settings.communities}: it has {names}")
    return file.communities[name]


@lru_cache(maxsize=1)
def _load_identifier(learned: tuple[str, ...], letters: int | None, certainty: float | None) -> "Identifier":
    from model.language.identifier import DEFAULT_CERTAINTY, DEFAULT_LETTERS, Identifier

    return Identifier.load(
        learned,
        letters=DEFAULT_LETTERS if letters is None else letters,
        certainty=DEFAULT_CERTAINTY if certainty is None else certainty,
    )

"""A community: the policy and the lists by which its comments are judged."""

from dataclasses import dataclass, field

from model.comment import Comment, Verdict
from model.policy import Policy
from service.judging.foreign import OnForeign
from service.judging.lists.matching_text import text_to_match
from service.judging.lists.word_lists import WordLists

__all__ = ["Community", "ListMatch", "choose_model_policy", "choose_on_foreign"]


@dataclass(frozen=True, slots=True)
class ListMatch:
    """An entry of a community's lists that matches a comment.

    Attributes:
        entry: the list and the entry in it, such as ``deny: casino``.
        verdict: the verdict of that list; that of the list of what is allowed is on the phrase alone.
    """

    entry: str
    verdict: Verdict


@dataclass(frozen=True)
class Community:
    """How the comments of one community are judged.

    Attributes:
        name: the name of the community.
        policy: the name of one of the model's policies, or a policy with the community's own thresholds.
        observe: whether every comment is approved, while the verdict that it would have had is only reported.
        on_foreign: what happens to a comment in a language that is not read; None leaves that to the site's setting.
        allow: words and patterns that are excused: a comment is judged without them, and approved if nothing else is in it.
        deny: words and patterns that reject a comment; they take precedence over ``allow``.
    """

    name: str
    policy: str | Policy = "default"
    observe: bool = False
    on_foreign: OnForeign | None = None
    allow: WordLists = field(default_factory=WordLists)
    deny: WordLists = field(default_factory=WordLists)

    @property
    def policy_name(self) -> str:
        """The policy to ask the model for; its verdicts are replaced where the community has thresholds of its own."""
        return self.policy if isinstance(self.policy, str) else "default"

    @property
    def has_lists(self) -> bool:
        """Whether there is any entry that a comment could match."""
        return bool(self.allow) or bool(self.deny)

    @property
    def max_lists_cost(self) -> int:
        """How many times as long a byte takes to match, at most, as a letter of plain text to judge; 0 without entries."""
        if not self.allow:
            return self.deny.max_cost
        # What is denied is looked for again in what is left without the phrases that are allowed.
        return self.allow.max_cost + self.allow.max_locating_cost + 2 * self.deny.max_cost

    def match_lists(self, comment: Comment) -> ListMatch | None:
        """Return the entry that matches a comment, None if there is none; ``deny`` is looked through first."""
        return self.match_text(text_to_match(comment))

    def match_text(self, text: str) -> ListMatch | None:
        """Return the entry that matches a comment whose text to match this is, None if there is none."""
        if (entry := self.deny.match(text)) is not None:
            return ListMatch(f"deny: {entry}", Verdict.REJECT)
        if (entry := self.allow.match(text)) is not None:
            return ListMatch(f"allow: {entry}", Verdict.APPROVE)
        return None


def choose_model_policy(policy: str | None, community: Community | None) -> str:
    """Return the name of the policy to ask the model for: the policy that is named, else the community's, else "default"."""
    return policy or (community.policy_name if community is not None else "default")


def choose_on_foreign(community: Community | None, site: OnForeign) -> OnForeign:
    """Return what happens to foreign comments: what the community says, or else the site."""
    return site if community is None else community.on_foreign or site

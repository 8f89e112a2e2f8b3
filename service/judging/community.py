"""One community: what it wants done with its comments."""

from dataclasses import dataclass, field

from model.comment import Comment, Verdict
from model.policy import Policy
from service.judging.foreign import OnForeign
from service.judging.word_lists import WordLists, text_to_match

__all__ = ["Community", "ListMatch"]


@dataclass(frozen=True, slots=True)
class ListMatch:
    """The entry of a community's lists that decides about a comment.

    Attributes:
        entry: which list and which entry, such as ``deny: casino``.
        verdict: what the list leads to.
    """

    entry: str
    verdict: Verdict


@dataclass(frozen=True)
class Community:
    """What a community wants.

    Attributes:
        name: of the community.
        policy: the name of one of the model's policies, or thresholds of its own.
        observe: whether every comment is approved, whatever is decided about it.
        on_foreign: what happens to a comment in a language that the model did not learn; what the site says if None.
        allow: words and patterns that approve a comment.
        deny: words and patterns that reject a comment; they come before those that approve it.
    """

    name: str
    policy: str | Policy = "default"
    observe: bool = False
    on_foreign: OnForeign | None = None
    allow: WordLists = field(default_factory=WordLists)
    deny: WordLists = field(default_factory=WordLists)

    @property
    def policy_name(self) -> str:
        """The name of the policy to ask the model for; its verdicts do not count where the community has thresholds of its own."""
        return self.policy if isinstance(self.policy, str) else "default"

    @property
    def has_lists(self) -> bool:
        """Whether any comment can match a list."""
        return bool(self.allow) or bool(self.deny)

    def match_lists(self, comment: Comment) -> ListMatch | None:
        """Return the entry that decides about a comment, None if none does; what is denied comes before what is allowed."""
        text = text_to_match(comment)
        if (entry := self.deny.match(text)) is not None:
            return ListMatch(f"deny: {entry}", Verdict.REJECT)
        if (entry := self.allow.match(text)) is not None:
            return ListMatch(f"allow: {entry}", Verdict.APPROVE)
        return None

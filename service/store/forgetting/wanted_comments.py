"""Which comments are to be forgotten: those that were named, and whatever else turns out to be about the same comments."""

from dataclasses import dataclass
from typing import NamedTuple

from service.store.schema.tables import make_storable

__all__ = ["CommentFacts", "ForgetRequest", "WantedComments"]

# From this length a text is taken for the same comment wherever it stands without an id and an author: no two people write as much alike.
_TELLING_LENGTH = 20


class CommentFacts(NamedTuple):
    """What tells whose comment it is. Where something is unknown, it is None.

    Attributes:
        author: who wrote it.
        comment: the client's id.
        community: where it was posted.
        text: its text without mark-up.
    """

    author: str | None
    comment: str | None
    community: str | None
    text: str | None


@dataclass(frozen=True)
class ForgetRequest:
    """The comments that are to be forgotten.

    Attributes:
        authors: all comments of these.
        comments: the comments with these ids.
        community: only what was posted there; None for everywhere.
    """

    authors: frozenset[str] = frozenset()
    comments: frozenset[str] = frozenset()
    community: str | None = None

    def __post_init__(self) -> None:
        """Bring the names into the form in which they are stored."""
        for name in ("authors", "comments"):
            object.__setattr__(self, name, frozenset(make_storable(value) for value in getattr(self, name)))


class WantedComments:
    """Tells the rows that are about the comments of a request, and learns from each of them what else is about the same comment.

    An author is not named in every act about a comment, nor an id through every protocol. So a row is wanted if its author or id was named;
    if its id and community are those of a wanted row; or if it has neither id nor author, and the text of a wanted row.
    """

    def __init__(self, request: ForgetRequest) -> None:
        self.request = request
        self._ids: set[tuple[str | None, str]] = set()
        self._texts: set[tuple[str | None, str]] = set()
        self._telling_texts: set[str] = set()
        self._nameless_texts: set[tuple[str | None, str | None]] = set()

    @property
    def count(self) -> int:
        """How many comments are known to be wanted."""
        return len(self._ids) + len(self._nameless_texts)

    @property
    def size(self) -> int:
        """How much has been learned; it never shrinks."""
        return len(self._ids) + len(self._texts)

    @property
    def comment_ids(self) -> frozenset[str]:
        """The ids of all comments that are known to be wanted."""
        return self.request.comments | {comment for _, comment in self._ids}

    def match(self, facts: CommentFacts) -> bool:
        """Return whether a row is wanted."""
        request = self.request
        if request.community is not None and facts.community != request.community:
            return False
        if facts.author in request.authors or facts.comment in request.comments:
            return True
        if facts.comment is not None:
            return (facts.community, facts.comment) in self._ids
        if facts.author is not None or facts.text is None:
            return False
        return (facts.community, facts.text) in self._texts or facts.text in self._telling_texts

    def learn(self, facts: CommentFacts) -> None:
        """Take note of a row that is wanted."""
        if facts.comment is not None:
            self._ids.add((facts.community, facts.comment))
        else:
            self._nameless_texts.add((facts.community, facts.text))
        if facts.text is not None:
            self._texts.add((facts.community, facts.text))
            if len(facts.text) >= _TELLING_LENGTH:
                self._telling_texts.add(facts.text)

"""What one person or key says about a comment, and what is in force about it. Nothing here needs a database library."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from model.comment import Format, Label, Verdict
from model.errors import InputError
from service.store.stored_types import Role

__all__ = [
    "Act",
    "EffectiveRuling",
    "KnownText",
    "RecordedAct",
    "ReusedActError",
    "ServedDecision",
    "StoredAct",
    "teaches_nothing",
]

_ATTRIBUTE_NAME = re.compile(r"[a-z][a-z0-9_]*")
# Reasons that say nothing about abuse, whatever was done with the comment: small letters and digits, words joined by "_".
_OTHER_REASONS = frozenset(
    {
        "ad",
        "ads",
        "advertisement",
        "advertising",
        "bot",
        "copyright",
        "duplicate",
        "flood",
        "flooding",
        "low_quality",
        "off_topic",
        "offtopic",
        "phishing",
        "promotion",
        "repost",
        "scam",
        "self_promotion",
        "spam",
        "wrong_language",
    }
)
_OPEN_PERSON = "open"


class ReusedActError(InputError):
    """The id of an act was used before for something else; nothing of the call is stored.

    Attributes:
        place: which of the acts of the call it is, from 0.
    """

    def __init__(self, place: int) -> None:
        super().__init__("the id of an act was used before for something else: give each act an id of its own")
        self.place = place


def teaches_nothing(reason: str | None) -> bool:
    """Return whether a reason says nothing about abuse, as spam, advertising, off topic and duplicate do, in any spelling of these."""
    return reason is not None and re.sub(r"[\W_]+", "_", reason.casefold()).strip("_") in _OTHER_REASONS


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedDecision:
    """How the service judged a comment at the time of a ruling.

    Attributes:
        fine, toxic, hateful: the scores; the last is None where hateful comments cannot be told from toxic ones in the language.
        verdict: the verdict.
        artefact: the version that gave the scores, such as ``default@3f2a9c1d04be``.
    """

    fine: float
    toxic: float
    hateful: float | None
    verdict: Verdict
    artefact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What one person or key says about a comment. It is stored as it came, and nothing that is said later changes it.

    The comment is the same as that of another act if community, client's id and text are the same, whatever the dialect. Its text is
    private: where it must not be kept (``doNotStore``), no act is recorded.

    Where a label is given, ``abusive`` and ``hateful`` follow from it; where these are given, the label does, as far as they decide it. A
    hateful comment is abusive, and one that is not abusive is not hateful. Where the reason says nothing about abuse, the label stays as it
    was given and the answers are None.

    Attributes:
        dialect: the protocol through which it came.
        text: the comment as its author wrote it, mark-up included; None if it is not known yet.
        label: the label that was given; None if none was.
        abusive: whether the act teaches that the comment is abusive; None if it says nothing of that.
        hateful: whether it teaches that the comment is hateful; None if it says nothing of that.
        attributes: answers to further questions, such as ``{"profanity": True}``; names of small letters, digits and ``_``.
        reason: why the comment was removed or kept, such as ``spam``; a word of the client's.
        community: the community in which the comment was posted, if known.
        comment: the client's id of the comment, if it has one.
        format: how ``text`` is written.
        language: the language that the client names (BCP 47), if it names one.
        author: who wrote the comment, if known.
        why: why the comment came before a moderator, such as ``flagged`` or ``sampled``, if known.
        sampling_probability: how probable it was that it would, in (0, 1], where chance decided.
        decision: how the service judged the comment at the time, if known.
        key: the id of the key with which the act came, if it came with one.
        role: whose word it carries: the role of the key.
        moderator: the person who ruled; None where the role names no persons.
        act_id: the client's own name for this act, by which a retry is recognised; None for one of ours.
        created_at: when it was said, in UTC; None for the time of recording.

    Raises:
        InputError: the act says nothing, its answers contradict each other, a forum's act names a moderator, the name of an attribute or
            the sampling probability is wrong, or neither the text nor the id of the comment is known.
    """

    dialect: str
    text: str | None
    label: Label | None = None
    abusive: bool | None = None
    hateful: bool | None = None
    attributes: Mapping[str, bool] = field(default_factory=dict)
    reason: str | None = None
    community: str | None = None
    comment: str | None = None
    format: Format = Format.PLAIN
    language: str | None = None
    author: str | None = None
    why: str | None = None
    sampling_probability: float | None = None
    decision: ServedDecision | None = None
    key: str | None = None
    role: Role = Role.FORUM
    moderator: str | None = None
    act_id: str | None = None
    created_at: datetime | None = None

    def __post_init__(self) -> None:
        self._complete_answers()
        if self.label is None and self.abusive is None and self.hateful is None and not self.attributes and self.reason is None:
            raise InputError("an act says nothing: give a label, an answer, an attribute or a reason")
        if not all(_ATTRIBUTE_NAME.fullmatch(name) for name in self.attributes):
            raise InputError("an attribute of an act has a wrong name: use small letters, digits and _, a letter first")
        if self.moderator is not None and not self.role.names_persons:
            raise InputError(f"an act of role {self.role} names a moderator: only a key of a higher role can")
        if self.sampling_probability is not None and not 0 < self.sampling_probability <= 1:
            raise InputError("a sampling probability has to be above 0 and at most 1")
        if self.text is None and self.comment is None:
            raise InputError("an act is about no comment: give its text or its id")

    def _complete_answers(self) -> None:
        abusive, hateful, label = self.abusive, self.hateful, self.label
        if label is not None:
            answers = label is not Label.FINE, label is Label.HATEFUL
            if (abusive, hateful) not in ((None, None), answers):
                raise InputError(f"an act gives the label {label} and other answers: correct one of the two")
            abusive, hateful = answers
        if hateful and abusive is False:
            raise InputError("an act says hateful but not abusive: hateful comments are abusive, correct one of the two")
        abusive = True if hateful else abusive
        hateful = False if abusive is False else hateful
        if abusive is not None and hateful is not None:
            label = Label.HATEFUL if hateful else Label.TOXIC if abusive else Label.FINE
        if teaches_nothing(self.reason):
            abusive = hateful = None
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "abusive", abusive)
        object.__setattr__(self, "hateful", hateful)

    @property
    def teaches(self) -> Label | None:
        """The label that the act teaches; None if it teaches none, or leaves open which."""
        return None if self.abusive is None or self.hateful is None else self.label

    @property
    def teaches_something(self) -> bool:
        """Whether a model can learn from the act: an answer about abuse, or about an attribute."""
        return self.abusive is not None or self.hateful is not None or bool(self.attributes)

    @property
    def person(self) -> str:
        """Who speaks, for counting: the moderator, else ``key:ID``, else ``open``."""
        if self.moderator is not None:
            return self.moderator
        return _OPEN_PERSON if self.key is None else f"key:{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAct:
    """An act as it is in the database.

    Attributes:
        number: its number there; acts that were recorded later have higher ones.
        act: the act, with its id and its time; its text may have become known after it.
    """

    number: int
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveRuling:
    """What is in force about a comment: the latest act of the highest role that spoke.

    Each person counts once, with their latest word. Forums' keys count beside each other alone, never beside a moderator.

    Attributes:
        number: the number of the act that is in force.
        act: that act.
        persons: who agrees with it, the one who said it included; sorted.
        contesters: who says otherwise; sorted.
        overruled: how many forums' keys say otherwise, which do not count beside a moderator.
    """

    number: int
    act: Act
    persons: tuple[str, ...]
    contesters: tuple[str, ...] = ()
    overruled: int = 0

    @property
    def text(self) -> str:
        """The comment as its author wrote it."""
        return self.act.text or ""

    @property
    def agreeing(self) -> int:
        """How many persons agree with it, at least 1."""
        return len(self.persons)

    @property
    def contesting(self) -> int:
        """How many persons say otherwise."""
        return len(self.contesters)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAct:
    """What became of an act that was sent.

    Attributes:
        number: its number in the database.
        act_id: its id.
        is_retry: whether it had been stored before, so that nothing was added.
    """

    number: int
    act_id: str
    is_retry: bool


@dataclass(frozen=True, slots=True)
class KnownText:
    """The text of a comment, as an earlier act told it.

    Attributes:
        text: the comment as its author wrote it.
        format: how it is written.
    """

    text: str
    format: Format

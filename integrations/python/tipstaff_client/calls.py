"""The calls of the interface, without a network: what both clients send, and how they read the answers."""

from __future__ import annotations

import dataclasses
import hashlib
import time
import uuid
from collections.abc import Mapping
from typing import Any, TypedDict, Union

from tipstaff_client.batches import encode_json, read_answer
from tipstaff_client.errors import UnexpectedAnswerError
from tipstaff_client.exchange import Answer, Call, Outcome, Send, Steps, exchange
from tipstaff_client.models import Comment, Format, Label, RecordedRuling, RulingsAnswer, ServedModel
from tipstaff_client.options import ClientOptions

__all__ = ["CommentOrText", "ModerateCall", "ModerateOptions", "RulingOptions", "ask_model", "ask_ready", "check_several", "send_ruling"]

_NAME_DIGITS = 32

CommentOrText = Union[str, Comment]
"""A comment, or its text alone."""


class ModerateOptions(TypedDict, total=False):
    """What may be said with comments that are to be judged; see `ModerateCall`, which has the same fields."""

    policy: str | None
    community: str | None
    model: str | None
    explain: bool
    format: Format | None
    language: str | None
    parent_text: str | None
    title: str | None
    deadline: float | None


class RulingOptions(TypedDict, total=False):
    """What may be said with a ruling.

    Attributes:
        moderator: who rules; counts as a person if the key has the role ``moderator`` or a higher one.
        reason: why, in a word of your own; ``spam``, ``advertising``, ``off_topic``, ``duplicate`` and the like teach nothing about abuse.
        community: the community that the comment belongs to.
        act: your own name for this act, which counts once however often it is sent; if you give none, the client makes one for the call.
        why: why the comment came before a moderator, such as ``reported`` or ``sampled``.
        sampling_probability: how probable it was that it would, where chance decided.
    """

    moderator: str | None
    reason: str | None
    community: str | None
    act: str | None
    why: str | None
    sampling_probability: float | None


@dataclasses.dataclass(frozen=True)
class ModerateCall:
    """How comments are to be judged.

    Attributes:
        policy: the name of the policy that leads to the verdicts.
        community: the community that the comments belong to.
        model: the version that is to judge, such as ``default@3f2a9c1d04be``, if no other will do.
        explain: whether to tell what moved the scores.
        format: how the texts are written, where a comment does not say so itself.
        language: their language (BCP 47), in the same way.
        parent_text: the text of what they answer, in the same way.
        title: the title of what they comment on, in the same way.
        deadline: seconds for all of them together; if it is not given, each batch has the deadline of the client.
    """

    policy: str | None = None
    community: str | None = None
    model: str | None = None
    explain: bool = False
    format: Format | None = None
    language: str | None = None
    parent_text: str | None = dataclasses.field(default=None, repr=False)
    title: str | None = dataclasses.field(default=None, repr=False)
    deadline: float | None = None

    def fields(self) -> Mapping[str, Any]:
        """Return the fields of the call besides its comments."""
        fields = {"policy": self.policy, "community": self.community, "model": self.model, "explain": self.explain or None}
        return {name: value for name, value in fields.items() if value is not None}

    def ends(self) -> float | None:
        """Return when nobody waits any more, in seconds of ``time.monotonic``, if the call begins now; None if it does not say."""
        return None if self.deadline is None else time.monotonic() + self.deadline

    def to_comment(self, comment: CommentOrText, place: int) -> Comment:
        """Return a comment with what it does not say filled in; a text alone gets its place as its id.

        Raises:
            TypeError: it is neither a comment nor a text.
        """
        if isinstance(comment, str):
            return Comment(place, comment, self.format, self.language, None, None, self.parent_text, self.title)
        if not isinstance(comment, Comment):
            raise TypeError(f"comment {place} is neither a str nor a Comment")
        general = {"format": self.format, "language": self.language, "parent_text": self.parent_text, "title": self.title}
        stated: dict[str, Any] = {name: value for name, value in general.items() if value is not None and getattr(comment, name) is None}
        return dataclasses.replace(comment, **stated) if stated else comment


def check_several(comments: object) -> None:
    """Refuse what would be taken for several comments, and is meant as one: the names of its fields would be judged.

    Raises:
        TypeError: it is a mapping.
    """
    if isinstance(comments, Mapping):
        raise TypeError("a mapping is no comment: give a Comment, or an iterable of these or of texts")


def ask_model(options: ClientOptions) -> Steps[ServedModel]:
    """Ask which model judges."""
    answer = yield from exchange(Call("GET", "/v1/model"), options, until=time.monotonic() + options.deadline)
    model: ServedModel = read_answer(answer, ServedModel)
    return model


def ask_ready(options: ClientOptions) -> Steps[bool]:
    """Ask once whether comments can be judged.

    Raises:
        UnexpectedAnswerError: what answered is not Tipstaff.
    """
    outcome: Outcome = yield Send(Call("GET", "/readyz"), options.timeout)
    if not isinstance(outcome, Answer) or outcome.status in {429, 502, 503, 504}:
        return False
    if outcome.status != 200:
        raise UnexpectedAnswerError(f"/readyz is answered {outcome.status}: is the address right?", status=outcome.status)
    return True


def send_ruling(
    options: ClientOptions, comment: CommentOrText, label: Label | None, said_with_it: Mapping[str, Any]
) -> Steps[RecordedRuling]:
    """Tell the service what a moderator says about a comment.

    Args:
        options: how to call.
        comment: the comment.
        label: what it is; None if a reason alone is given.
        said_with_it: what of `RulingOptions` is said.

    Raises:
        ValueError: there is no such label.
    """
    if label not in {"fine", "toxic", "hateful", None}:
        raise ValueError('label has to be "fine", "toxic" or "hateful", or None with a reason')
    said = ModerateCall().to_comment(comment, 0)
    # Tried again, the call is the same act of the moderator; a bare text has no id but itself.
    named = {"act": uuid.uuid4().hex, "comment": _name(comment) if isinstance(comment, str) else said.id}
    about = {"text": said.text, "format": said.format, "language": said.language, "author": said.author, "label": label}
    stated = {name: value for name, value in {**about, **said_with_it}.items() if value is not None}
    call = Call("POST", "/v1/rulings", encode_json({"rulings": [{**named, **stated}]}))
    answer = yield from exchange(call, options, until=time.monotonic() + options.deadline)
    recorded: RulingsAnswer = read_answer(answer, RulingsAnswer)
    if len(recorded.rulings) != 1:
        raise UnexpectedAnswerError("the answer is not one of Tipstaff's: is the address right?", status=answer.status)
    return recorded.rulings[0]


def _name(text: str) -> str:
    """Return the name of a comment of which nothing is known but its text."""
    return f"text-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:_NAME_DIGITS]}"

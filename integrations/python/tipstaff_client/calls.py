"""The calls of the interface, without a network: what both clients send, and how they read the answers."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from typing import Any, TypedDict, Union

from tipstaff_client.batches import encode_json, read_answer
from tipstaff_client.errors import UnexpectedAnswerError
from tipstaff_client.exchange import Answer, Call, Outcome, Send, Steps, exchange
from tipstaff_client.models import Comment, Format, Label, ServedModel
from tipstaff_client.options import ClientOptions

__all__ = ["CommentOrText", "ModerateCall", "ModerateOptions", "ask_model", "ask_ready", "check_several", "send_ruling"]

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


def send_ruling(options: ClientOptions, comment: CommentOrText, label: Label, community: str | None) -> Steps[None]:
    """Tell the service what a moderator says about a comment.

    Raises:
        ValueError: there is no such label.
    """
    if label not in {"fine", "toxic", "hateful"}:
        raise ValueError('label has to be "fine", "toxic" or "hateful"')
    said = ModerateCall().to_comment(comment, 0)
    text_type = "HTML" if said.format == "html" else "PLAIN_TEXT"
    answers = {"TOXICITY": label != "fine", "IDENTITY_ATTACK": label == "hateful"}
    message = {
        "comment": {"text": said.text, "type": text_type},
        "attributeScores": {name: {"summaryScore": {"value": float(yes)}} for name, yes in answers.items()},
        "languages": None if said.language is None else [said.language],
        "communityId": community,
        "clientToken": None if isinstance(comment, str) else str(said.id),
    }
    body = encode_json({name: value for name, value in message.items() if value is not None})
    call = Call("POST", "/v1alpha1/comments:suggestscore", body)
    yield from exchange(call, options, until=time.monotonic() + options.deadline)

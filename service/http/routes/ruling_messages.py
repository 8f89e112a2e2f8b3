"""The messages of ``POST /v1/rulings``: what a call and its answer hold."""

from typing import Annotated

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from model.comment import Format, Label
from service.http.routes.moderate_messages import Id, StrictMessage

__all__ = ["MOST_RULINGS", "RecordedRuling", "RulingRequest", "RulingsAnswer", "RulingsRequest"]

MOST_RULINGS = 1000
"""The most rulings that one call may bring."""

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_LongName = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class RulingRequest(StrictMessage):
    """What one person says about one comment; an optional field that is null counts as absent."""

    act: _Name | None = Field(
        default=None,
        description="Your own name for this act, different for each; sent again under it, the act counts once. One of ours if absent.",
    )
    comment: Id = Field(description="Your id of the comment: a string or an integer; with text and community it says which comment it is.")
    text: str | None = Field(
        default=None,
        description="The comment as its author wrote it, mark-up included. If absent, that of the latest ruling about this comment.",
    )
    format: Format | None = Field(default=None, description="How the text is written; plain if absent.")
    label: Label | None = Field(default=None, description="What the comment is; null, with a reason, if this is no matter of abuse.")
    abusive: bool | None = Field(
        default=None, description="Whether it is abusive, without a label: where nobody said whether it is toxic or hateful."
    )
    moderator: _Name | None = Field(
        default=None, description="Who rules; counts as a person if the role of the key is `moderator` or above, and is not kept otherwise."
    )
    reason: _Name | None = Field(
        default=None,
        description="Why, in a word of yours; `spam`, `advertising`, `off_topic`, `duplicate` and the like teach nothing about abuse.",
    )
    author: _LongName | None = Field(default=None, description="Who wrote the comment.")
    community: _LongName | None = Field(
        default=None, description="The community in which it was written; that of the key comes first, that of the address last."
    )
    why: _Name | None = Field(default=None, description="Why the comment came before a moderator, such as `reported` or `sampled`.")
    sampling_probability: float | None = Field(
        default=None, gt=0, le=1, allow_inf_nan=False, description="How probable it was that it would, where chance decided."
    )
    language: _Name | None = Field(default=None, description="The language of the text, if you know it (BCP 47).")
    attributes: dict[str, bool] | None = Field(
        default=None, description='Answers to further questions, such as `{"threat": true}`; names of small letters, digits and `_`.'
    )


class RulingsRequest(StrictMessage):
    """What moderators say, in the order in which they said it. Of a call all is stored or nothing."""

    rulings: list[RulingRequest] = Field(min_length=1, max_length=MOST_RULINGS, description="The rulings; they are answered in this order.")


class RecordedRuling(TypedDict):
    """What became of a ruling."""

    act: Annotated[str, Field(description="The id of the act: yours, or one of ours.")]
    comment: Annotated[str | int, Field(description="The id of the comment, as the call gave it.")]
    is_retry: Annotated[bool, Field(description="Whether the act had been stored before, so that nothing was added.")]


class RulingsAnswer(TypedDict):
    """One entry for each ruling, in the order of the call; all of them are on the disk."""

    rulings: list[RecordedRuling]

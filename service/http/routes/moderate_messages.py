"""The messages of ``POST /v1/moderate``: what a call and its answer hold."""

from enum import StrEnum
from math import isnan
from typing import Annotated, NotRequired

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic_core import to_json
from typing_extensions import TypedDict

from model.comment import Comment, Format, Label, Verdict
from service.http.openapi_document import WrittenAs

__all__ = [
    "CommentError",
    "CommentErrorType",
    "CommentRequest",
    "ContributingSpan",
    "Id",
    "JudgedComment",
    "ModerateAnswer",
    "ModerateRequest",
    "StrictMessage",
    "UnjudgedComment",
    "build_request_type",
    "render_answer",
    "round_scores",
]

_MILLION = 1_000_000
_INT64_LIMIT = 2**63

Id = Annotated[str | Annotated[int, Field(ge=-_INT64_LIMIT, lt=_INT64_LIMIT)], Field(union_mode="left_to_right")]


class StrictMessage(BaseModel):
    """A message of our own protocol: every field has its type, and there are no others."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class CommentRequest(StrictMessage):
    """One comment to judge."""

    id: Id = Field(description="Whatever you call it: a string or an integer; handed back unchanged. Need not be unique.")
    text: str = Field(description="The text as its author wrote it, mark-up included.")
    format: Format | None = Field(default=None, description="How the text is written; plain if absent.")
    language: str | None = Field(default=None, description="The language of the text, if you know it (BCP 47).")
    author: str | None = Field(default=None, description="Who wrote it, if you want to say.")
    parent: Id | None = Field(default=None, description="The id of the comment that it answers.")
    parent_text: str | None = Field(
        default=None, description="The text of the comment that it answers, written as `format` says; read by the encoder, never stored."
    )
    title: str | None = Field(default=None, description="The title of what is commented on, in plain text; read like `parent_text`.")

    def to_comment(self) -> Comment:
        """Return the comment as the model takes it."""
        return Comment(
            id=str(self.id),
            text=self.text,
            format=self.format or Format.PLAIN,
            language=self.language,
            author=self.author,
            parent=None if self.parent is None else str(self.parent),
            parent_text=self.parent_text,
            title=self.title,
        )


class ModerateRequest(StrictMessage):
    """Comments to judge in one call; an optional field that is null counts as absent."""

    comments: list[CommentRequest] = Field(description="The comments; they are answered in this order.")
    policy: str | None = Field(default=None, description="The name of the policy that leads to the verdicts; `default` if absent.")
    community: str | None = Field(
        default=None, description="The community that the comments belong to; that of the address or of the key if absent."
    )
    model: str | None = Field(
        default=None,
        max_length=200,
        description="The version that is to judge, such as `default@3f2a9c1d04be`, while it is kept; the one that is served if absent.",
    )
    store: bool | None = Field(default=None, description="Whether anything may be stored; this call stores nothing, whatever it says.")
    explain: bool | None = Field(default=None, description="Whether to tell the spans of the text that moved the scores.")


class CommentErrorType(StrEnum):
    """Why a comment has no label: it is too long, it has no text, or it could not be read, through a fault of the service."""

    TOO_LONG = "comment-too-long"
    EMPTY = "comment-empty"
    UNREADABLE = "comment-unreadable"


_GivenId = Annotated[str | int, Field(description="The id that the call gave the comment.")]
_Verdict = Annotated[str, WrittenAs(Verdict)]
_Observed = Annotated[_Verdict, Field(description="The verdict that a community which only watches would have come to.")]
_Matched = Annotated[
    str,
    Field(description="The entry of the community's lists that decided the verdict, or that was left out of what was judged."),
]


class CommentScores(TypedDict):
    """Calibrated probabilities of the labels, rounded to six digits; they sum to 1."""

    fine: float
    toxic: Annotated[float, Field(description="Where `hateful` is missing, the probability of both together.")]
    hateful: NotRequired[
        Annotated[float, Field(description="Missing where hateful comments cannot be told from toxic ones in the language of the comment.")]
    ]


class ContributingSpan(TypedDict):
    """A stretch of the text, in code points, end exclusive, and what it adds to the log-odds of abusive and of hateful."""

    begin: int
    end: int
    abusive: float
    hateful: NotRequired[Annotated[float, Field(description="Missing where the score `hateful` is.")]]


class JudgedComment(TypedDict):
    """What is decided about a comment."""

    id: _GivenId
    label: Annotated[str, WrittenAs(Label)]
    scores: CommentScores
    verdict: Annotated[_Verdict, Field(description="What the policy, or a rule of the community, advises to do.")]
    observed: NotRequired[_Observed]
    matched: NotRequired[_Matched]
    language: NotRequired[Annotated[str, Field(description="The language of the comment (BCP 47), if it can be told.")]]
    foreign: NotRequired[
        Annotated[
            bool,
            Field(
                description="Always true, if it is there: the comment is in a language that is not read. Then the scores are halfway to "
                "what is usual, since little is known of such a comment."
            ),
        ]
    ]
    unsure: NotRequired[
        Annotated[
            bool,
            Field(
                description="Always true, if it is there: it cannot be told what language the comment is in; no language that is read fits."
            ),
        ]
    ]
    model: NotRequired[
        Annotated[
            str, Field(description="The version that judged the comment, if it is another than that of the answer: a language's own.")
        ]
    ]
    attributes: NotRequired[
        Annotated[
            dict[str, float],
            Field(description="Further probabilities that are told in the language of the comment, such as `insult`, by name."),
        ]
    ]
    spans: NotRequired[Annotated[list[ContributingSpan], Field(description="What moved the scores, if the call asked for it.")]]


class CommentError(TypedDict):
    """Why a comment could not be judged."""

    type: Annotated[str, WrittenAs(CommentErrorType)]
    detail: Annotated[str, Field(description="The same as a sentence.")]


class UnjudgedComment(TypedDict):
    """Stands in the place of a comment that could not be judged; one that could not be read has a verdict: a moderator has to see it."""

    id: _GivenId
    error: CommentError
    verdict: NotRequired[Annotated[_Verdict, Field(description="What to do with a comment that could not be read.")]]
    observed: NotRequired[_Observed]
    matched: NotRequired[_Matched]


class ModerateAnswer(TypedDict):
    """One decision for each comment, in the order of the call."""

    model: Annotated[str, Field(description="The version of the model that judged.")]
    policy: Annotated[str, Field(description="The name of the policy that led to the verdicts.")]
    community: NotRequired[Annotated[str, Field(description="The community that the comments belong to, if they belong to one.")]]
    decisions: list[JudgedComment | UnjudgedComment]


def build_request_type(max_comments: int) -> type[ModerateRequest]:
    """Return the type of a call that may hold up to ``max_comments`` comments."""
    description = ModerateRequest.model_fields["comments"].description
    comments = Annotated[list[CommentRequest], Field(max_length=max_comments, description=description)]
    return create_model("ModerateRequest", __base__=ModerateRequest, __doc__=ModerateRequest.__doc__, comments=(comments, ...))


def round_scores(fine: float, toxic: float, hateful: float) -> CommentScores:
    """Round scores to six digits so that they still sum to 1: the largest takes the remainder, which is at most 1.5e-6.

    Args:
        fine: the probability of the first label.
        toxic: that of the second.
        hateful: that of the third; NaN where it is not told, and then missing in the result.
    """
    if isnan(hateful):
        millionths_fine = round(fine * _MILLION)
        return {"fine": millionths_fine / _MILLION, "toxic": (_MILLION - millionths_fine) / _MILLION}
    first, second, third = round(fine * _MILLION), round(toxic * _MILLION), round(hateful * _MILLION)
    if first + second + third != _MILLION:
        millionths = [first, second, third]
        millionths[millionths.index(max(millionths))] += _MILLION - sum(millionths)
        first, second, third = millionths
    return {"fine": first / _MILLION, "toxic": second / _MILLION, "hateful": third / _MILLION}


def render_answer(answer: ModerateAnswer) -> bytes:
    """Return an answer as JSON in UTF-8."""
    return to_json(answer)

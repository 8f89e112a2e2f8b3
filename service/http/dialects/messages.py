"""What the dialects share: JSON bodies, what their documentation says, and what is decided of one comment."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from model.comment import Comment, Label, Verdict
from service.http.calls import Caller, Judgements, exceeds_bytes, judge_comments
from service.http.connection.body import check_json_headers, read_body
from service.http.openapi_document import KEYS, Security
from service.http.problems import FieldError, ProblemError, ProblemKind
from service.http.routes.moderate_messages import parse_json
from service.settings import Settings

__all__ = [
    "CommentVerdict",
    "LenientMessage",
    "Schema",
    "check_length",
    "comment_verdicts",
    "field_problem",
    "judge_for_client",
    "openapi_body",
    "openapi_responses",
    "read_json",
]

Schema = Mapping[str, Any]

_Shape = TypeVar("_Shape", bound=BaseModel)


class LenientMessage(BaseModel):
    """A body of a protocol that is not ours: what is read has to have its type, what else there is does not matter."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class CommentVerdict(NamedTuple):
    """What is decided of one comment, whatever had a say in it.

    Attributes:
        label: what the model calls it; None if it was not judged, as without text.
        verdict: what to do with it, likewise.
        scores: probabilities in the order of ``LABELS``; zeros if it was not judged.
        attributes: probability of each published attribute.
        foreign: whether its language is one that the model did not learn, so that the scores mean little.
        matched: the rule of the community's lists that decided the verdict, None if none did.
    """

    label: Label | None
    verdict: Verdict | None
    scores: tuple[float, float, float]
    attributes: Mapping[str, float]
    foreign: bool
    matched: str | None

    @property
    def abusive(self) -> float:
        """Probability that it is toxic or hateful."""
        return self.scores[1] + self.scores[2]


async def judge_for_client(request: Request, comments: Sequence[Comment], *, caller: Caller, community: str | None) -> Judgements:
    """Judge comments for a client that calls itself something, whether or not the site has a community of that name.

    Args and raises as of `judge`; a name that is not known is none.
    """
    try:
        return await judge_comments(request, comments, caller=caller, community=community)
    except ProblemError as problem:
        if community is None or problem.kind is not ProblemKind.UNKNOWN_COMMUNITY:
            raise
        return await judge_comments(request, comments, caller=caller)


def comment_verdicts(judgements: Judgements) -> Iterator[CommentVerdict]:
    """Yield what is decided of each comment, in order."""
    names = judgements.decisions.attribute_names
    for one in judgements.rows():
        if one.label is None:
            yield CommentVerdict(None, one.verdict, (0.0, 0.0, 0.0), {}, bool(one.foreign), one.matched)
        else:
            fine, toxic, hateful = one.scores
            attributes = dict(zip(names, one.attributes, strict=True))
            yield CommentVerdict(one.label, one.verdict, (fine, toxic, hateful), attributes, bool(one.foreign), one.matched)


async def read_json(request: Request, shape: type[_Shape], *, settings: Settings) -> _Shape:
    """Read a body of JSON.

    Raises:
        ProblemError: it is not JSON, not of this shape, too large or too slow.
    """
    check_json_headers(request)
    return parse_json(await read_body(request, limit=settings.max_body_bytes, timeout=settings.body_timeout), shape)


def field_problem(field: str, detail: str) -> ProblemError:
    """Return the problem that a field of a call is wrong; the detail says what it has to be."""
    return ProblemError(ProblemKind.WRONG_FIELDS, f"{field}: {detail}", [FieldError(field=field, detail=detail)])


def check_length(text: str, *, field: str, limit: int) -> None:
    """Make sure that a comment has at most ``limit`` bytes in UTF-8.

    Raises:
        ProblemError: it has more; names the field.
    """
    if exceeds_bytes(text, limit):
        raise field_problem(field, f"has more than {limit} bytes in UTF-8: send less")


def openapi_responses(
    answer: Schema, error: Schema, *statuses: int, about: str, media: str = "application/json", error_media: str | None = None
) -> dict[int | str, dict[str, Any]]:
    """Return what the documentation of a route says about its answers.

    Args:
        answer: JSON schema of the answer with status 200.
        error: JSON schema of a refusal.
        statuses: those of its refusals.
        about: says what the answer is.
        media: content type of the answer.
        error_media: content type of a refusal; as ``media`` if None.

    Returns:
        OpenAPI responses by status.
    """
    refusal = {(error_media or media): {"schema": dict(error)}}
    found: dict[int | str, dict[str, Any]] = {200: {"description": about, "content": {media: {"schema": dict(answer)}}}}
    return found | {status: {"description": f"{HTTPStatus(status).phrase}.", "content": refusal} for status in statuses}


def openapi_body(
    schema: Schema, *, example: object, media: str = "application/json", required: bool = True, security: Security = KEYS
) -> dict[str, Any]:
    """Return what the documentation of a route says about its body and about how its callers authenticate.

    Args:
        schema: JSON schema of the body.
        example: a body that is answered well; ``/docs`` offers it to whoever tries the call.
        media: content type of the body.
        required: whether there has to be a body.
        security: in which ways a key may come.

    Returns:
        The part of an OpenAPI operation.
    """
    content = {media: {"schema": dict(schema), "example": example}}
    return {"requestBody": {"required": required, "content": content}, "security": [*map(dict, security)]}

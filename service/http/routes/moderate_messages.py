"""The shapes of ``POST /v1/moderate``: from the bytes of a body to a call, and from an answer to bytes."""

import re
from itertools import islice
from typing import Annotated, NotRequired, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, create_model
from pydantic_core import ErrorDetails, to_json
from typing_extensions import TypedDict

from model.comment import LABELS, VERDICTS, Comment, Format
from service.http.problems import FieldError, ProblemError, ProblemKind

__all__ = [
    "CommentError",
    "CommentRequest",
    "CommentScores",
    "ContributingSpan",
    "JudgedComment",
    "ModerateAnswer",
    "ModerateRequest",
    "UnjudgedComment",
    "build_request_type",
    "error_details",
    "parse_json",
    "render_answer",
    "round_scores",
    "syntax_problem",
    "validate_json",
]

_WHOLE = 1_000_000
_LISTED_ERRORS = 20
# To describe 400,000 errors, as many as fit into a body of 4 MiB, takes three seconds.
_EXPLAINED_ERRORS = 10_000
_BOM = b"\xef\xbb\xbf"
_ESCAPE = re.compile(rb"\\(?:u(?:[dD][89abAB]..\\u[dD][c-fC-F]..|([dD][89a-fA-F]..)|....)|[^u])", re.DOTALL)
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_INT64 = 2**63
_ID_BRANCHES = frozenset({"str", "constrained-int", "int"})
_DETAILS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field that this call has",
    "string_type": "has to be a string",
    "bool_type": "has to be true or false",
    "list_type": "has to be an array",
    "model_type": "has to be an object",
    "enum": "has to be one of " + ", ".join(Format),
}

_Shape = TypeVar("_Shape", bound=BaseModel)

Id = Annotated[str | Annotated[int, Field(ge=-_INT64, lt=_INT64)], Field(union_mode="left_to_right")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class CommentRequest(_Strict):
    """One comment to judge."""

    id: Id = Field(description="Whatever you call it: a string or an integer; handed back unchanged. Need not be unique.")
    text: str = Field(description="The text as its author wrote it, mark-up included.")
    format: Format | None = Field(default=None, description="How the text is written; plain if absent.")
    language: str | None = Field(default=None, description="The language of the text, if you know it (BCP 47).")
    author: str | None = Field(default=None, description="Who wrote it, if you want to say.")
    parent: Id | None = Field(default=None, description="The id of the comment that it answers.")

    def comment(self) -> Comment:
        """The same in the words of the house."""
        return Comment(
            id=str(self.id),
            text=self.text,
            format=self.format or Format.PLAIN,
            language=self.language,
            author=self.author,
            parent=None if self.parent is None else str(self.parent),
        )


class ModerateRequest(_Strict):
    """Comments to judge in one call; an optional field that is null counts as absent."""

    comments: list[CommentRequest] = Field(description="The comments; they are answered in this order.")
    policy: str | None = Field(default=None, description="The name of the policy that leads to the verdicts; `default` if absent.")
    community: str | None = Field(
        default=None, description="The community that the comments belong to; that of the address or of the key if absent."
    )
    store: bool | None = Field(default=None, description="Whether anything may be stored; this call stores nothing, whatever it says.")
    explain: bool | None = Field(default=None, description="Whether to tell the spans of the text that moved the scores.")


class CommentScores(TypedDict):
    """Calibrated probabilities of the three labels, rounded to six digits; they sum to 1."""

    fine: float
    toxic: float
    hateful: float


class ContributingSpan(TypedDict):
    """A stretch of the text, in code points, end exclusive, and what it adds to the log-odds of abusive and of hateful."""

    begin: int
    end: int
    abusive: float
    hateful: float


class JudgedComment(TypedDict):
    """What is decided about a comment.

    `matched` names the rule of the community that decided the verdict, if one did; `observed` is the verdict that a
    community which only watches would have come to. `language` is there if it can be told; `foreign`, which is always true, if the
    model did not learn that language: then the scores are halfway to what is usual, since it knows little of such a comment.
    """

    id: str | int
    label: Annotated[str, WithJsonSchema({"type": "string", "enum": list(LABELS)})]
    scores: CommentScores
    verdict: Annotated[str, WithJsonSchema({"type": "string", "enum": list(VERDICTS)})]
    observed: NotRequired[Annotated[str, WithJsonSchema({"type": "string", "enum": list(VERDICTS)})]]
    matched: NotRequired[str]
    language: NotRequired[str]
    foreign: NotRequired[bool]
    attributes: NotRequired[dict[str, float]]
    spans: NotRequired[list[ContributingSpan]]


class CommentError(TypedDict):
    """Why a comment could not be judged: `comment-too-long`, `comment-empty`."""

    type: str
    detail: str


class UnjudgedComment(TypedDict):
    """Stands in the place of a comment that could not be judged."""

    id: str | int
    error: CommentError


class ModerateAnswer(TypedDict):
    """One decision for each comment, in the order of the call."""

    model: str
    policy: str
    community: NotRequired[str]
    decisions: list[JudgedComment | UnjudgedComment]


def build_request_type(max_comments: int) -> type[ModerateRequest]:
    """The request type that allows up to ``max_comments`` comments a call."""
    about = ModerateRequest.model_fields["comments"].description
    limited = Annotated[list[CommentRequest], Field(max_length=max_comments, description=about)]
    return create_model("ModerateRequest", __base__=ModerateRequest, __doc__=ModerateRequest.__doc__, comments=(limited, ...))


def parse_json(body: bytes, shape: type[_Shape]) -> _Shape:
    """Reads a body.

    Half of a surrogate pair, as it is left where a program cut a text in the middle of an emoji, counts as U+FFFD.

    Args:
        body: JSON in UTF-8.
        shape: the type to read.

    Raises:
        ProblemError: the body is not UTF-8, not JSON, or not of this shape. Its detail never holds a value from the body.
    """
    try:
        return validate_json(body, shape)
    except ValidationError as error:
        raise syntax_problem(error, body) or _field_problem(error) from None


def validate_json(body: bytes, shape: type[_Shape]) -> _Shape:
    """Reads a body as `parse_request` does, for whoever says himself what is wrong.

    Raises:
        ValidationError: the body is not UTF-8, not JSON, or not of this shape.
    """
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        if not _is_syntax(error):
            raise
    return shape.model_validate_json(_ESCAPE.sub(_whole_escape, body.removeprefix(_BOM)))


def _whole_escape(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]


def error_details(failure: ValidationError) -> list[ErrorDetails]:
    """Returns what is wrong, without the values."""
    return failure.errors(include_url=False, include_input=False)


def _is_syntax(failure: ValidationError) -> bool:
    return failure.error_count() == 1 and error_details(failure)[0]["type"] == "json_invalid"


def syntax_problem(failure: ValidationError, body: bytes) -> ProblemError | None:
    """The problem that a body is not JSON in UTF-8; None if it is, and something else is wrong with it."""
    if not _is_syntax(failure):
        return None
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return ProblemError(ProblemKind.NOT_UTF8, f"Byte {error.start} of the body does not belong to UTF-8.")
    return ProblemError(ProblemKind.NOT_JSON, error_details(failure)[0]["msg"] + ".")


def _field_problem(failure: ValidationError) -> ProblemError:
    count = failure.error_count()
    if count > _EXPLAINED_ERRORS:
        return ProblemError(ProblemKind.WRONG_FIELDS, f"{count} fields are wrong, too many to list.")
    errors: dict[str, str] = {}
    for error in error_details(failure):
        if error["type"] == "too_long":
            return _too_many(error)
        errors.setdefault(_path(error), _detail(error))
    listed = [FieldError(field=path, detail=detail) for path, detail in islice(errors.items(), _LISTED_ERRORS)]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return ProblemError(ProblemKind.WRONG_FIELDS, f"{listed[0]['field']}: {listed[0]['detail']}{more}", listed)


def _too_many(error: ErrorDetails) -> ProblemError:
    detail = f"may hold at most {error['ctx']['max_length']}, holds {error['ctx']['actual_length']}: send fewer in one call"
    return ProblemError(ProblemKind.TOO_MANY_COMMENTS, f"{_path(error)}: {detail}", [FieldError(field=_path(error), detail=detail)])


def _path(error: ErrorDetails) -> str:
    steps = [step for step in error["loc"] if not (isinstance(step, str) and step in _ID_BRANCHES)]
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            # A name that a caller made up may be anything, even the text of a comment.
            path += "." + (step if _PLAIN_NAME.fullmatch(step) else "<a name not shown>")
    return path.removeprefix(".") or "<the body>"


def _detail(error: ErrorDetails) -> str:
    if any(step in _ID_BRANCHES for step in error["loc"]):
        return "has to be a string or an integer of 64 bits"
    return _DETAILS.get(error["type"], error["msg"])


def round_scores(fine: float, toxic: float, hateful: float) -> CommentScores:
    """Rounds scores to six digits so that they still sum to 1; the largest takes the remainder, at most 1.5e-6."""
    first, second, third = round(fine * _WHOLE), round(toxic * _WHOLE), round(hateful * _WHOLE)
    if first + second + third != _WHOLE:
        millionths = [first, second, third]
        millionths[millionths.index(max(millionths))] += _WHOLE - sum(millionths)
        first, second, third = millionths
    return {"fine": first / _WHOLE, "toxic": second / _WHOLE, "hateful": third / _WHOLE}


def render_answer(answer: ModerateAnswer) -> bytes:
    """The answer as JSON in UTF-8."""
    return to_json(answer)

"""The messages of Perspective's calls and answers, by the names that its discovery document uses.

They are read as Google's front end reads JSON for protocol buffers: a number or a truth value may be a string, a value of an enumeration
its number, and a list of one value that value itself; null in a list counts for nothing.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, NotRequired, get_args

from pydantic import AliasChoices, AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from typing_extensions import TypedDict

__all__ = [
    "AnalyzeCommentRequest",
    "AnalyzeCommentResponse",
    "AttributeScores",
    "Context",
    "GivenScores",
    "Score",
    "SpanScore",
    "SuggestCommentScoreRequest",
    "SuggestCommentScoreResponse",
    "TextEntry",
]

_ScoreType = Literal["SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW"]
_TextType = Literal["TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"]
_ClientName = Annotated[str, Field(max_length=1000)]
_LanguageTags = Annotated[list[str], Field(max_length=100)]

_DECIMAL = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")

_TRUTHS = {word: value for value, words in ((True, "1 t true y yes"), (False, "0 f false n no")) for word in words.split()}


def _parse_number(value: Any) -> Any:
    """Return the number that a string holds; anything else, which pydantic judges, as it is."""
    return float(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else value


def _parse_integer(value: Any) -> Any:
    number = _parse_number(value)
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _parse_truth(value: Any) -> Any:
    """Return the truth value that a string names; anything else, which pydantic judges, as it is."""
    return _TRUTHS.get(value.lower(), value) if isinstance(value, str) else value


def _list_values(value: Any) -> Any:
    if isinstance(value, list):
        return [item for item in value if item is not None] if None in value else value
    return value if value is None else [value]


def _name_value(names: tuple[str, ...]) -> Callable[[Any], Any]:
    """Return the function that puts the name of a value of an enumeration in the place of its number, which may be a string too."""
    by_number: dict[Any, str] = dict(enumerate(names)) | {str(number): name for number, name in enumerate(names)}

    def name(value: Any) -> Any:
        return by_number.get(value, value) if type(value) in (int, str) else value

    return name


_Truth = Annotated[bool | None, BeforeValidator(_parse_truth)]
_Number = Annotated[float | None, BeforeValidator(_parse_number)]
_Offset = Annotated[int | None, BeforeValidator(_parse_integer)]
_OneOrMore = BeforeValidator(_list_values)
_GivenScoreType = Annotated[_ScoreType | None, BeforeValidator(_name_value(get_args(_ScoreType)))]
_GivenTextType = Annotated[_TextType | None, BeforeValidator(_name_value(get_args(_TextType)))]


def _field_names(name: str) -> AliasChoices | str:
    # JSON that is made from protocol buffers may spell the name of a field either way.
    camel = to_camel(name)
    return name if camel == name else AliasChoices(camel, name)


class _Message(BaseModel):
    """A message that is read as JSON of protocol buffers is: unknown fields are refused, and null means absent."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, alias_generator=AliasGenerator(validation_alias=_field_names)
    )


class TextEntry(_Message):
    """A text and how it is written."""

    text: str | None = None
    type: _GivenTextType = None


class AttributeParameters(_Message):
    """How an attribute is to be scored."""

    score_type: _GivenScoreType = None
    score_threshold: _Number = None


class ArticleAndParentComment(_Message):
    """The article that is commented on, and the comment that is answered."""

    article: TextEntry | None = None
    parent_comment: TextEntry | None = None


class Context(_Message):
    """What a comment belongs to: one of the two; of it the article and the comment that is answered are read with the comment."""

    entries: Annotated[list[TextEntry] | None, _OneOrMore] = None
    article_and_parent_comment: ArticleAndParentComment | None = None


class _Request(_Message):
    comment: TextEntry | None = None
    context: Context | None = None
    languages: Annotated[_LanguageTags | None, _OneOrMore] = None
    client_token: _ClientName | None = None
    session_id: _ClientName | None = None
    community_id: _ClientName | None = None


class AnalyzeCommentRequest(_Request):
    """A comment to score. Nothing of it is stored, whatever `doNotStore` says."""

    requested_attributes: dict[str, AttributeParameters | None] | None = None
    do_not_store: _Truth = None
    span_annotations: _Truth = None


class GivenScore(_Message):
    """A score that the caller suggests, from 0 to 1."""

    value: _Number = None
    type: _GivenScoreType = None


class GivenSpan(_Message):
    """A score of the characters from `begin` to `end`, in UTF-16 code units."""

    begin: _Offset = None
    end: _Offset = None
    score: GivenScore | None = None


class GivenScores(_Message):
    """What the caller says of one attribute."""

    summary_score: GivenScore | None = None
    span_scores: Annotated[list[GivenSpan] | None, _OneOrMore] = None


class SuggestCommentScoreRequest(_Request):
    """What the scores of a comment should be: the ruling of a moderator, which is kept."""

    attribute_scores: dict[str, GivenScores | None] | None = None


class Score(TypedDict):
    """A probability from 0 to 1."""

    value: float
    type: _ScoreType


class SpanScore(TypedDict):
    """The score of the characters from `begin` to `end` (exclusive), in UTF-16 code units."""

    begin: int
    end: int
    score: Score


class AttributeScores(TypedDict):
    """The score of the whole comment, and those of its parts."""

    spanScores: list[SpanScore]
    summaryScore: Score


class AnalyzeCommentResponse(TypedDict):
    """The scores of a comment by attribute; those below their threshold are missing."""

    attributeScores: dict[str, AttributeScores]
    languages: list[str]
    detectedLanguages: list[str]
    clientToken: NotRequired[str]


class SuggestCommentScoreResponse(TypedDict):
    """The suggestion is kept."""

    detectedLanguages: list[str]
    requestedLanguages: list[str]
    clientToken: NotRequired[str]

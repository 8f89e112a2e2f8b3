"""The messages of Perspective's calls and answers, by the names that its discovery document uses."""

from typing import Annotated, Literal, NotRequired

from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict, Field
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
_LanguageTag = Annotated[str, Field(max_length=35)]
_ClientName = Annotated[str, Field(max_length=1000)]
_LanguageTags = Annotated[list[_LanguageTag], Field(max_length=100)]


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
    type: _TextType | None = None


class AttributeParameters(_Message):
    """How an attribute is to be scored."""

    score_type: _ScoreType | None = None
    score_threshold: float | None = None


class ArticleAndParentComment(_Message):
    """The article that is commented on, and the comment that is answered."""

    article: TextEntry | None = None
    parent_comment: TextEntry | None = None


class Context(_Message):
    """What a comment belongs to: one of the two; of it the article and the comment that is answered are read with the comment."""

    entries: list[TextEntry] | None = None
    article_and_parent_comment: ArticleAndParentComment | None = None


class _Request(_Message):
    comment: TextEntry | None = None
    context: Context | None = None
    languages: _LanguageTags | None = None
    client_token: _ClientName | None = None
    session_id: _ClientName | None = None
    community_id: _ClientName | None = None


class AnalyzeCommentRequest(_Request):
    """A comment to score. Nothing of it is stored, whatever `doNotStore` says."""

    requested_attributes: dict[str, AttributeParameters | None] | None = None
    do_not_store: bool | None = None
    span_annotations: bool | None = None


class GivenScore(_Message):
    """A score that the caller suggests, from 0 to 1."""

    value: float | None = None
    type: _ScoreType | None = None


class GivenSpan(_Message):
    """A score of the characters from `begin` to `end`, in UTF-16 code units."""

    begin: int | None = None
    end: int | None = None
    score: GivenScore | None = None


class GivenScores(_Message):
    """What the caller says of one attribute."""

    summary_score: GivenScore | None = None
    span_scores: list[GivenSpan] | None = None


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

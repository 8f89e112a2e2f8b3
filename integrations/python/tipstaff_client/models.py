"""What calls and answers hold, as the service describes it. Objects that are printed hide what people wrote.

Made from the OpenAPI document by `python -m integrations.generate_clients`: change the service, not this file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Optional, Union

__all__ = [
    "Comment",
    "CommentError",
    "CommentErrorType",
    "CommentScores",
    "ContributingSpan",
    "FieldError",
    "Format",
    "JudgedComment",
    "Label",
    "LanguageFigure",
    "ModerateAnswer",
    "Problem",
    "Profile",
    "RecordedRuling",
    "RulingsAnswer",
    "ServedLanguage",
    "ServedModel",
    "StatedPrior",
    "UnjudgedComment",
    "Verdict",
]

CommentErrorType = Literal["comment-too-long", "comment-empty", "comment-unreadable"]
"""Why a comment has no label: it is too long, it has no text, or it could not be read, through a fault of the service."""


Format = Literal["plain", "html", "markdown"]
"""How the text of a comment is written."""


Label = Literal["fine", "toxic", "hateful"]
"""What a comment is: fine, abusive for no protected characteristic, or abusive for one."""


Verdict = Literal["approve", "review", "reject"]
"""What a policy advises to do with a comment."""


Profile = Literal["fast", "cascade", "full"]
"""The n-grams alone, both readers where that may change the label, or always both."""


@dataclass(frozen=True)
class CommentError:
    """Why a comment could not be judged.

    Attributes:
        detail: The same as a sentence.
    """

    type: CommentErrorType
    detail: str

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "CommentError":
        """Read the object from JSON; what is not known here is left out."""
        return cls(
            type=entries["type"],
            detail=entries["detail"],
        )


@dataclass(frozen=True)
class Comment:
    """One comment to judge.

    Attributes:
        id: Whatever you call it: a string or an integer; handed back unchanged. Need not be unique.
        text: The text as its author wrote it, mark-up included.
        format: How the text is written; plain if absent.
        language: The language of the text, if you know it (BCP 47).
        author: Who wrote it, if you want to say.
        parent: The id of the comment that it answers.
        parent_text: The text of the comment that it answers, written as `format` says; read by the encoder, never stored.
        title: The title of what is commented on, in plain text; read like `parent_text`.
    """

    id: Union[str, int]
    text: str = field(repr=False)
    format: Optional[Format] = None
    language: Optional[str] = None
    author: Optional[str] = field(default=None, repr=False)
    parent: Optional[Union[str, int]] = None
    parent_text: Optional[str] = field(default=None, repr=False)
    title: Optional[str] = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the object as JSON has it, without what is absent."""
        entries: dict[str, Any] = {
            "id": self.id,
            "text": self.text,
            "format": self.format,
            "language": self.language,
            "author": self.author,
            "parent": self.parent,
            "parent_text": self.parent_text,
            "title": self.title,
        }
        return {name: value for name, value in entries.items() if value is not None}


@dataclass(frozen=True)
class CommentScores:
    """Calibrated probabilities of the labels, rounded to six digits; they sum to 1.

    Attributes:
        toxic: Where `hateful` is missing, the probability of both together.
        hateful: Missing where hateful comments cannot be told from toxic ones in the language of the comment.
    """

    fine: float
    toxic: float
    hateful: Optional[float] = None

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "CommentScores":
        """Read the object from JSON; what is not known here is left out."""
        return cls(
            fine=entries["fine"],
            toxic=entries["toxic"],
            hateful=entries.get("hateful"),
        )


@dataclass(frozen=True)
class ContributingSpan:
    """A stretch of the text, in code points, end exclusive, and what it adds to the log-odds of abusive and of hateful.

    Attributes:
        hateful: Missing where the score `hateful` is.
    """

    begin: int
    end: int
    abusive: float
    hateful: Optional[float] = None

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "ContributingSpan":
        """Read the object from JSON; what is not known here is left out."""
        return cls(
            begin=entries["begin"],
            end=entries["end"],
            abusive=entries["abusive"],
            hateful=entries.get("hateful"),
        )


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a call."""

    field: str
    detail: str

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "FieldError":
        """Read the object from JSON; what is not known here is left out."""
        return cls(
            field=entries["field"],
            detail=entries["detail"],
        )


@dataclass(frozen=True)
class JudgedComment:
    """What is decided about a comment.

    Attributes:
        id: The id that the call gave the comment.
        verdict: What the policy, or a rule of the community, advises to do.
        observed: The verdict that a community which only watches would have come to.
        matched: The entry of the community's lists that decided the verdict, or that was left out of what was judged.
        language: The language of the comment (BCP 47), if it can be told.
        foreign: Always true, if it is there: the comment is in a language that is not read. Then the scores are halfway to what is usual,
            since little is known of such a comment.
        unsure: Always true, if it is there: it cannot be told what language the comment is in; no language that is read fits.
        model: The version that judged the comment, if it is another than that of the answer: a language's own.
        attributes: Further probabilities that are told in the language of the comment, such as `insult`, by name.
        spans: What moved the scores, if the call asked for it.
    """

    id: Union[str, int]
    label: Label
    scores: CommentScores
    verdict: Verdict
    observed: Optional[Verdict] = None
    matched: Optional[str] = field(default=None, repr=False)
    language: Optional[str] = None
    foreign: Optional[bool] = None
    unsure: Optional[bool] = None
    model: Optional[str] = None
    attributes: Optional[Mapping[str, float]] = None
    spans: Optional[Sequence[ContributingSpan]] = None

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "JudgedComment":
        """Read the object from JSON; what is not known here is left out."""
        return cls(
            id=entries["id"],
            label=entries["label"],
            scores=CommentScores.from_json(entries["scores"]),
            verdict=entries["verdict"],
            observed=entries.get("observed"),
            matched=entries.get("matched"),
            language=entries.get("language"),
            foreign=entries.get("foreign"),
            unsure=entries.get("unsure"),
            model=entries.get("model"),
            attributes=entries.get("attributes"),
            spans=[ContributingSpan.from_json(each) for each in entries["spans"]] if "spans" in entries else None,
        )


@dataclass(frozen=True)
class LanguageFigure:
    """How well comments of a language are ranked, on rows that were not learned from.

    Attributes:
        score: What was ranked: `abusive` (toxic or hateful) or `hateful`.
        auc: The area under the ROC curve.
        auc_low: The lower end of its interval of 95 %.
        auc_high: The upper end.
        rows: How many rows were ranked.
        positives: How many of these are abusive, or hateful.
        more: Everything else that the answer holds, by name.
    """

    profile: Profile
    score: str
    auc: float
    auc_low: float
    auc_high: float
    rows: int
    positives: int
    more: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "LanguageFigure":
        """Read the object from JSON."""
        return cls(
            profile=entries["profile"],
            score=entries["score"],
            auc=entries["auc"],
            auc_low=entries["auc_low"],
            auc_high=entries["auc_high"],
            rows=entries["rows"],
            positives=entries["positives"],
            more={
                name: value
                for name, value in entries.items()
                if name not in {"profile", "score", "auc", "auc_low", "auc_high", "rows", "positives"}
            },
        )


@dataclass(frozen=True)
class UnjudgedComment:
    """Stands in the place of a comment that could not be judged; one that could not be read has a verdict: a moderator has to see it.

    Attributes:
        id: The id that the call gave the comment.
        verdict: What to do with a comment that could not be read.
        observed: The verdict that a community which only watches would have come to.
        matched: The entry of the community's lists that decided the verdict, or that was left out of what was judged.
    """

    id: Union[str, int]
    error: CommentError
    verdict: Optional[Verdict] = None
    observed: Optional[Verdict] = None
    matched: Optional[str] = field(default=None, repr=False)

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "UnjudgedComment":
        """Read the object from JSON; what is not known here is left out."""
        return cls(
            id=entries["id"],
            error=CommentError.from_json(entries["error"]),
            verdict=entries.get("verdict"),
            observed=entries.get("observed"),
            matched=entries.get("matched"),
        )


@dataclass(frozen=True)
class ModerateAnswer:
    """One decision for each comment, in the order of the call.

    Attributes:
        model: The version of the model that judged.
        policy: The name of the policy that led to the verdicts.
        community: The community that the comments belong to, if they belong to one.
    """

    model: str
    policy: str
    decisions: Sequence[Union[JudgedComment, UnjudgedComment]]
    community: Optional[str] = None

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "ModerateAnswer":
        """Read the object from JSON; what is not known here is left out."""
        return cls(
            model=entries["model"],
            policy=entries["policy"],
            decisions=[
                JudgedComment.from_json(each) if "label" in each else UnjudgedComment.from_json(each) for each in entries["decisions"]
            ],
            community=entries.get("community"),
        )


@dataclass(frozen=True)
class Problem:
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: Optional[str] = None
    errors: Optional[Sequence[FieldError]] = None

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "Problem":
        """Read the object from JSON; what is not known here is left out."""
        return cls(
            type=entries["type"],
            title=entries["title"],
            status=entries["status"],
            detail=entries.get("detail"),
            errors=[FieldError.from_json(each) for each in entries["errors"]] if "errors" in entries else None,
        )


@dataclass(frozen=True)
class RecordedRuling:
    """What became of a ruling.

    Attributes:
        act: The id of the act: yours, or one of ours.
        comment: The id of the comment, as the call gave it.
        is_retry: Whether the act had been stored before, so that nothing was added.
    """

    act: str
    comment: Union[str, int]
    is_retry: bool

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "RecordedRuling":
        """Read the object from JSON; what is not known here is left out."""
        return cls(
            act=entries["act"],
            comment=entries["comment"],
            is_retry=entries["is_retry"],
        )


@dataclass(frozen=True)
class RulingsAnswer:
    """One entry for each ruling, in the order of the call; all of them are on the disk."""

    rulings: Sequence[RecordedRuling]

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "RulingsAnswer":
        """Read the object from JSON; what is not known here is left out."""
        return cls(
            rulings=[RecordedRuling.from_json(each) for each in entries["rulings"]],
        )


@dataclass(frozen=True)
class ServedLanguage:
    """A language for which there is a model.

    Attributes:
        tag: Its tag (BCP 47).
        name: What it is called in English.
        read: Whether it is read: otherwise it was measured alone, and comments in it are foreign.
        version: The version that judges comments in it.
        scores: What is told in it: `abusive` (toxic or hateful), `hateful`, and the attributes.
        learned_rows: How many rows that version learned from.
        figures: How well it is told; empty where that was not measured by language.
        measured_on: What the figures were measured on.
        more: Everything else that the answer holds, by name.
    """

    tag: str
    name: str
    read: bool
    version: str
    scores: Sequence[str]
    learned_rows: int
    figures: Sequence[LanguageFigure]
    measured_on: Optional[str] = None
    more: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "ServedLanguage":
        """Read the object from JSON."""
        return cls(
            tag=entries["tag"],
            name=entries["name"],
            read=entries["read"],
            version=entries["version"],
            scores=list(entries["scores"]),
            learned_rows=entries["learned_rows"],
            figures=[LanguageFigure.from_json(each) for each in entries["figures"]],
            measured_on=entries.get("measured_on"),
            more={
                name: value
                for name, value in entries.items()
                if name not in {"tag", "name", "read", "version", "scores", "learned_rows", "figures", "measured_on"}
            },
        )


@dataclass(frozen=True)
class StatedPrior:
    """How common abuse is on the site: the share of comments that are abusive, and the share of these that are hateful."""

    abusive: float
    hateful: float

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "StatedPrior":
        """Read the object from JSON; what is not known here is left out."""
        return cls(
            abusive=entries["abusive"],
            hateful=entries["hateful"],
        )


@dataclass(frozen=True)
class ServedModel:
    """What anybody may know of the model that judges; there is more than is listed here.

    Attributes:
        version: The version that answers name.
        name: The name that whoever trained it gave it.
        languages: The languages for which there is a model, read or not.
        policies: The thresholds of each policy, by its name.
        attributes: What is known of each attribute that it publishes, by its name.
        more: Everything else that the answer holds, by name.
    """

    version: str
    name: str
    labels: Sequence[Label]
    languages: Sequence[ServedLanguage]
    prior: StatedPrior
    policies: Mapping[str, Mapping[str, float]]
    attributes: Mapping[str, Any]
    more: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "ServedModel":
        """Read the object from JSON."""
        return cls(
            version=entries["version"],
            name=entries["name"],
            labels=list(entries["labels"]),
            languages=[ServedLanguage.from_json(each) for each in entries["languages"]],
            prior=StatedPrior.from_json(entries["prior"]),
            policies=entries["policies"],
            attributes=entries["attributes"],
            more={
                name: value
                for name, value in entries.items()
                if name not in {"version", "name", "labels", "languages", "prior", "policies", "attributes"}
            },
        )

"""The explanation of one text, for people and for programs: its label, its scores, and the words that moved them."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.comment import LABELS, Comment, Format, Label
from model.language.language_names import language_name
from service.batch.scored_chunks import round_score_rows

if TYPE_CHECKING:
    from rich.console import RenderableType

    from model.explain import Span
    from service.judging.judge import Judge

__all__ = ["ExplainedText", "draw_unprintable", "explain_text"]

_MAX_LISTED_SPANS = 5
_PASSED_CHARS = "\n\u200c\u200d"
_STYLES = {-1: "green", 0: "", 1: "yellow", 2: "red", 3: "bold white on red"}
"""Level of effect → style of the words."""
_LEVEL_BOUNDS = (-0.2, 0.1, 0.35, 0.7)
"""Shares of the strongest effect at which the levels 0 to 3 begin."""
_MIN_HEAT = 1e-9
_CONTROL_PICTURES = 0x2400
"""The first code point of Unicode's Control Pictures, which follow the order of the control characters."""
_DELETE_PICTURE = "\u2421"
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class ExplainedText:
    """The judgement of one text, with the words that moved its scores.

    Attributes:
        text: the text.
        label: its label; None if there is a reason.
        verdict: the verdict on it; None if there is nothing to judge.
        scores: label → probability, without that of hateful where it cannot be told; empty if there is a reason.
        attributes: attribute → probability.
        spans: the words that moved the scores.
        reason: why it was not judged.
        policy, version: the name of the policy, and the version of the artefact.
        language: the tag of its language; None if it was not identified.
        foreign: whether that is certainly a language that nothing reads.
        unsure: whether it is not foreign, and yet no language that is read claims it.
        matched: the entry of the community's lists that decided the verdict, or without which the text was judged.
    """

    text: str
    label: str | None
    verdict: str | None
    scores: dict[str, float]
    attributes: dict[str, float]
    spans: "Sequence[Span]"
    reason: str | None
    policy: str
    version: str
    language: str | None = None
    foreign: bool = False
    unsure: bool = False
    matched: str | None = None

    @property
    def _tells_hateful(self) -> bool:
        """Whether hateful texts can be told from toxic ones in the language of this one."""
        return str(Label.HATEFUL) in self.scores

    def as_json(self) -> str:
        """Return the explanation as a JSON object in one line, for programs."""
        spans = [
            {"begin": span.begin, "end": span.end, "abusive": span.abusive} | ({"hateful": span.hateful} if self._tells_hateful else {})
            for span in self.spans
        ]
        fields: dict[str, object] = {"model": self.version, "policy": self.policy, "label": self.label}
        if self.reason is not None:
            return json.dumps(fields | {"scores": None, "verdict": self.verdict, "reason": self.reason})
        fields |= {"scores": self.scores, "verdict": self.verdict}
        optional = {
            "language": self.language,
            "foreign": self.foreign,
            "unsure": self.unsure,
            "matched": self.matched,
            "attributes": self.attributes,
        }
        return json.dumps(fields | {name: value for name, value in optional.items() if value} | {"spans": spans})

    def as_rich(self) -> "RenderableType":
        """Return the explanation for printing by Rich; nothing in the text can steer the terminal."""
        from rich.console import Group
        from rich.padding import Padding
        from rich.text import Text

        source = Text(f"model {self.version}, policy {self.policy}", style="dim")
        if self.reason is not None:
            return Group(Text(f"not judged: {self.reason}{f', {self.verdict}' if self.verdict else ''}", style="bold"), source)
        head = Text.assemble((f"{self.label}", "bold"), f", {self.verdict}", self._describe_language())
        scores = Text("  ".join(f"{name} {score:.3f}" for name, score in (self.scores | self.attributes).items()))
        strongest = sorted(self.spans, key=lambda span: -abs(_strongest_effect(span)))[:_MAX_LISTED_SPANS]
        return Group(head, scores, source, Padding(self._coloured_text(), (1, 2)), *(self._describe_span(span) for span in strongest))

    def _describe_language(self) -> str:
        """Return in words what is known of the language of the text; nothing where that is not certain."""
        if self.unsure:
            return ", in a language that cannot be told"
        if self.language is None:
            return ""
        return f", in {language_name(self.language)}{', which is not read' if self.foreign else ''}"

    def _coloured_text(self) -> "RenderableType":
        from rich.text import Text

        text = Text()
        levels = _levels(_heat(len(self.text), self.spans)).tolist()
        for level, run in groupby(zip(levels, self.text, strict=True), key=lambda pair: pair[0]):
            text.append(draw_unprintable("".join(char for _, char in run)), style=_STYLES[level])
        return text

    def _describe_span(self, span: "Span") -> "RenderableType":
        from rich.text import Text

        words = draw_unprintable(self.text[span.begin : span.end]).replace("\n", "␤")
        hateful = f"  hateful {span.hateful:+.2f}" if self._tells_hateful else ""
        return Text(f"  abusive {span.abusive:+.2f}{hateful}  “{words}”", overflow="ellipsis", no_wrap=True)


def explain_text(text: str, judge: "Judge", *, markup: Format) -> ExplainedText:
    """Judge one text and find the words that moved its scores.

    Raises:
        PolicyError: the artefact lacks the policy of the judge.
    """
    judgements = judge.judge([Comment("1", text, markup)], explain=True)
    decisions, (judgement,) = judgements.decisions, judgements.rows()
    is_judged = judgement.label is not None
    scores = round_score_rows(decisions.scores)[0].tolist()
    return ExplainedText(
        text=text,
        label=str(judgement.label) if is_judged else None,
        verdict=None if judgement.verdict is None else str(judgement.verdict),
        scores=_known(zip(map(str, LABELS), scores, strict=True)) if is_judged else {},
        attributes=_known((name, round(float(values[0]), 6)) for name, values in decisions.attributes.items()) if is_judged else {},
        spans=(decisions.spans[0] or ()) if decisions.spans is not None else (),
        reason=judgement.reason,
        policy=decisions.policy,
        version=judgement.version or decisions.version,
        language=judgement.language,
        foreign=bool(judgement.foreign),
        unsure=bool(judgement.unsure),
        matched=judgement.entry,
    )


def _known(scores: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return scores by their names, without those that the model cannot tell."""
    return {name: score for name, score in scores if not math.isnan(score)}


def _strongest_effect(span: "Span") -> float:
    effect: float = span.abusive if abs(span.abusive) >= abs(span.hateful) else span.hateful
    return effect


def _heat(length: int, spans: "Sequence[Span]") -> FloatArray:
    """Spread the effect of each span evenly over its code points, and return the sum at each code point; spans may overlap."""
    heat = np.zeros(length)
    for span in spans:
        heat[span.begin : span.end] += _strongest_effect(span) / max(span.end - span.begin, 1)
    return heat


def _levels(heat: FloatArray) -> npt.NDArray[np.intp]:
    """Return the level of each code point: -1 lowers the scores, 0 hardly moves them, 1 to 3 raise them."""
    relative = heat / max(np.abs(heat).max(initial=0.0), _MIN_HEAT)
    return np.asarray(np.searchsorted(_LEVEL_BOUNDS, relative) - 1)


def draw_unprintable(text: str) -> str:
    """Replace every character that could steer a terminal or reorder a line by a picture of it; letters, spaces and line ends stay."""
    return "".join(char if char.isprintable() or char in _PASSED_CHARS else _picture(char) for char in text)


def _picture(char: str) -> str:
    if char in "\t\xa0" or (char.isspace() and char > "\x7f"):
        return " "
    if char <= "\x1f":
        return chr(_CONTROL_PICTURES + ord(char))
    return _DELETE_PICTURE if char == "\x7f" else _REPLACEMENT

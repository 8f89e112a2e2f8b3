"""One text explained: its label, its scores, and the words that moved them, coloured."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model.comment import LABELS, Comment, Format
from service.batch.scored_chunks import round_score_rows

if TYPE_CHECKING:
    from rich.console import RenderableType

    from model.explain import Span
    from service.judging.judge import Judge

__all__ = ["ExplainedText", "explain_text", "printable"]

_STRONGEST = 5
_KEPT = "\n\u200c\u200d"
_STYLES = {-1: "green", 0: "", 1: "yellow", 2: "red", 3: "bold white on red"}


@dataclass(frozen=True)
class ExplainedText:
    """What is decided about one text, and why.

    Attributes:
        text: the text.
        label, verdict: what it is called and what is advised; None if there is a reason.
        scores: label → probability; empty if there is a reason.
        attributes: attribute → probability.
        spans: the words that moved the scores.
        reason: why it was not judged.
        policy, version: what led to the verdict, and the artefact that gave the scores.
        language: code of its language, None where it cannot be identified or nobody looked.
        foreign: whether that is a language that the model did not learn.
        matched: the entry of the community's lists that decided the verdict.
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
    matched: str | None = None

    def as_json(self) -> str:
        """Return it for programs: one JSON object in one line."""
        spans = [{"begin": s.begin, "end": s.end, "abusive": s.abusive, "hateful": s.hateful} for s in self.spans]
        fields: dict[str, object] = {"model": self.version, "policy": self.policy, "label": self.label}
        if self.reason is not None:
            return json.dumps(fields | {"scores": None, "verdict": None, "reason": self.reason})
        fields |= {"scores": self.scores, "verdict": self.verdict}
        optional = {"language": self.language, "foreign": self.foreign, "matched": self.matched, "attributes": self.attributes}
        return json.dumps(fields | {name: value for name, value in optional.items() if value} | {"spans": spans})

    def as_rich(self) -> "RenderableType":
        """Return it for people at a terminal; nothing in the text can steer the terminal."""
        from rich.console import Group
        from rich.padding import Padding
        from rich.text import Text

        source = Text(f"model {self.version}, policy {self.policy}", style="dim")
        if self.reason is not None:
            return Group(Text(f"not judged: {self.reason}", style="bold"), source)
        head = Text.assemble((f"{self.label}", "bold"), f", {self.verdict}")
        scores = Text("  ".join(f"{name} {score:.3f}" for name, score in (self.scores | self.attributes).items()))
        strongest = sorted(self.spans, key=lambda span: -abs(_strongest_effect(span)))[:_STRONGEST]
        return Group(head, scores, source, Padding(self._coloured(), (1, 2)), *(self._line(span) for span in strongest))

    def _coloured(self) -> "RenderableType":
        from rich.text import Text

        text = Text()
        levels = _levels(_heat(len(self.text), self.spans)).tolist()
        for level, run in groupby(zip(levels, self.text, strict=True), key=lambda pair: pair[0]):
            text.append(printable("".join(char for _, char in run)), style=_STYLES[level])
        return text

    def _line(self, span: "Span") -> "RenderableType":
        from rich.text import Text

        words = printable(self.text[span.begin : span.end]).replace("\n", "␤")
        return Text(f"  abusive {span.abusive:+.2f}  hateful {span.hateful:+.2f}  “{words}”", overflow="ellipsis", no_wrap=True)


def explain_text(text: str, judge: "Judge", *, markup: Format) -> ExplainedText:
    """Judge one text and find the words that moved its scores.

    Raises:
        PolicyError: the artefact has no policy of that name.
    """
    judgements = judge.judge([Comment("1", text, markup)], explain=True)
    decisions, (judgement,) = judgements.decisions, judgements.rows()
    judged = judgement.label is not None and judgement.verdict is not None
    scores = round_score_rows(decisions.scores)[0].tolist()
    return ExplainedText(
        text=text,
        label=str(judgement.label) if judged else None,
        verdict=str(judgement.verdict) if judged else None,
        scores=dict(zip(map(str, LABELS), scores, strict=True)) if judged else {},
        attributes={name: round(float(values[0]), 6) for name, values in decisions.attributes.items()} if judged else {},
        spans=decisions.spans[0] if decisions.spans is not None else (),
        reason=judgement.reason,
        policy=decisions.policy,
        version=decisions.version,
        language=judgement.language,
        foreign=bool(judgement.foreign),
        matched=judgement.matched,
    )


def _strongest_effect(span: "Span") -> float:
    moved: float = span.abusive if abs(span.abusive) >= abs(span.hateful) else span.hateful
    return moved


def _heat(length: int, spans: "Sequence[Span]") -> npt.NDArray[np.float64]:
    """Spread what each span moved evenly over its code points; spans may overlap."""
    heat = np.zeros(length)
    for span in spans:
        heat[span.begin : span.end] += _strongest_effect(span) / max(span.end - span.begin, 1)
    return heat


def _levels(heat: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Sort heat into -1 (calms), 0 (hardly moves) and 1 to 3 (raises), relative to the hottest."""
    relative = heat / max(np.abs(heat).max(initial=0.0), 1e-9)
    return np.asarray(np.searchsorted((-0.2, 0.1, 0.35, 0.7), relative) - 1)


def printable(text: str) -> str:
    """Replace what could steer a terminal or reorder a line by a picture of it; letters, spaces and line ends stay."""
    return "".join(char if char.isprintable() or char in _KEPT else _picture(char) for char in text)


def _picture(char: str) -> str:
    if char in "\t\xa0" or (char.isspace() and char > "\x7f"):
        return " "
    if char <= "\x1f":
        return chr(0x2400 + ord(char))
    return "\u2421" if char == "\x7f" else "\ufffd"

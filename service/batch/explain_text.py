"""A quick look at one text: its label, its scores, and the words that moved them, coloured."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model.comment import LABELS, VERDICTS, Comment, Format
from service.batch.scored_chunks import rounded

if TYPE_CHECKING:
    from rich.console import RenderableType

    from model.explain import Span
    from model.moderator import Moderator

__all__ = ["Glance", "glance", "visible"]

_STRONGEST = 5
_KEPT = "\n\u200c\u200d"
_STYLES = {-1: "green", 0: "", 1: "yellow", 2: "red", 3: "bold white on red"}


@dataclass(frozen=True)
class Glance:
    """What is decided about one text.

    Attributes:
        text: the text.
        label, verdict: what it is called and what is advised; None if there is a reason.
        scores: label → probability; empty if there is a reason.
        attributes: attribute → probability.
        spans: what moved the scores.
        reason: why it was not judged.
        policy, version: what decided.
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

    def as_json(self) -> str:
        """Tell it to a program: one JSON object in one line."""
        spans = [{"begin": s.begin, "end": s.end, "abusive": s.abusive, "hateful": s.hateful} for s in self.spans]
        told: dict[str, object] = {"model": self.version, "policy": self.policy, "label": self.label}
        if self.reason is not None:
            return json.dumps(told | {"scores": None, "verdict": None, "reason": self.reason})
        attributes = {"attributes": self.attributes} if self.attributes else {}
        return json.dumps(told | {"scores": self.scores, "verdict": self.verdict} | attributes | {"spans": spans})

    def as_rich(self) -> "RenderableType":
        """Tell it to a human at a terminal; nothing in the text can steer the terminal."""
        from rich.console import Group
        from rich.padding import Padding
        from rich.text import Text

        source = Text(f"model {self.version}, policy {self.policy}", style="dim")
        if self.reason is not None:
            return Group(Text(f"not judged: {self.reason}", style="bold"), source)
        head = Text.assemble((f"{self.label}", "bold"), f", {self.verdict}")
        scores = Text("  ".join(f"{name} {score:.3f}" for name, score in (self.scores | self.attributes).items()))
        strongest = sorted(self.spans, key=lambda span: -abs(_moved(span)))[:_STRONGEST]
        return Group(head, scores, source, Padding(self._coloured(), (1, 2)), *(self._line(span) for span in strongest))

    def _coloured(self) -> "RenderableType":
        from rich.text import Text

        text = Text()
        levels = _levels(_heat(len(self.text), self.spans)).tolist()
        for level, run in groupby(zip(levels, self.text, strict=True), key=lambda pair: pair[0]):
            text.append(visible("".join(char for _, char in run)), style=_STYLES[level])
        return text

    def _line(self, span: "Span") -> "RenderableType":
        from rich.text import Text

        words = visible(self.text[span.begin : span.end]).replace("\n", "␤")
        return Text(f"  abusive {span.abusive:+.2f}  hateful {span.hateful:+.2f}  “{words}”", overflow="ellipsis", no_wrap=True)


def glance(text: str, moderator: "Moderator", *, policy: str, markup: Format) -> Glance:
    """Judge one text with explanation.

    Raises:
        PolicyError: the artefact has no policy of that name.
    """
    decided = moderator.decide([Comment("1", text, markup)], policy=policy, explain=True, threads=1)
    reason = decided.reasons[0]
    scores = rounded(decided.scores)[0].tolist()
    return Glance(
        text=text,
        label=None if reason is not None else str(LABELS[decided.labels[0]]),
        verdict=None if reason is not None else str(VERDICTS[decided.verdicts[0]]),
        scores={} if reason is not None else dict(zip(map(str, LABELS), scores, strict=True)),
        attributes={} if reason is not None else {name: round(float(values[0]), 6) for name, values in decided.attributes.items()},
        spans=decided.spans[0] if decided.spans is not None else (),
        reason=reason,
        policy=decided.policy,
        version=decided.version,
    )


def _moved(span: "Span") -> float:
    moved: float = span.abusive if abs(span.abusive) >= abs(span.hateful) else span.hateful
    return moved


def _heat(length: int, spans: "Sequence[Span]") -> npt.NDArray[np.float64]:
    """Spread what each span moved evenly over its code points; spans may overlap."""
    heat = np.zeros(length)
    for span in spans:
        heat[span.begin : span.end] += _moved(span) / max(span.end - span.begin, 1)
    return heat


def _levels(heat: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Sort heat into -1 (calms), 0 (hardly moves) and 1 to 3 (raises), relative to the hottest."""
    relative = heat / max(np.abs(heat).max(initial=0.0), 1e-9)
    return np.asarray(np.searchsorted((-0.2, 0.1, 0.35, 0.7), relative) - 1)


def visible(text: str) -> str:
    """Replace what could steer a terminal or reorder a line by a picture of it; letters, spaces and line ends stay."""
    return "".join(char if char.isprintable() or char in _KEPT else _picture(char) for char in text)


def _picture(char: str) -> str:
    if char in "\t\xa0" or (char.isspace() and char > "\x7f"):
        return " "
    if char <= "\x1f":
        return chr(0x2400 + ord(char))
    return "\u2421" if char == "\x7f" else "\ufffd"

"""Charts with a row for each name: figures as dots or as bars, with whiskers for their intervals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from training.evaluation.report.sections import Picture
from training.evaluation.report.svg import (
    BOTTOM,
    RIGHT,
    TOP,
    WIDTH,
    Scale,
    join_parts,
    svg_line,
    svg_marker,
    svg_picture,
    svg_tag,
    svg_text,
)
from training.evaluation.report.ticks import ticks_within
from training.metrics.estimate import Estimate

__all__ = ["Series", "bar_chart", "dot_chart"]

_LABELS = 210  # width of the names on the left
_LONGEST = 30  # characters of a name that fit there
_SPACING = 12  # between the figures of one row


@dataclass(frozen=True)
class Series:
    """One figure for each row of a chart.

    Attributes:
        name: its entry in the legend.
        values: one for each row, None where there is none.
        colour: 0 to 2; each has a marker of its own too.
    """

    name: str
    values: Sequence[Estimate | None]
    colour: int = 0


@dataclass(frozen=True)
class _Plot:
    """How the figures of a chart are drawn: the ends of the scale, as percentages or not, as bars or as dots."""

    low: float
    high: float
    percent: bool
    bars: bool

    def x(self, value: float) -> float:
        """Return the coordinate of a value; one beyond the scale is drawn at its end."""
        return _LABELS + (min(max(value, self.low), self.high) - self.low) / (self.high - self.low) * (WIDTH - _LABELS - RIGHT)

    def figure(self, series: Series, estimate: Estimate, y: float) -> Markup:
        """Draw one figure with its whisker and its tooltip."""
        x = self.x(estimate.value)
        parts = [Markup("<title>{}: {}</title>").format(series.name, estimate.describe(percent=self.percent))]
        if self.bars:
            width = max(x - self.x(0.0), 0.5)
            parts.append(svg_tag("rect", x=self.x(0.0), y=y - 4.5, width=width, height=9, class_=f"bar fill{series.colour}"))
        if estimate.low is not None and estimate.high is not None:
            class_ = "whisker" if self.bars else f"whisker line{series.colour}"
            parts.append(svg_line((self.x(estimate.low), y), (self.x(estimate.high), y), class_=class_))
        if not self.bars:
            parts.append(svg_marker(series.colour, x, y))
        return Markup("<g>{}</g>").format(join_parts(parts))


def dot_chart(
    title: str,
    description: str,
    *,
    names: Sequence[str],
    series: Sequence[Series],
    bounds: tuple[float, float] = (0.0, 1.0),
    percent: bool = False,
    reference: float | None = None,
) -> Picture:
    """Draw figures as markers with whiskers, a row for each name.

    Args:
        title: what the chart is about.
        description: how to read it.
        names: one for each row.
        series: at most three, each with a value for every name.
        bounds: the ends of the scale; values beyond are drawn at them.
        percent: whether the scale is in per cent.
        reference: a value to compare all others with, drawn as a dashed line.
    """
    return _chart(title, description, names=names, series=series, plot=_Plot(*bounds, percent, bars=False), reference=reference)


def bar_chart(title: str, description: str, *, names: Sequence[str], series: Sequence[Series], reference: float | None = None) -> Picture:
    """Draw shares as bars from 0 to 100 % with whiskers; the arguments are those of ``dot_chart``."""
    return _chart(title, description, names=names, series=series, plot=_Plot(0.0, 1.0, percent=True, bars=True), reference=reference)


def _chart(
    title: str, description: str, *, names: Sequence[str], series: Sequence[Series], plot: _Plot, reference: float | None
) -> Picture:
    row_height = _SPACING * len(series) + _SPACING
    height = TOP + row_height * len(names) + BOTTOM
    parts = [_legend(series), _scale(plot.x, ticks_within(plot.low, plot.high), bottom=height - BOTTOM, percent=plot.percent)]
    for row, name in enumerate(names):
        middle = TOP + row_height * (row + 0.5)
        parts.append(_row_name(name, middle))
        for number, line in enumerate(series):
            if (estimate := line.values[row]) is not None:
                parts.append(plot.figure(line, estimate, middle + _SPACING * (number - (len(series) - 1) / 2)))
    if reference is not None:
        parts.append(svg_line((plot.x(reference), TOP), (plot.x(reference), height - BOTTOM), class_="mark"))
    return svg_picture(title, description, height, parts)


def _legend(series: Sequence[Series]) -> Markup:
    parts, x = [], float(_LABELS)
    for line in series:
        parts += [svg_marker(line.colour, x + 4, 12), svg_text(line.name, x + 14, 16)]
        x += 34 + 7.2 * len(line.name)
    return join_parts(parts)


def _scale(x: Scale, ticks: Iterable[float], *, bottom: float, percent: bool) -> Markup:
    parts = []
    for tick in ticks:
        parts.append(svg_line((x(tick), TOP - 6), (x(tick), bottom), class_="grid"))
        parts.append(svg_text(f"{tick:.0%}" if percent else f"{tick:.2g}", x(tick), bottom + 18, anchor="middle", class_="small"))
    return join_parts(parts)


def _row_name(name: str, y: float) -> Markup:
    label = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
    return Markup("<g><title>{}</title>{}</g>").format(name, svg_text(label, _LABELS - 12, y + 4, anchor="end"))

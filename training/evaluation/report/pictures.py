"""Pictures as inline SVG: drawn by hand, coloured by the page, readable aloud by their title and description."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from training.evaluation.report.sections import Estimate, Picture

__all__ = ["Axis", "Series", "bars", "caught_curve", "confusion_heat", "dots", "lines", "reliability_diagram", "ticks_around", "told"]

WIDTH = 760
_LABEL, _RIGHT, _TOP, _BOTTOM = 210, 24, 34, 40
_LONGEST = 30
_Place = Callable[[float], float]


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


@dataclass(frozen=True)
class Series:
    """One figure of each row of a picture.

    Attributes:
        name: for the legend.
        values: one for each row, None where there is none.
        colour: 0 to 2; each has its own mark too.
    """

    name: str
    values: Sequence[Estimate | None]
    colour: int = 0


def dots(
    title: str,
    description: str,
    *,
    names: Sequence[str],
    series: Sequence[Series],
    bounds: tuple[float, float] = (0.0, 1.0),
    percent: bool = False,
    line: float | None = None,
) -> Picture:
    """Draw figures as marks with whiskers, a row for each name.

    Args:
        title: what it shows.
        description: how to read it.
        names: of the rows.
        series: at most three, each with a value for every name.
        bounds: the ends of the scale; what lies beyond is drawn at them.
        percent: whether the scale is in per cent.
        line: a value that all are to be compared with.
    """
    return _rows(title, description, names=names, series=series, bounds=bounds, percent=percent, line=line, barred=False)


def bars(title: str, description: str, *, names: Sequence[str], series: Sequence[Series], line: float | None = None) -> Picture:
    """Draw shares as bars from 0 to 100 % with whiskers; arguments as of ``dots``."""
    return _rows(title, description, names=names, series=series, bounds=(0.0, 1.0), percent=True, line=line, barred=True)


def _rows(
    title: str,
    description: str,
    *,
    names: Sequence[str],
    series: Sequence[Series],
    bounds: tuple[float, float],
    percent: bool,
    line: float | None,
    barred: bool,
) -> Picture:
    step = 12 * len(series) + 12
    height = _TOP + step * len(names) + _BOTTOM
    low, high = bounds

    def x(value: float) -> float:
        return _LABEL + (min(max(value, low), high) - low) / (high - low) * (WIDTH - _LABEL - _RIGHT)

    parts = [_legend(series), _scale(x, _ticks(low, high), bottom=height - _BOTTOM, percent=percent)]
    for row, name in enumerate(names):
        middle = _TOP + step * (row + 0.5)
        parts.append(_name(name, middle))
        for number, one in enumerate(series):
            y = middle + 12 * (number - (len(series) - 1) / 2)
            if (estimate := one.values[row]) is not None:
                parts.append(_mark(one, estimate, x=x, y=y, barred=barred, percent=percent))
    if line is not None:
        parts.append(_tag("line", x1=x(line), x2=x(line), y1=_TOP, y2=height - _BOTTOM, class_="mark"))
    return _picture(title, description, height, parts)


def _mark(series: Series, estimate: Estimate, *, x: _Place, y: float, barred: bool, percent: bool) -> Markup:
    parts = [Markup("<title>{}: {}</title>").format(series.name, told(estimate, percent=percent))]
    at = x(estimate.value)
    if barred:
        parts.append(_tag("rect", x=x(0.0), y=y - 4.5, width=max(at - x(0.0), 0.5), height=9, class_=f"bar fill{series.colour}"))
    if estimate.low is not None and estimate.high is not None:
        kind = "whisker" if barred else f"whisker line{series.colour}"
        parts.append(_tag("line", x1=x(estimate.low), x2=x(estimate.high), y1=y, y2=y, class_=kind))
    if not barred:
        parts.append(_sign(series.colour, at, y))
    return Markup("<g>{}</g>").format(Markup("").join(parts))


def _sign(colour: int, x: float, y: float) -> Markup:
    if colour == 0:
        return _tag("circle", cx=x, cy=y, r=4, class_="fill0")
    if colour == 1:
        return _tag("rect", x=x - 3.7, y=y - 3.7, width=7.4, height=7.4, class_="fill1")
    return _tag("path", d=f"M{x:.1f} {y - 4.8:.1f}l4.6 8.4h-9.2z", class_="fill2")


def _legend(series: Sequence[Series]) -> Markup:
    parts, at = [], float(_LABEL)
    for one in series:
        parts += [_sign(one.colour, at + 4, 12), _text(one.name, at + 14, 16)]
        at += 34 + 7.2 * len(one.name)
    return Markup("").join(parts)


@dataclass(frozen=True)
class Axis:
    """One side of a picture of curves.

    Attributes:
        ticks: ascending, at least two; the first and the last are its ends, and what lies beyond is drawn at them.
        logarithmic: whether equal factors are equally far apart; all ticks are above 0 then.
        show: tells a tick in words.
    """

    ticks: Sequence[float]
    logarithmic: bool = False
    show: Callable[[float], str] = _percent

    def place(self, value: float) -> float:
        """Return where a value lies, from 0 (the first tick) to 1 (the last)."""
        ends = self.ticks[0], self.ticks[-1], min(max(value, self.ticks[0]), self.ticks[-1])
        low, high, at = map(math.log10, ends) if self.logarithmic else ends
        return (at - low) / (high - low)


def lines(
    title: str,
    description: str,
    *,
    curves: Sequence[tuple[str, Sequence[float], Sequence[float]]],
    across: Axis,
    up: Axis,
    below: str,
    marks: Sequence[float] = (),
    height: float = 380,
) -> Picture:
    """Draw one to three curves.

    Args:
        title: what it shows.
        description: how to read it.
        curves: name, where across (ascending), how far up; at most three.
        across: the scale below.
        up: the scale on the left.
        below: what the scale below measures.
        marks: places across to mark on every curve.
        height: of the picture, in the units of its width of 760.
    """
    left = 64

    def x(value: float) -> float:
        return left + across.place(value) * (WIDTH - left - _RIGHT)

    def y(value: float) -> float:
        return height - 56 - up.place(value) * (height - 56 - _TOP)

    parts = [_grid(x, y, across, up)]
    parts += [_tag("line", x1=x(mark), x2=x(mark), y1=y(up.ticks[0]), y2=y(up.ticks[-1]), class_="mark") for mark in marks]
    for number, (name, along, values) in enumerate(curves):
        points = " ".join(f"{x(a):.1f},{y(v):.1f}" for a, v in zip(along, values, strict=True))
        parts.append(_tag("polyline", points=points, class_=f"curve line{number}"))
        parts += [_sign(number, x(mark), y(float(np.interp(mark, along, values)))) for mark in marks]
        parts += [_sign(number, left + 10 + 110 * number, 12), _text(name, left + 20 + 110 * number, 16)]
    parts.append(_text(below, (left + WIDTH) / 2, height - 8, anchor="middle"))
    return _picture(title, description, height, parts)


def caught_curve(
    title: str, description: str, *, curves: Sequence[tuple[str, Sequence[float], Sequence[float]]], marks: Sequence[float]
) -> Picture:
    """Draw how much is caught (0 to 100 %) over the share of clean conversation flagged (0.1 to 100 %, logarithmic).

    Args:
        title: what it shows.
        description: how to read it.
        curves: name, false alarms, caught; at most three.
        marks: false-alarm rates to mark.
    """
    across = Axis((0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0), logarithmic=True)
    below = "clean conversation flagged"
    return lines(title, description, curves=curves, across=across, up=Axis((0.0, 0.2, 0.4, 0.6, 0.8, 1.0)), below=below, marks=marks)


def reliability_diagram(title: str, description: str, *, points: Sequence[tuple[float, Estimate]], shares: Sequence[float]) -> Picture:
    """Draw what is true over what was said, with the diagonal of a perfect classifier, and how many rows each bin holds.

    Args:
        title: what it shows.
        description: how to read it.
        points: of each bin with rows the mean probability and the share of rows where it came true.
        shares: of the rows in each bin, all bins.
    """
    size, left, top, under = 330, 64, 14, 70
    height = top + size + under + 58

    def x(value: float) -> float:
        return left + value * size * 1.6

    def y(value: float) -> float:
        return top + (1 - value) * size

    fifths = Axis((0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
    parts = [_grid(x, y, fifths, fifths), _tag("line", x1=x(0), y1=y(0), x2=x(1), y2=y(1), class_="mark")]
    for said, seen in points:
        words = Markup("<title>said {}, true {}</title>").format(f"{said:.1%}", told(seen, percent=True))
        whisker = _tag("line", x1=x(said), x2=x(said), y1=y(seen.low or 0), y2=y(seen.high or 0), class_="whisker line0")
        parts.append(Markup("<g>{}{}{}</g>").format(words, whisker if seen.low is not None else "", _sign(0, x(said), y(seen.value))))
    base = top + size + under + 26
    for number, share in enumerate(shares):
        tall = max(share, 0.0) / max(*shares, 1e-12) * (under - 14)
        parts.append(_tag("rect", x=x(number / 10) + 2, y=base - tall, width=size * 0.16 - 4, height=max(tall, 0.5), class_="fill2"))
        parts.append(_text(f"{share:.1%}", x(number / 10 + 0.05), base - tall - 3, anchor="middle", class_="small"))
    parts.append(_text("P(abusive) that was said; below: share of comments in each bin", x(0.5), height - 8, anchor="middle"))
    return _picture(title, description, height, parts)


def confusion_heat(title: str, description: str, *, names: Sequence[str], counts: Sequence[Sequence[int]]) -> Picture:
    """Draw a confusion matrix, each row shaded by its shares."""
    left, top, wide, tall = 150, 52, 150, 64
    parts = [_text("called", left + wide * len(names) / 2, 16, anchor="middle", class_="strong")]
    for column, name in enumerate(names):
        parts.append(_text(name, left + wide * (column + 0.5), 40, anchor="middle"))
    for row, (name, line) in enumerate(zip(names, counts, strict=True)):
        y = top + tall * row
        parts.append(_text(f"is {name}", left - 12, y + tall / 2 + 5, anchor="end"))
        for column, count in enumerate(line):
            share = count / max(sum(line), 1)
            x = left + wide * column
            cell = _tag(
                "rect", x=x + 1, y=y + 1, width=wide - 2, height=tall - 2, class_="heat", style=f"fill-opacity:{0.06 + 0.84 * share:.2f}"
            )
            shade = "on" if share > 0.5 else "off"
            parts += [cell, _text(f"{share:.0%}", x + wide / 2, y + tall / 2, anchor="middle", class_=f"big {shade}")]
            parts.append(_text(f"{count:,}", x + wide / 2, y + tall / 2 + 18, anchor="middle", class_=f"small {shade}"))
    return _picture(title, description, top + tall * len(names) + 10, parts)


def _scale(x: _Place, ticks: Iterable[float], *, bottom: float, percent: bool) -> Markup:
    parts = []
    for tick in ticks:
        parts.append(_tag("line", x1=x(tick), x2=x(tick), y1=_TOP - 6, y2=bottom, class_="grid"))
        parts.append(_text(f"{tick:.0%}" if percent else f"{tick:.2g}", x(tick), bottom + 18, anchor="middle", class_="small"))
    return Markup("").join(parts)


def _grid(x: _Place, y: _Place, across: Axis, up: Axis) -> Markup:
    parts = []
    for tick in across.ticks:
        parts.append(_tag("line", x1=x(tick), x2=x(tick), y1=y(up.ticks[0]), y2=y(up.ticks[-1]), class_="grid"))
        parts.append(_text(across.show(tick), x(tick), y(up.ticks[0]) + 18, anchor="middle", class_="small"))
    for tick in up.ticks:
        parts.append(_tag("line", x1=x(across.ticks[0]), x2=x(across.ticks[-1]), y1=y(tick), y2=y(tick), class_="grid"))
        parts.append(_text(up.show(tick), x(across.ticks[0]) - 8, y(tick) + 4, anchor="end", class_="small"))
    return Markup("").join(parts)


def _step(low: float, high: float) -> float:
    return next(step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if (high - low) / step <= 10 or step == 1.0)


def _ticks(low: float, high: float) -> list[float]:
    step = _step(low, high)
    return [tick * step for tick in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def ticks_around(low: float, high: float) -> list[float]:
    """Return at least two round numbers, evenly spaced, the first at most ``low`` and the last at least ``high``."""
    step = _step(low, high)
    first = math.floor(low / step + 1e-9)
    return [tick * step for tick in range(first, max(math.ceil(high / step - 1e-9), first + 1) + 1)]


def told(estimate: Estimate, *, percent: bool) -> str:
    """Return an estimate in words: the figure and, where there is one, its interval."""

    def show(value: float) -> str:
        return f"{100 * value:.1f}\N{NO-BREAK SPACE}%" if percent else f"{value:.3f}"

    if estimate.low is None or estimate.high is None:
        return show(estimate.value)
    return f"{show(estimate.value)} ({show(estimate.low)} to {show(estimate.high)})"


def _name(name: str, y: float) -> Markup:
    short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
    return Markup("<g><title>{}</title>{}</g>").format(name, _text(short, _LABEL - 12, y + 4, anchor="end"))


def _text(words: str, x: float, y: float, *, anchor: str = "start", class_: str = "") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}" class="{}">{}</text>').format(f"{x:.1f}", f"{y:.1f}", anchor, class_, words)


def _tag(name: str, **attributes: str | float) -> Markup:
    said = ((key.rstrip("_"), f"{value:.1f}" if isinstance(value, float) else value) for key, value in attributes.items())
    listed = Markup("").join(Markup(' {}="{}"').format(key, value) for key, value in said)
    return Markup("<{}{}/>").format(name, listed)


def _picture(title: str, description: str, height: float, parts: Iterable[Markup]) -> Picture:
    svg = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><desc>{}</desc>{}</svg>').format(
        WIDTH, f"{height:.0f}", title, description, Markup("").join(parts)
    )
    return Picture(title, description, svg)

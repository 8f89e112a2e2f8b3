"""Charts of curves over a scale, linear or logarithmic."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from training.evaluation.report.sections import Picture
from training.evaluation.report.svg import RIGHT, TOP, WIDTH, Scale, join_parts, svg_line, svg_marker, svg_picture, svg_tag, svg_text

__all__ = ["Axis", "draw_grid", "line_chart", "recall_chart"]

_LEFT, _BELOW = 64, 56


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


@dataclass(frozen=True)
class Axis:
    """One axis of a chart.

    Attributes:
        ticks: ascending, at least two; the first and the last are its ends, and values beyond are drawn at them.
        logarithmic: whether equal factors are equally far apart; all ticks are above 0 then.
        label: turns a tick into words.
    """

    ticks: Sequence[float]
    logarithmic: bool = False
    label: Callable[[float], str] = _percent

    def position(self, value: float) -> float:
        """Return where a value lies, from 0 (the first tick) to 1 (the last)."""
        ends = self.ticks[0], self.ticks[-1], min(max(value, self.ticks[0]), self.ticks[-1])
        low, high, clipped = map(math.log10, ends) if self.logarithmic else ends
        return (clipped - low) / (high - low)


def line_chart(
    title: str,
    description: str,
    *,
    curves: Sequence[tuple[str, Sequence[float], Sequence[float]]],
    x_axis: Axis,
    y_axis: Axis,
    x_title: str,
    marks: Sequence[float] = (),
    height: float = 380,
) -> Picture:
    """Draw one to three curves.

    Args:
        title: what the chart is about.
        description: how to read it.
        curves: name, x values (ascending) and y values of each; at most three.
        x_axis: the scale below the curves.
        y_axis: the scale on their left.
        x_title: what the x axis measures.
        marks: x values to mark on every curve.
        height: of the picture, in the units of its width of 760.
    """

    def x(value: float) -> float:
        return _LEFT + x_axis.position(value) * (WIDTH - _LEFT - RIGHT)

    def y(value: float) -> float:
        return height - _BELOW - y_axis.position(value) * (height - _BELOW - TOP)

    parts = [draw_grid(x, y, x_axis, y_axis)]
    parts += [svg_line((x(mark), y(y_axis.ticks[0])), (x(mark), y(y_axis.ticks[-1])), class_="mark") for mark in marks]
    for number, (name, x_values, y_values) in enumerate(curves):
        points = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(x_values, y_values, strict=True))
        parts.append(svg_tag("polyline", points=points, class_=f"curve line{number}"))
        parts += [svg_marker(number, x(mark), y(float(np.interp(mark, x_values, y_values)))) for mark in marks]
        parts += [svg_marker(number, _LEFT + 10 + 110 * number, 12), svg_text(name, _LEFT + 20 + 110 * number, 16)]
    parts.append(svg_text(x_title, (_LEFT + WIDTH) / 2, height - 8, anchor="middle"))
    return svg_picture(title, description, height, parts)


def recall_chart(
    title: str, description: str, *, curves: Sequence[tuple[str, Sequence[float], Sequence[float]]], marks: Sequence[float]
) -> Picture:
    """Draw recall (0 to 100 %) over the false-positive rate on clean conversation (0.1 to 100 %, logarithmic).

    Args:
        title: what the chart is about.
        description: how to read it.
        curves: name, false-positive rates and recalls of each; at most three.
        marks: false-positive rates to mark.
    """
    x_axis = Axis((0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0), logarithmic=True)
    y_axis = Axis((0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
    return line_chart(
        title, description, curves=curves, x_axis=x_axis, y_axis=y_axis, x_title="false-positive rate on clean conversation", marks=marks
    )


def draw_grid(x: Scale, y: Scale, x_axis: Axis, y_axis: Axis) -> Markup:
    """Draw a line and a label for each tick of two axes.

    Args:
        x: maps values of the x axis to coordinates.
        y: maps values of the y axis to coordinates.
        x_axis: the scale below.
        y_axis: the scale on the left.
    """
    left, right, bottom, top = x(x_axis.ticks[0]), x(x_axis.ticks[-1]), y(y_axis.ticks[0]), y(y_axis.ticks[-1])
    parts = []
    for tick in x_axis.ticks:
        parts.append(svg_line((x(tick), bottom), (x(tick), top), class_="grid"))
        parts.append(svg_text(x_axis.label(tick), x(tick), bottom + 18, anchor="middle", class_="small"))
    for tick in y_axis.ticks:
        parts.append(svg_line((left, y(tick)), (right, y(tick)), class_="grid"))
        parts.append(svg_text(y_axis.label(tick), left - 8, y(tick) + 4, anchor="end", class_="small"))
    return join_parts(parts)

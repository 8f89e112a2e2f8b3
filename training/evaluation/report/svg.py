"""The pieces that all pictures are drawn from: inline SVG, coloured by the page, with a title and a description to be read aloud."""

from collections.abc import Callable, Iterable

from markupsafe import Markup

from training.evaluation.report.sections import Picture

__all__ = ["BOTTOM", "RIGHT", "TOP", "WIDTH", "Scale", "join_parts", "svg_line", "svg_marker", "svg_picture", "svg_tag", "svg_text"]

WIDTH, RIGHT, TOP, BOTTOM = 760, 24, 34, 40
"""Width of every picture, and the margins around its plot, in the units of its view box."""

Scale = Callable[[float], float]
"""Maps a value to its coordinate in the picture."""


def svg_tag(name: str, **attributes: str | float) -> Markup:
    """Return an element without content; an underscore at the end of an attribute's name is dropped, floats have one decimal."""
    values = ((key.rstrip("_"), f"{value:.1f}" if isinstance(value, float) else value) for key, value in attributes.items())
    return Markup("<{}{}/>").format(name, join_parts(Markup(' {}="{}"').format(key, value) for key, value in values))


def svg_line(start: tuple[float, float], end: tuple[float, float], *, class_: str) -> Markup:
    """Return a straight line between two points (x, y)."""
    return svg_tag("line", x1=start[0], x2=end[0], y1=start[1], y2=end[1], class_=class_)


def svg_text(words: str, x: float, y: float, *, anchor: str = "start", class_: str = "") -> Markup:
    """Return words whose start, middle or end is at a point; what they hold is escaped."""
    return Markup('<text x="{}" y="{}" text-anchor="{}" class="{}">{}</text>').format(f"{x:.1f}", f"{y:.1f}", anchor, class_, words)


def svg_marker(colour: int, x: float, y: float) -> Markup:
    """Return the marker of a colour, 0 to 2: a circle, a square or a triangle, so that they do not differ by colour alone."""
    if colour == 0:
        return svg_tag("circle", cx=x, cy=y, r=4, class_="fill0")
    if colour == 1:
        return svg_tag("rect", x=x - 3.7, y=y - 3.7, width=7.4, height=7.4, class_="fill1")
    return svg_tag("path", d=f"M{x:.1f} {y - 4.8:.1f}l4.6 8.4h-9.2z", class_="fill2")


def svg_picture(title: str, description: str, height: float, parts: Iterable[Markup]) -> Picture:
    """Return a picture of the full width that holds parts."""
    svg = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><desc>{}</desc>{}</svg>').format(
        WIDTH, f"{height:.0f}", title, description, join_parts(parts)
    )
    return Picture(title, description, svg)


def join_parts(parts: Iterable[Markup]) -> Markup:
    """Return parts one after the other."""
    return Markup("").join(parts)

"""All shapes of dumps that are known, by what ``--format`` calls them and by the names of their fields."""

from collections.abc import Iterable

from service.batch.dumps.shapes import Shape

__all__ = ["SHAPES", "shape_by_name", "shape_by_names"]

SHAPES: tuple[Shape, ...] = ()
"""Every shape; the first that fits is taken."""


def shape_by_names(names: Iterable[str]) -> Shape | None:
    """Return the shape of records with such names, None if none is known."""
    known = list(names)
    return next((shape for shape in SHAPES if shape.fits(known)), None)


def shape_by_name(name: str) -> tuple[Shape, ...]:
    """Return the shapes that ``--format`` calls so; several where a software writes several kinds of dump."""
    return tuple(shape for shape in SHAPES if shape.name == name)

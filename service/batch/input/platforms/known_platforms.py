"""All shapes of dumps that are known, by what ``--format`` calls them and by the names of their fields."""

from collections.abc import Iterable

from service.batch.input.platforms.coral import CORAL, CORAL_DOWNLOAD
from service.batch.input.platforms.discourse import ARCHIVE, POSTS
from service.batch.input.platforms.disqus import DISQUS
from service.batch.input.platforms.hackernews import HACKER_NEWS
from service.batch.input.platforms.mastodon import OUTBOX
from service.batch.input.platforms.platform import Shape
from service.batch.input.platforms.reddit import REDDIT
from service.batch.input.platforms.wordpress import WXR
from service.batch.input.platforms.youtube import DATA_API, TAKEOUT

__all__ = ["SHAPES", "shape_by_name", "shape_by_names"]

SHAPES: tuple[Shape, ...] = (REDDIT, HACKER_NEWS, CORAL, CORAL_DOWNLOAD, TAKEOUT, DATA_API, ARCHIVE, POSTS, OUTBOX, WXR, DISQUS)
"""Every shape; the first that fits is taken."""


def shape_by_names(names: Iterable[str]) -> Shape | None:
    """Return the shape of records with such names, None if none is known."""
    known = list(names)
    return next((shape for shape in SHAPES if shape.fits(known)), None)


def shape_by_name(name: str) -> tuple[Shape, ...]:
    """Return the shapes that ``--format`` calls so; several where a software writes several kinds of dump."""
    return tuple(shape for shape in SHAPES if shape.name == name)

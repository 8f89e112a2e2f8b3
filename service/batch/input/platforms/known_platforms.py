"""All platforms whose dumps are known, by their names for ``--format`` and by the names of their fields."""

from collections.abc import Iterable, Sequence

from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.input.platforms.sites.coral import CORAL, CORAL_DOWNLOAD
from service.batch.input.platforms.sites.discourse import DISCOURSE_ARCHIVE, DISCOURSE_POSTS
from service.batch.input.platforms.sites.disqus import DISQUS
from service.batch.input.platforms.sites.wordpress import WXR
from service.batch.input.platforms.social.hackernews import HACKER_NEWS
from service.batch.input.platforms.social.mastodon import MASTODON_OUTBOX, MASTODON_STATUSES
from service.batch.input.platforms.social.reddit import REDDIT
from service.batch.input.platforms.social.youtube import YOUTUBE_DATA_API, YOUTUBE_TAKEOUT

__all__ = ["find_platforms", "recognise_platform"]

_PLATFORMS: tuple[Platform, ...] = (
    *(REDDIT, HACKER_NEWS, CORAL, CORAL_DOWNLOAD, YOUTUBE_TAKEOUT, YOUTUBE_DATA_API),
    *(DISCOURSE_ARCHIVE, DISCOURSE_POSTS, MASTODON_OUTBOX, MASTODON_STATUSES, WXR, DISQUS),
)
"""Every kind of dump that is known by the names of its fields; the first that matches is chosen."""


def recognise_platform(names: Iterable[str], sample: Sequence[RecordFields] = ()) -> Platform | None:
    """Return the platform of some records; None if it is unknown.

    Args:
        names: the names of their fields.
        sample: some of the records; some platforms are recognised by their values only.
    """
    field_names = list(names)
    return next((platform for platform in _PLATFORMS if platform.matches(field_names, sample)), None)


def find_platforms(name: str) -> tuple[Platform, ...]:
    """Return the platforms with the name that ``--format`` gives: several where one platform writes several kinds of dump."""
    return tuple(platform for platform in _PLATFORMS if platform.name == name)

"""All platforms whose dumps are known, by their names for ``--format`` and by the names of their fields."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from service.batch.input.platforms.chats.chat_platforms import CHAT_PLATFORMS
from service.batch.input.platforms.downloads.snapchat import SNAPCHAT
from service.batch.input.platforms.downloads.tiktok import TIKTOK
from service.batch.input.platforms.known_tables import TABLE_PLATFORMS
from service.batch.input.platforms.meta.meta_platforms import META_PLATFORMS
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.input.platforms.sites.discourse import DISCOURSE_ARCHIVE, DISCOURSE_POSTS
from service.batch.input.platforms.sites.discourse_api import DISCOURSE_API, DISCOURSE_CHAT
from service.batch.input.platforms.sites.imageboards import IMAGEBOARD
from service.batch.input.platforms.sites.reviews import (
    AMAZON_REVIEWS,
    AMAZON_REVIEWS_2015,
    AMAZON_REVIEWS_2018,
    GOOGLE_PLAY_REVIEWS,
    STEAM_REVIEWS,
    YELP_REVIEWS,
    YELP_TIPS,
)
from service.batch.input.platforms.sites.stack_exchange import STACK_EXCHANGE
from service.batch.input.platforms.sites.wikipedia import WIKIPEDIA_TALK
from service.batch.input.platforms.sites.wordpress import WXR
from service.batch.input.platforms.social.bluesky import BLUESKY
from service.batch.input.platforms.social.github import GITHUB, GITHUB_COMMAND_LINE
from service.batch.input.platforms.social.hackernews import HACKER_NEWS
from service.batch.input.platforms.social.hackernews_search import HACKER_NEWS_SEARCH
from service.batch.input.platforms.social.lemmy import LEMMY
from service.batch.input.platforms.social.mastodon import MASTODON_OUTBOX, MASTODON_STATUSES
from service.batch.input.platforms.social.reddit import REDDIT, REDDIT_DOWNLOAD, REDDIT_SUBMISSIONS
from service.batch.input.platforms.social.reddit_threads import REDDIT_THREADS
from service.batch.input.platforms.social.twitter import SNSCRAPE, TWITTER, TWITTER_TABLE
from service.batch.input.platforms.social.youtube import YOUTUBE_DATA_API, YOUTUBE_PARTIAL_ANSWERS
from service.batch.input.platforms.social.youtube_downloads import YOUTUBE_COMMENT_DOWNLOADER, YOUTUBE_DATA_TOOLS, YOUTUBE_LIVE_CHAT, YT_DLP
from service.batch.input.platforms.social.youtube_takeout import (
    YOUTUBE_TAKEOUT,
    YOUTUBE_TAKEOUT_LIVE_CHATS,
    YOUTUBE_TAKEOUT_TRANSLATED,
)
from service.batch.input.platforms.widgets.commento import COMMENTO
from service.batch.input.platforms.widgets.coral import CORAL, CORAL_DOWNLOAD
from service.batch.input.platforms.widgets.coral_answers import CORAL_ANSWERS, TALK
from service.batch.input.platforms.widgets.disqus import DISQUS
from service.batch.input.platforms.widgets.disqus_api import DISQUS_API
from service.batch.input.platforms.widgets.isso_api import ISSO_API
from service.batch.input.platforms.widgets.remark42 import REMARK42

__all__ = ["find_platforms", "is_platform_record", "recognise_platform"]

_PLATFORMS: tuple[Platform, ...] = (
    *(REDDIT_THREADS, REDDIT_DOWNLOAD, REDDIT, REDDIT_SUBMISSIONS, HACKER_NEWS, HACKER_NEWS_SEARCH),
    *(CORAL, CORAL_DOWNLOAD, TALK, REMARK42, COMMENTO, ISSO_API),
    *(
        YOUTUBE_TAKEOUT,
        YOUTUBE_TAKEOUT_LIVE_CHATS,
        YOUTUBE_DATA_API,
        YOUTUBE_PARTIAL_ANSWERS,
        YT_DLP,
        YOUTUBE_COMMENT_DOWNLOADER,
        YOUTUBE_DATA_TOOLS,
        YOUTUBE_LIVE_CHAT,
    ),
    *(DISCOURSE_ARCHIVE, DISCOURSE_API, DISCOURSE_POSTS, DISCOURSE_CHAT, MASTODON_OUTBOX, MASTODON_STATUSES, WXR),
    *(DISQUS, DISQUS_API, BLUESKY, LEMMY, TWITTER, TWITTER_TABLE, SNSCRAPE, IMAGEBOARD, GITHUB, GITHUB_COMMAND_LINE),
    *(AMAZON_REVIEWS, AMAZON_REVIEWS_2018, AMAZON_REVIEWS_2015, YELP_REVIEWS, YELP_TIPS, STEAM_REVIEWS, GOOGLE_PLAY_REVIEWS),
    *CHAT_PLATFORMS,
    *META_PLATFORMS,
    *(SNAPCHAT, TIKTOK),
    *(STACK_EXCHANGE, WIKIPEDIA_TALK),
    *(CORAL_ANSWERS, YOUTUBE_TAKEOUT_TRANSLATED),
)
"""Every kind of dump that is known by the names of its fields; the first that matches is chosen."""

_MAX_RECORD_NAMES = 200
"""Fields of the largest object that is taken for a record of a platform."""


def recognise_platform(names: Iterable[str], sample: Sequence[RecordFields] = (), *, in_database: bool = False) -> Platform | None:
    """Return the platform of some records; None if it is unknown.

    Args:
        names: the names of their fields.
        sample: some of the records; some platforms are recognised by their values only.
        in_database: whether they are rows of a database.
    """
    field_names = list(names)
    return next((platform for platform in _list_platforms(in_database=in_database) if platform.matches(field_names, sample)), None)


def find_platforms(name: str, *, in_database: bool = False) -> tuple[Platform, ...]:
    """Return the platforms with the name that ``--format`` gives: several where one platform writes several kinds of dump."""
    return tuple(platform for platform in _list_platforms(in_database=in_database) if platform.name == name)


def _list_platforms(*, in_database: bool) -> tuple[Platform, ...]:
    return (*TABLE_PLATFORMS, *_PLATFORMS) if in_database else (*_PLATFORMS, *TABLE_PLATFORMS)


def is_platform_record(fields: RecordFields) -> bool:
    """Tell whether an object is a record of some platform, by its names and, where these do not tell, by its values."""
    names = tuple(fields) if len(fields) <= _MAX_RECORD_NAMES else ()
    return bool(names) and any(
        platform.recognises is None or platform.matches(names, [fields]) for platform in _platforms_with_names(names)
    )


@lru_cache(maxsize=4096)
def _platforms_with_names(names: tuple[str, ...]) -> tuple[Platform, ...]:
    """Return the platforms whose names a record has, and those that have none."""
    folded = {name.strip().casefold() for name in names}
    return tuple(p for p in _PLATFORMS if (not p.signatures and p.recognises is not None) or any(s <= folded for s in p.signatures))

"""All kinds of dumps of Facebook, Messenger and Instagram that are recognised by their fields."""

from service.batch.input.platforms.meta.messenger import INSTAGRAM_CONVERSATIONS, META_ENCRYPTED_MESSAGES, META_MESSAGES
from service.batch.input.platforms.meta.meta_posts import FACEBOOK_POSTS, INSTAGRAM_COMMENTS, INSTAGRAM_EARLY_COMMENTS, INSTAGRAM_POSTS

__all__ = ["META_PLATFORMS"]

META_PLATFORMS = (
    *(META_MESSAGES, META_ENCRYPTED_MESSAGES, FACEBOOK_POSTS),
    *(INSTAGRAM_COMMENTS, INSTAGRAM_POSTS, INSTAGRAM_EARLY_COMMENTS, INSTAGRAM_CONVERSATIONS),
)
"""The first that matches is chosen."""

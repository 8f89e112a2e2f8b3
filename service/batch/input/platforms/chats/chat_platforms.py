"""All kinds of dumps of chats that are recognised by their fields."""

from service.batch.input.platforms.chats.discord import DISCORD, DISCORD_PACKAGE, DISCORD_TABLE
from service.batch.input.platforms.chats.matrix_rooms import MATRIX
from service.batch.input.platforms.chats.messenger import INSTAGRAM_CONVERSATIONS, META_ENCRYPTED_MESSAGES, META_MESSAGES
from service.batch.input.platforms.chats.meta_posts import FACEBOOK_POSTS, INSTAGRAM_COMMENTS, INSTAGRAM_EARLY_COMMENTS, INSTAGRAM_POSTS
from service.batch.input.platforms.chats.slack import SLACK
from service.batch.input.platforms.chats.telegram import TELEGRAM, TELETHON
from service.batch.input.platforms.chats.whatsapp import WHATSAPP

__all__ = ["CHAT_PLATFORMS"]

CHAT_PLATFORMS = (
    *(TELEGRAM, TELETHON, DISCORD, DISCORD_TABLE, DISCORD_PACKAGE, SLACK, MATRIX, WHATSAPP),
    *(META_MESSAGES, META_ENCRYPTED_MESSAGES, FACEBOOK_POSTS),
    *(INSTAGRAM_COMMENTS, INSTAGRAM_POSTS, INSTAGRAM_EARLY_COMMENTS, INSTAGRAM_CONVERSATIONS),
)
"""The first that matches is chosen."""

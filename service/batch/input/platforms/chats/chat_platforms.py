"""All kinds of dumps of chats that are recognised by their fields."""

from service.batch.input.platforms.chats.discord import DISCORD, DISCORD_PACKAGE, DISCORD_TABLE
from service.batch.input.platforms.chats.matrix_rooms import MATRIX
from service.batch.input.platforms.chats.signal_messages import SIGNAL_DATABASE, SIGNAL_EXPORT
from service.batch.input.platforms.chats.skype import SKYPE
from service.batch.input.platforms.chats.slack import SLACK
from service.batch.input.platforms.chats.team_chats import GOOGLE_CHAT, MATTERMOST
from service.batch.input.platforms.chats.telegram import TELEGRAM, TELETHON
from service.batch.input.platforms.chats.twitch import TWITCH
from service.batch.input.platforms.chats.whatsapp import WHATSAPP
from service.batch.input.platforms.meta.messenger import INSTAGRAM_CONVERSATIONS, META_ENCRYPTED_MESSAGES, META_MESSAGES
from service.batch.input.platforms.meta.meta_posts import FACEBOOK_POSTS, INSTAGRAM_COMMENTS, INSTAGRAM_EARLY_COMMENTS, INSTAGRAM_POSTS

__all__ = ["CHAT_PLATFORMS"]

CHAT_PLATFORMS = (
    *(TELEGRAM, TELETHON, DISCORD, DISCORD_TABLE, DISCORD_PACKAGE, SLACK, MATRIX, WHATSAPP),
    *(SIGNAL_EXPORT, SIGNAL_DATABASE, SKYPE, TWITCH, GOOGLE_CHAT, MATTERMOST),
    *(META_MESSAGES, META_ENCRYPTED_MESSAGES, FACEBOOK_POSTS),
    *(INSTAGRAM_COMMENTS, INSTAGRAM_POSTS, INSTAGRAM_EARLY_COMMENTS, INSTAGRAM_CONVERSATIONS),
)
"""The first that matches is chosen."""

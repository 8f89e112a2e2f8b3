"""All kinds of dumps of chats that are recognised by their fields."""

from service.batch.input.platforms.chats.discord import DISCORD, DISCORD_PACKAGE, DISCORD_TABLE
from service.batch.input.platforms.chats.matrix_rooms import MATRIX
from service.batch.input.platforms.chats.signal_messages import SIGNAL_DATABASE, SIGNAL_EXPORT
from service.batch.input.platforms.chats.skype import SKYPE
from service.batch.input.platforms.chats.slack import SLACK
from service.batch.input.platforms.chats.team_chats import GOOGLE_CHAT, LINKEDIN, MATTERMOST
from service.batch.input.platforms.chats.telegram import TELEGRAM, TELETHON
from service.batch.input.platforms.chats.twitch import TWITCH
from service.batch.input.platforms.chats.whatsapp import WHATSAPP

__all__ = ["CHAT_PLATFORMS"]

CHAT_PLATFORMS = (
    *(TELEGRAM, TELETHON, DISCORD, DISCORD_TABLE, DISCORD_PACKAGE, SLACK, MATRIX, WHATSAPP),
    *(SIGNAL_EXPORT, SIGNAL_DATABASE, SKYPE, TWITCH, GOOGLE_CHAT, MATTERMOST, LINKEDIN),
)
"""The first that matches is chosen."""

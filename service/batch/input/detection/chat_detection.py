"""Detection of chats in plain text."""

from service.batch.input.detection.file_kinds import Container
from service.batch.input.formats.chats.whatsapp_chat import is_whatsapp_chat

__all__ = ["detect_chat_container"]


def detect_chat_container(start: str, name: str) -> Container | None:
    """Recognise a chat of WhatsApp, some of which begin with a bracket, as JSON does; None for any other text.

    Args:
        start: the beginning of the text, without white space before it.
        name: the name of the file.
    """
    return Container.WHATSAPP if is_whatsapp_chat(start) else None

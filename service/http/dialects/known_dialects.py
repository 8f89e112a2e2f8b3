"""All dialects, and those that a site has enabled."""

from service.http.dialects.akismet import AKISMET
from service.http.dialects.coral import CORAL
from service.http.dialects.detoxify import DETOXIFY
from service.http.dialects.dialect import Dialect
from service.http.dialects.discourse.webhook import DISCOURSE
from service.http.dialects.openai import OPENAI
from service.http.dialects.perspective import PERSPECTIVE
from service.http.dialects.synapse import SYNAPSE
from service.settings import Settings

__all__ = ["DIALECTS", "enabled_dialects"]

DIALECTS: tuple[Dialect, ...] = (PERSPECTIVE, OPENAI, CORAL, DETOXIFY, SYNAPSE, AKISMET, DISCOURSE)


def enabled_dialects(settings: Settings) -> list[Dialect]:
    """Return the dialects that the settings enable, in the order of their routes."""
    return [dialect for dialect in DIALECTS if dialect.name in settings.dialect_names]

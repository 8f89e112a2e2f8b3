"""Imports what the command needs and loads its kernels, once, in the process from which victims are forked: a kill then costs little."""

from model.language.identifier import Identifier
from service.batch import score as _score
from service.batch.runs import resumable as _resumable
from service.cli import main as _main
from service.http import server as _server
from service.model_loading import load_moderator
from service.settings import Settings
from service.store.schema import migrate as _migrate
from service.store.snapshots import write_snapshot as _snapshot

__all__: list[str] = []

_PRELOADED = (_score, _resumable, _main, _server, _snapshot, _migrate)
_MODERATOR = load_moderator(Settings(profile="fast"))  # type: ignore[arg-type]
_MODERATOR.warm()
Identifier.load(_MODERATOR.languages).warm()

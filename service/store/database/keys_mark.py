"""The mark that keys were made, outside the database: without it, a service that has lost its database would let everybody in."""

import logging
import os
from pathlib import Path

from model.artefact.atomic import sync_to_disk

__all__ = ["KeysMark"]

_NAME = "keys-were-made"
_TEXT = """\
Keys were made for the Tipstaff that keeps its data here. As long as this file exists, nobody is let in without a key,
even if the database with the keys is lost. Remove it only to start anew, without the keys and whatever else was stored.
"""

_log = logging.getLogger("tipstaff.store")


class KeysMark:
    """A file in the data folder that says that keys were made. It is made with the first key, and never removed.

    Attributes:
        path: the file.
    """

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / _NAME
        self._is_made = False

    def exists(self) -> bool:
        """Return whether the mark is there; also if that cannot be found out."""
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            pass
        return True

    def make(self) -> None:
        """Make the mark, unless it is there; it is on the disk when this returns. If it cannot be made, the log says so, once."""
        if self._is_made:
            return
        self._is_made = True
        if self.exists():
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
                file.write(_TEXT)
                file.flush()
                os.fsync(file.fileno())
            sync_to_disk(self.path.parent)
        except OSError as error:
            _log.warning(
                "%s cannot be written (%s): should the database be lost, nothing will say that this service needs keys; "
                "set TIPSTAFF_OPEN=false, so that it needs them in any case",
                self.path,
                error.strerror or error,
            )

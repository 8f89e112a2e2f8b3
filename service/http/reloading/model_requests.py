"""What the calls of administrators ask of whoever decides which model is served, and what comes of it."""

from pathlib import Path
from typing import Literal, NamedTuple, Protocol

__all__ = ["Champion", "ChampionSource", "ModelOutcome", "ModelRequest", "Refusal"]


Refusal = Literal["unknown", "not allowed", "broken", "unavailable"]
"""There is no such version, the registry does not let it be activated, the version cannot be used, or the registry cannot."""


class ModelRequest(NamedTuple):
    """A call of an administrator.

    Attributes:
        act: ``activate`` a version, ``rollback`` to the former one.
        by: the id of the key that the call came with.
        version: the version to activate.
        seen: the hash that ``tipstaff models try`` printed, if there is one.
        force: why a version is activated that the gate has not let pass, if it is.
    """

    act: Literal["activate", "rollback"]
    by: str
    version: str = ""
    seen: str | None = None
    force: str | None = None


class ModelOutcome(NamedTuple):
    """What came of a request.

    Attributes:
        current: the version that judges now.
        former: the version before it that is kept; None if there is none.
        sequence: the number of the change in the registry; 0 if nothing was changed.
        refusal: why it was not done; None if it was.
        reason: the same in a sentence.
    """

    current: str
    former: str | None = None
    sequence: int = 0
    refusal: Refusal | None = None
    reason: str = ""


class Champion(NamedTuple):
    """The version that is to be served.

    Attributes:
        version: such as ``default@3f2a9c1d04be``.
        content_hash: its whole hash.
        sequence: the number of the change that made it champion.
        is_forced: whether a person gave a reason for it against the gate.
    """

    version: str
    content_hash: str
    sequence: int = 0
    is_forced: bool = False


class ChampionSource(Protocol):
    """Where the model comes from: a registry. It is used by one thread."""

    @property
    def name(self) -> str:
        """What to call it in the log."""

    @property
    def about(self) -> str:
        """What the log says at the start, as a sentence goes on."""

    @property
    def interval(self) -> float:
        """Seconds between two looks."""

    def champion(self) -> Champion | None:
        """Return the champion, which costs little; None if there is none.

        Raises:
            TipstaffError: that cannot be found out.
        """

    def former(self) -> Champion | None:
        """Return the version that a rollback leads to; None if there is none.

        Raises:
            TipstaffError: that cannot be found out.
        """

    def find(self, version: str) -> str:
        """Return the content hash of a version.

        Raises:
            TipstaffError: there is none.
        """

    def fetch(self, content_hash: str) -> Path:
        """Return the folder of a version, checked.

        Raises:
            TipstaffError: it is not there, damaged, or not signed where it has to be.
        """

    def check_again(self, content_hash: str) -> None:
        """Make sure that a version which was served before, and is still held, may be served again.

        Raises:
            TipstaffError: it may not.
        """

    def activate(self, content_hash: str, *, by: str, seen: str | None, force: str | None) -> Champion:
        """Make a version champion.

        Raises:
            TipstaffError: it may not be.
        """

    def rollback(self, *, by: str) -> Champion:
        """Make the former champion champion again.

        Raises:
            TipstaffError: there is none.
        """

    def confirm(self, content_hash: str) -> None:
        """Note that a version is served."""

"""The models that a process has in memory: the one that judges, and the one that judged before it."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from model.language.identifier import Identifier
    from model.languages.language_packs import LanguagePacks
    from model.moderator import Moderator

__all__ = ["JUDGED_BY", "MODEL_KEY", "LoadedModel", "RefusedModel", "ServedModels", "is_pin"]

MODEL_KEY = "tipstaff.model"
"""Where the scope of a call holds the model that judges it."""

JUDGED_BY = "tipstaff.judged_by"
"""Where the scope of a call holds the version that has judged its comments."""

_PIN = re.compile(r"[^@+\s]+@[0-9a-f]{12}(\+[a-z]+)?")


def is_pin(name: str) -> bool:
    """Return whether a name of a model names one of its versions, as ``default@3f2a9c1d04be`` does."""
    return _PIN.fullmatch(name) is not None


class LoadedModel(NamedTuple):
    """A model that is loaded and warm.

    Attributes:
        moderator: judges comments.
        identifier: identifies languages, and knows those that are read.
        packs: judge comments in other languages than the moderator's; None if there are none.
    """

    moderator: "Moderator"
    identifier: "Identifier"
    packs: "LanguagePacks | None" = None

    @property
    def version(self) -> str:
        """Its name and the beginning of its content hash, such as ``default@3f2a9c1d04be``, whatever profile judges."""
        return self.moderator.version.partition("+")[0]

    def is_called(self, name: str) -> bool:
        """Return whether a version is this one; its profile may be left out."""
        return name in (self.version, self.moderator.version)


class RefusedModel(NamedTuple):
    """A model that is to be served and cannot be.

    Attributes:
        version: which one; ``unknown`` if not even that can be found out.
        reason: why it is not served, in a sentence.
    """

    version: str
    reason: str


@dataclass
class ServedModels:
    """What a process serves; changed in the event loop alone, so that a call never sees half of a change.

    Attributes:
        current: judges all calls that name no version; None until it is loaded and warm.
        former: judged before, and judges calls that name it; None if there is none.
        refused: the model that should judge by now and cannot be used; None if all is well.
    """

    current: LoadedModel | None = None
    former: LoadedModel | None = None
    refused: RefusedModel | None = None

    def find(self, name: str) -> LoadedModel | None:
        """Return the model of a version; None if it is not kept."""
        return next((model for model in self.kept() if model.is_called(name)), None)

    def kept(self) -> list[LoadedModel]:
        """Return the models in memory, the one that judges first."""
        return [model for model in (self.current, self.former) if model is not None]

"""How calls are refused where no endpoint does it: in the form of the protocol to whose addresses they were made.

A client of Perspective that calls a method which does not exist, or whose address is too long, reads the refusal as it reads all others.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from starlette.responses import Response
from starlette.types import Scope

from service.http.problems import ProblemError

__all__ = ["PROBLEM_DOCUMENTS", "OwnPaths", "Refusals", "call_path"]


class OwnPaths(NamedTuple):
    """The addresses of a protocol.

    Attributes:
        dialect: the name of the protocol.
        paths: its paths. What is below them belongs to them; one that ends in a slash is no address itself.
        refuse: makes a refusal as the protocol's clients know it.
    """

    dialect: str
    paths: Sequence[str]
    refuse: Callable[[ProblemError], Response]


class Refusals:
    """Makes refusals in the form that belongs to a path.

    Args:
        owners: the addresses of each protocol. All others are our own, where refusals are problem documents.
    """

    def __init__(self, owners: Sequence[OwnPaths] = ()) -> None:
        self._exact = {path: owner for owner in owners for path in owner.paths if not path.endswith("/")}
        self._above = [(path if path.endswith("/") else f"{path}/", owner) for owner in owners for path in owner.paths]

    def find_owner(self, path: str) -> OwnPaths | None:
        """Return the protocol that a path belongs to; None if it is our own."""
        owner = self._exact.get(path)
        return owner if owner is not None else next((owner for above, owner in self._above if path.startswith(above)), None)

    def refuse_at(self, path: str, problem: ProblemError) -> Response:
        """Return the answer to a call to a path that is refused."""
        owner = self.find_owner(path)
        return problem.response() if owner is None else owner.refuse(problem)

    def refuse(self, problem: ProblemError, scope: Scope) -> Response:
        """Return the answer to a call that is refused, and note the protocol in the call's scope as ``dialect``."""
        path = call_path(scope)
        if (owner := self.find_owner(path)) is not None:
            scope["dialect"] = owner.dialect
        return self.refuse_at(path, problem)


PROBLEM_DOCUMENTS = Refusals()
"""Refusals of a service that answers in our own protocol alone."""


def call_path(scope: Scope) -> str:
    """Return the path of a call, without the path under which the whole service is found."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))

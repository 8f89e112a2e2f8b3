"""Finds the community that a call belongs to, in a file that may change while the service runs."""

import asyncio
import logging
from collections.abc import Collection
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from model.errors import SettingsError
from service.http.problems import FieldError, ProblemError, ProblemKind
from service.judging.community_file import CommunityFile, read_community_file
from service.settings import Settings

if TYPE_CHECKING:
    from service.http.admission.access import Caller
    from service.judging.community import Community

__all__ = ["Communities", "CommunityFromPath", "community_of_path", "unknown_community_problem"]

_log = logging.getLogger("tipstaff.http")

_PREFIX = "/c/"
_SCOPE_KEY = "tipstaff.community"
_CHECK_INTERVAL = 1.0


class CommunityFromPath:
    """A middleware that takes the community out of paths such as ``/c/NAME/v1/moderate``, for every route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on as if it had been made to the rest of its path."""
        if scope["type"] == "http":
            root = scope.get("root_path", "")
            path = scope["path"].removeprefix(root)
            if path.startswith(_PREFIX):
                name, slash, _ = path.removeprefix(_PREFIX).partition("/")
                if name and slash:
                    # The prefix counts as a part of the service's own address, also where the service states that address.
                    scope["root_path"] = f"{root}{_PREFIX}{name}"
                    scope[_SCOPE_KEY] = name
        await self._app(scope, receive, send)


def community_of_path(request: Request) -> str | None:
    """Return the name of the community in the path of a call, as `CommunityFromPath` has found it; None if there is none."""
    name: str | None = request.scope.get(_SCOPE_KEY)
    return name


class Communities:
    """The communities in the file that the settings name, if they name one; the file is read again whenever it changes.

    Args:
        settings: name the file.

    Attributes:
        file: the content of the file; None until it is read, and where the settings name no file.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = settings.communities
        self._stamp: tuple[int, int] | None = None
        self._policies: Collection[str] | None = None
        # Where several processes serve, the one that starts them has warned already.
        self._warns_at_start = settings.workers == 1
        self.file: CommunityFile | None = None

    def read(self) -> None:
        """Read the file.

        Raises:
            SettingsError: something in it is wrong.
        """
        if self._path is not None:
            self._stamp = self._read_stamp()
            file = read_community_file(self._path)
            if self._policies is not None:
                file.check_policies(self._policies)
            if self._warns_at_start if self.file is None else file.warnings != self.file.warnings:
                file.log_warnings()
            self.file = file

    def require_policies(self, policies: Collection[str]) -> None:
        """Make sure that a model has all policies that the file names.

        Raises:
            SettingsError: the model lacks one.
        """
        if self.file is not None:
            self.file.check_policies(policies)

    def adopt_policies(self, policies: Collection[str]) -> None:
        """Make sure, whenever the file changes, that the model that judges has all policies that the file names."""
        self._policies = policies

    async def watch_forever(self) -> None:
        """Read the file whenever it changes. If something in it is wrong, the log says so and the former content stays in force."""
        while self._path is not None:
            await asyncio.sleep(_CHECK_INTERVAL)
            if self.file is None or self._read_stamp() == self._stamp:
                continue
            try:
                await asyncio.to_thread(self.read)
            except SettingsError as error:
                _log.error("the communities stay as they were: %s", error)
            else:
                _log.info("read the communities anew from %s", self._path)

    def _read_stamp(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat() if self._path is not None else None
        except OSError:
            return None
        return None if status is None else (status.st_mtime_ns, status.st_size)

    def choose(self, request: Request, caller: "Caller", name: str | None) -> "Community | None":
        """Return the community of a call: the one that it names, or else the one of its path, of its key, or the default.

        Args:
            request: the call.
            caller: who makes it.
            name: the community that the call itself names, if any.

        Returns:
            None if the call belongs to no community, or there are none.

        Raises:
            ProblemError: the call or its path names a community that does not exist; the problem names the field ``community``.
        """
        file = self.file
        if file is None:
            return None
        name = name if name is not None else request.scope.get(_SCOPE_KEY)
        if name is not None:
            if (community := file.communities.get(name)) is None:
                raise unknown_community_problem()
            return community
        # A key may belong to a community that is not, or no longer, in the file.
        return file.communities.get(caller.community or "", file.default)


def unknown_community_problem() -> ProblemError:
    """Build the problem that there is no such community; it does not list those that exist, since callers need not know."""
    detail = "is not one of this site's communities"
    return ProblemError(ProblemKind.UNKNOWN_COMMUNITY, f"community: {detail}", [FieldError(field="community", detail=detail)])

"""Which community a call belongs to, while the service runs and the file of communities changes."""

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

__all__ = ["Communities", "CommunityFromPath", "unknown_community_problem"]

_log = logging.getLogger("tipstaff.http")

_PREFIX = "/c/"
_NAMED = "tipstaff.community"
_LOOK_EVERY = 1.0


class CommunityFromPath:
    """Takes the community out of addresses such as ``/c/NAME/v1/moderate``, for every route; a middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on as if it had come to the rest of its address."""
        if scope["type"] == "http":
            root = scope.get("root_path", "")
            rest = scope["path"].removeprefix(root)
            if rest.startswith(_PREFIX):
                name, slash, _ = rest.removeprefix(_PREFIX).partition("/")
                if name and slash:
                    # What comes before belongs to the address of the whole service, also where it tells its own address.
                    scope["root_path"] = f"{root}{_PREFIX}{name}"
                    scope[_NAMED] = name
        await self._app(scope, receive, send)


class Communities:
    """The communities of the file that the settings name, if they name one; read anew when it changes.

    Args:
        settings: name the file.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = settings.communities
        self._stamp: tuple[int, int] | None = None
        self._policies: Collection[str] | None = None
        self.file: CommunityFile | None = None

    def read(self) -> None:
        """Read the file.

        Raises:
            SettingsError: something in it is wrong.
        """
        if self._path is not None:
            self._stamp = self._now()
            file = read_community_file(self._path)
            if self._policies is not None:
                file.check_policies(self._policies)
            self.file = file

    def check_policies(self, known: Collection[str]) -> None:
        """Make sure, now and whenever the file changes, that the model has the policies that it names.

        Raises:
            SettingsError: it lacks one.
        """
        self._policies = known
        if self.file is not None:
            self.file.check_policies(known)

    async def watch(self) -> None:
        """Read the file whenever it changes, for ever. What is wrong goes to the log, and what was read before stays."""
        while self._path is not None:
            await asyncio.sleep(_LOOK_EVERY)
            if self.file is None or self._now() == self._stamp:
                continue
            try:
                await asyncio.to_thread(self.read)
            except SettingsError as error:
                _log.error("the communities stay as they were: %s", error)
            else:
                _log.info("read the communities anew from %s", self._path)

    def _now(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat() if self._path is not None else None
        except OSError:
            return None
        return None if found is None else (found.st_mtime_ns, found.st_size)

    def of(self, request: Request, caller: "Caller", named: str | None) -> "Community | None":
        """Return the community of a call: that which it names itself, else that of its address, of its key, or the default.

        Args:
            request: the call.
            caller: who calls.
            named: by the call itself, if at all.

        Returns:
            None if there are no communities, or it belongs to none.

        Raises:
            ProblemError: what the call or its address names is no community; the field ``community`` is named.
        """
        file = self.file
        if file is None:
            return None
        name = named if named is not None else request.scope.get(_NAMED)
        if name is not None:
            if (found := file.communities.get(name)) is None:
                raise unknown_community_problem()
            return found
        # A key may belong to a community that the file does not know (any more).
        return file.communities.get(caller.community or "", file.default)


def unknown_community_problem() -> ProblemError:
    """Return the problem that a community is not known; whoever calls need not know which there are."""
    detail = "is not one of this site's communities"
    return ProblemError(ProblemKind.UNKNOWN_COMMUNITY, f"community: {detail}", [FieldError(field="community", detail=detail)])

"""The module itself: what Synapse asks it, and what it asks Tipstaff."""

import logging
from collections.abc import Mapping
from typing import Any, Literal, Optional, Union

from synapse.module_api import NOT_SPAM, EventBase, ModuleApi, ProfileInfo, Requester, UserID
from synapse.module_api.errors import Codes, ConfigError, SynapseError

from tipstaff_synapse.configuration import Configuration, ConfigurationError, read_configuration
from tipstaff_synapse.events import READ_EVENTS, new_room_events
from tipstaff_synapse.service import Service

__all__ = ["Tipstaff"]

_log = logging.getLogger(__name__)

_MEMBER = "m.room.member"
_MAX_SEARCHED_NAMES = 10_000
_NO_ANSWER = "It cannot be checked at the moment. Try again later."
_NAME_REFUSED = "Your display name was not accepted. Choose another one."

_Verdict = Union[Literal["NOT_SPAM"], tuple[Codes, dict[str, Any]]]
_ACCEPTED: Literal["NOT_SPAM"] = NOT_SPAM


class Tipstaff:
    """Has Tipstaff judge what people would see before Synapse accepts it.

    Args:
        config: the configuration, which Synapse has read with `parse_config`.
        api: Synapse's.
    """

    def __init__(self, config: Configuration, api: ModuleApi) -> None:
        self._configuration = config
        self._api = api
        self._service = Service(config, api)
        self._searched_names: dict[str, bool] = {}
        api.register_spam_checker_callbacks(
            check_event_for_spam=self.check_event_for_spam,
            check_username_for_spam=self.check_username_for_spam if config.check_display_names else None,
        )
        api.register_third_party_rules_callbacks(
            check_event_allowed=self.check_event_allowed if config.check_display_names else None,
            on_create_room=self.on_create_room if config.check_new_rooms else None,
            on_profile_update=self.on_profile_update if config.check_display_names else None,
        )

    @staticmethod
    def parse_config(config: dict[str, Any]) -> Configuration:
        """Read the configuration of the module.

        Raises:
            ConfigError: something in it is wrong; Synapse does not start and prints the message.
        """
        try:
            return read_configuration(config)
        except ConfigurationError as error:
            raise ConfigError(f"tipstaff_synapse: {error}") from None

    async def check_event_for_spam(self, event: EventBase) -> _Verdict:
        """Say whether an event is accepted; Synapse does not ask here about members of this server, but `check_event_allowed`."""
        if event.type not in READ_EVENTS or (event.type == _MEMBER and not self._configuration.check_display_names):
            return _ACCEPTED
        if event.sender == self._configuration.report_user:
            return _ACCEPTED
        is_own = self._api.is_mine(event.sender)
        state_key = event.get_state_key()
        more = {"sender": event.sender} if state_key is None else {"sender": event.sender, "state_key": state_key}
        refusal = await self._judge(event.type, event.content, is_own=is_own, event=event, **more)
        return _ACCEPTED if refusal is None else (Codes.FORBIDDEN, {"error": refusal})

    async def check_username_for_spam(self, user_profile: Mapping[str, Any], _requester_id: str = "") -> bool:
        """Say whether a user is left out when somebody searches for users."""
        name = user_profile.get("display_name")
        if not name:
            return False
        if name not in self._searched_names:
            # A search asks about many users one after another, so an answer is kept, and a service that is down is not waited for.
            answer = await self._service.ask_if_up(_MEMBER, {"displayname": name})
            if answer is None:
                return False
            if len(self._searched_names) >= _MAX_SEARCHED_NAMES:
                self._searched_names.clear()
            self._searched_names[name] = answer.refusal is not None
        return self._searched_names[name]

    async def check_event_allowed(
        self, event: EventBase, state: Mapping[tuple[str, str], EventBase]
    ) -> tuple[bool, Optional[dict[str, Any]]]:
        """Refuse to let one of this server's users into a room with a display name that is to be rejected.

        Raises:
            SynapseError: the name is to be rejected.
        """
        if event.type == _MEMBER and self._api.is_mine(event.sender) and event.sender == event.state_key:
            before, name = state.get((_MEMBER, event.sender)), event.content.get("displayname")
            had_name = before is not None and before.content.get("displayname") == name
            is_coming = event.content.get("membership") in {"join", "knock"}
            if is_coming and isinstance(name, str) and name and not had_name and await self._judge_name(name, is_own=True) is not None:
                raise SynapseError(403, _NAME_REFUSED, Codes.FORBIDDEN)
        return True, None

    async def on_profile_update(self, user_id: str, new_profile: ProfileInfo, by_admin: bool, deactivation: bool) -> None:
        """Take a display name back that is to be rejected: the user is shown by the first part of the id instead."""
        name, plain_name = new_profile.display_name, UserID.from_string(user_id).localpart
        if by_admin or deactivation or not name or name == plain_name:
            return
        if await self._judge_name(name, is_own=False) is not None:
            await self._api.set_displayname(UserID.from_string(user_id), plain_name)

    async def on_create_room(self, _requester: Requester, config: Mapping[str, Any], _is_admin: bool) -> None:
        """Refuse to create a room whose name, topic or address is to be rejected.

        Raises:
            SynapseError: it is.
        """
        for kind, content in new_room_events(config):
            if (refusal := await self._judge(kind, content, is_own=True)) is not None:
                raise SynapseError(403, refusal.replace("The message was not sent", "The room was not made"), Codes.FORBIDDEN)

    async def _judge_name(self, name: str, *, is_own: bool) -> Optional[str]:
        return await self._judge(_MEMBER, {"displayname": name}, is_own=is_own)

    async def _judge(
        self, kind: str, content: Mapping[str, Any], *, is_own: bool, event: Optional[EventBase] = None, **more: str
    ) -> Optional[str]:
        """Return why something is not accepted; None if it is."""
        answer = await self._service.ask(kind, content, **more)
        if answer is None:
            # An event of another server that is refused is lost for good, and with it all that its server bases on it.
            return _NO_ANSWER if is_own and not self._configuration.fail_open else None
        if answer.is_for_review and event is not None:
            self._report(event)
        return answer.refusal

    def _report(self, event: EventBase) -> None:
        """Tell moderators of an event that they should look at, by a link to it and not by what it says."""
        if self._configuration.report_room is not None:
            self._api.run_as_background_process("tipstaff_report", self._send_report, event.room_id, event.sender, event.event_id)

    async def _send_report(self, room: str, sender: str, event_id: str) -> None:
        body = f"{sender} wrote what a moderator should look at: https://matrix.to/#/{room}/{event_id}"
        content = {"msgtype": "m.notice", "body": body}
        report = {"type": "m.room.message", "sender": self._configuration.report_user}
        try:
            place = self._configuration.report_room or ""
            report["room_id"] = (await self._api.lookup_room_alias(place))[0] if place.startswith("#") else place
            await self._api.create_and_send_event_into_room({**report, "content": content})
        except Exception as error:
            _log.warning("moderators could not be told of an event: %s", type(error).__name__)

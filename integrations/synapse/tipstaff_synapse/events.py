"""Which events there is anything to read in."""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["READ_EVENTS", "new_room_events"]

_MAX_INITIAL_STATE = 20

READ_EVENTS = frozenset(
    [
        "m.beacon_info",
        "m.location",
        "m.poll.end",
        "m.poll.start",
        "m.reaction",
        "m.room.aliases",
        "m.room.canonical_alias",
        "m.room.member",
        "m.room.message",
        "m.room.name",
        "m.room.third_party_invite",
        "m.room.topic",
        "m.sticker",
        "m.voice",
        "org.matrix.msc3245.voice.v2",
        "org.matrix.msc3381.poll.end",
        "org.matrix.msc3381.poll.start",
        "org.matrix.msc3381.v2.poll.end",
        "org.matrix.msc3381.v2.poll.start",
        "org.matrix.msc3488.location",
        "org.matrix.msc3672.beacon_info",
    ]
    + [
        f"{prefix}.{kind}"
        for prefix in ("m", "org.matrix.msc1767")
        for kind in ("message", "emote", "notice", "image", "video", "audio", "file")
    ]
)
"""The types of events about which Tipstaff is asked, those that it reads."""


def new_room_events(config: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the type and content of events with which a new room begins that people can read: name, topic, address, initial state.

    Args:
        config: the body of the call that creates a room; nothing is taken for granted about it.
    """
    if isinstance(name := config.get("name"), str):
        yield "m.room.name", {"name": name}
    if isinstance(topic := config.get("topic"), str):
        yield "m.room.topic", {"topic": topic}
    if isinstance(alias := config.get("room_alias_name"), str):
        yield "m.room.canonical_alias", {"alias": f"#{alias}"}
    initial = config.get("initial_state")
    for event in initial[:_MAX_INITIAL_STATE] if isinstance(initial, (list, tuple)) else ():
        kind, content = (event.get("type"), event.get("content")) if isinstance(event, Mapping) else (None, None)
        if kind in READ_EVENTS and isinstance(content, Mapping):
            yield kind, content

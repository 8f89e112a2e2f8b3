"""A platform is recognised by the names of its fields, and finds its columns in whatever case they are written."""

from service.batch.input.platforms.known_platforms import find_platforms, recognise_platform
from service.batch.input.platforms.platform import Platform
from service.batch.rows import Columns, Reason

FORUM = Platform(
    name="forum",
    description="comments of a forum",
    signatures=(frozenset({"message", "thread"}), frozenset({"post_body"})),
    columns=Columns("Message", "ID", author="User"),
)


def test_all_names_of_one_signature_are_needed() -> None:
    """Neither case nor surrounding space matters, and other names do no harm."""
    assert FORUM.matches(["Thread ", "MESSAGE", "colour"])
    assert FORUM.matches(["post_body"])
    assert not FORUM.matches(["message", "colour"])


def test_values_tell_where_names_do_not() -> None:
    """A platform that looks at the values matches neither by names alone nor by values under other names."""
    platform = Platform("x", "", (frozenset({"kind"}),), Columns("text", "id"), recognises=lambda fields: fields.get("kind") == "Listing")
    any_names = Platform("y", "", (), Columns("text", "id"), recognises=lambda fields: "!" in fields.values())

    assert platform.matches(["kind"], [{"kind": "other"}, {"kind": "Listing"}])
    assert not platform.matches(["kind"])
    assert not platform.matches(["sort"], [{"kind": "Listing"}])
    assert any_names.matches(["colour"], [{"colour": "!"}])
    assert not any_names.matches(["colour"], [{"colour": "?"}])


def test_columns_are_spelled_as_in_the_file() -> None:
    """A column that the file lacks keeps the name that the platform has for it."""
    assert FORUM.find_own_columns(["MESSAGE", "id"]) == Columns("MESSAGE", "id", author="User")


def test_only_platforms_that_use_the_fields_as_they_are_are_flat() -> None:
    """What prepares or unfolds records needs more of them than the columns."""

    def prepare(fields: object) -> tuple[dict[str, object], Reason | None]:
        return {}, None

    assert FORUM.is_flat
    assert not Platform("x", "", (), Columns("text", "id"), prepare=prepare).is_flat


def test_unknown_names_are_of_no_platform() -> None:
    """A platform may have several kinds of dump, all of which its name means."""
    assert recognise_platform(["colour", "size"]) is None
    assert find_platforms("colour") == ()
    assert len(find_platforms("coral")) == 4

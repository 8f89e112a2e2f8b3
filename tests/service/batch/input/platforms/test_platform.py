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


def test_tables_of_others_are_not_taken_for_those_of_platforms() -> None:
    """Names that many tables of comments have do not make a table that of a platform, which would read other columns of it."""
    tables: list[dict[str, object]] = [
        {"id": "1", "text": "hi", "author_id": "a", "parent": "0", "timestamp": 1, "like_count": 2, "title": "Beans"},
        {"id": "1", "text": "hi", "author_id": "a", "conversation_id": "7", "parent_id": None},
        {"id": "1", "text": "hi", "author": "ann", "type": "reply", "children": []},
        {"cid": "1", "text": "hi", "votes": 3, "time": "2020-01-01"},
        {"id": "1", "message": "hi", "author": "ann", "isDeleted": False, "createdAt": "2020-01-01"},
        {"id": "1", "text": "hi", "comments": [{"id": "2", "text": "no"}]},
        {"data": [{"id": "1", "text": "hi", "author_id": "a"}], "meta": {}},
        {"posts": [{"id": "1", "text": "hi"}]},
        {"thread": "t", "text": "hi", "id": "1"},
    ]
    for table in tables:
        assert recognise_platform(table, [table]) is None

"""Files without comments tell the names of the people whose comments are read."""

import io
import json

from service.batch.input.archives.exports.companions import read_shared_values
from service.batch.input.archives.exports.export_kinds import ExportFinder
from service.batch.input.archives.member_stream import MemberCounter
from service.batch.input.archives.zip_archive import ZipArchive
from tests.service.batch.input.packing import pack_zip
from training.tables.expansion import ExpansionBudget


def shared_values(files: dict[str, bytes]) -> object:
    """Return what is shared by the members of the one export in an archive of these files."""
    packed = pack_zip(files)
    archive = ZipArchive(io.BytesIO(packed), "x", budget=ExpansionBudget("x", lambda: len(packed)), counter=MemberCounter("x"))
    (export,) = ExportFinder(list(files)).found
    return read_shared_values(archive, export)


def test_the_people_of_slack_have_names() -> None:
    """What others see comes first: the display name, then the real name, then the name of the account."""
    users = [
        {"id": "U1", "name": "a", "profile": {"display_name": "Ann", "real_name": "Ann B."}},
        {"id": "U2", "name": "b", "profile": {"display_name": "", "real_name": "Bob C."}},
        {"id": "U3", "name": "c"},
        {"name": "without an id"},
        "no object",
    ]
    files = {"x/users.json": json.dumps(users).encode(), "x/channels.json": b"[]"}
    assert shared_values(files) == {"users": {"U1": "Ann", "U2": "Bob C.", "U3": "c"}}


def test_the_owner_of_an_archive_of_twitter_is_told() -> None:
    """The account stands in a file of JavaScript."""
    account = b'window.YTD.account.part0 = [{"account": {"username": "ann", "accountId": "1", "n": 1}}]'
    assert shared_values({"data/account.js": account}) == {"account": {"username": "ann", "accountId": "1"}}


def test_the_channels_of_a_package_of_discord_have_names() -> None:
    """Newer packages begin their folders with a capital letter; values that are no texts are left out."""
    files = {
        "Messages/index.json": b'{"81": "roses in Gardens", "82": null}',
        "Messages/c81/channel.json": b"{}",
        "Account/user.json": b'{"id": "1", "username": "ann", "flags": []}',
    }
    assert shared_values(files) == {"channels": {"81": "roses in Gardens"}, "account": {"id": "1", "username": "ann"}}


def test_a_broken_companion_is_left_alone() -> None:
    """Without names, comments are read all the same."""
    for content in (b"{", b"[1]", b"{}", b'["' * 9000, b"\xff\xfe", b'[{"id": []}]'):
        files = {"users.json": content, "channels.json": b"[]"}
        assert shared_values(files) == {}

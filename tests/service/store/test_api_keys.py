"""Keys are made, listed and revoked; a secret is never kept."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from model.errors import InputError
from service.settings import read_settings
from service.store.api_keys import Keys
from service.store.store import Store, open_store
from service.store.stored_types import Scope
from service.store.tables import keys as table


def test_secret_has_160_random_bits(store: Store) -> None:
    """A secret names its key and ends in 40 hexadecimal digits, others each time."""
    key, secret = store.keys.create("forum", [Scope.SCORE])
    _, other = store.keys.create("forum", [Scope.SCORE])

    prefix, key_id, random = secret.split("_")
    assert (prefix, key_id, len(random)) == ("tip", key.id, 40)
    assert int(random, 16)
    assert random not in other


def test_secret_is_not_kept(tmp_path: Path) -> None:
    """No file of the database holds the secret or its random part."""
    store = open_store(read_settings(data_dir=tmp_path))

    _, secret = store.keys.create("forum", [Scope.SCORE])

    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"forum" in held
    assert secret.rpartition("_")[2].encode() not in held
    store.close()


def test_key_is_listed_as_made(store: Store) -> None:
    """The list shows what was asked for, oldest first."""
    first, _ = store.keys.create("first", [Scope.SCORE, Scope.FEEDBACK], community="park")
    second, _ = store.keys.create("second", [Scope.ADMIN])

    assert {key.id: key for key in store.keys.list()} == {first.id: first, second.id: second}
    assert first.scopes == {Scope.SCORE, Scope.FEEDBACK}
    assert (first.community, first.revoked_at) == ("park", None)


def test_imported_secret_is_the_clients(store: Store) -> None:
    """A client that cannot change its key keeps it; nobody can import it twice."""
    key, secret = store.keys.create("blog", [Scope.SCORE], secret="0123456789ab")

    assert secret == "0123456789ab"
    assert [one.id for one in store.keys.by_digest().values()] == [key.id]
    with pytest.raises(InputError, match="belongs to a key already"):
        store.keys.create("other", [Scope.SCORE], secret="0123456789ab")


@pytest.mark.parametrize(
    ("name", "scopes", "secret", "says"),
    [
        ("", [Scope.SCORE], None, "name of a key"),
        ("a\nb", [Scope.SCORE], None, "name of a key"),
        ("a" * 201, [Scope.SCORE], None, "name of a key"),
        ("forum", [], None, "allows nothing"),
        ("forum", [Scope.SCORE], "short", "at least 12"),
        ("forum", [Scope.SCORE], "has a blank in it", "no blanks"),
        ("forum", [Scope.SCORE], "äöüäöüäöüäöü", "ASCII"),
    ],
)
def test_wrong_key_is_refused(store: Store, name: str, scopes: list[Scope], secret: str | None, says: str) -> None:
    """A key without name or scope, or with a secret that cannot be sent in a header, is refused without showing the secret."""
    with pytest.raises(InputError, match=says) as caught:
        store.keys.create(name, scopes, secret=secret)

    assert secret is None or secret not in str(caught.value)
    assert store.keys.list() == []


def test_revoked_key_is_not_valid(store: Store) -> None:
    """A key is revoked by its id or name, is listed with the time, and a second time changes nothing."""
    key, _ = store.keys.create("forum", [Scope.SCORE])
    kept, _ = store.keys.create("blog", [Scope.SCORE])

    revoked = store.keys.revoke("forum")
    again = store.keys.revoke(key.id)

    assert revoked == again
    assert revoked.revoked_at is not None
    assert list(store.keys.by_digest().values()) == [kept]


def test_doubtful_name_revokes_nothing(store: Store) -> None:
    """A name that no valid key or several have is refused."""
    store.keys.create("forum", [Scope.SCORE])
    store.keys.create("forum", [Scope.SCORE])

    with pytest.raises(InputError, match="2 valid keys are called 'forum'"):
        store.keys.revoke("forum")
    with pytest.raises(InputError, match="no valid key is called 'nobody'"):
        store.keys.revoke("nobody")
    assert len(store.keys.by_digest()) == 2


def test_last_day_of_use_only_grows(store: Store) -> None:
    """The last day on which a key was used is noted, and an earlier day does not overwrite it."""
    key, _ = store.keys.create("forum", [Scope.SCORE])

    for day in (date(2026, 3, 1), date(2026, 3, 2), date(2026, 2, 1)):
        store.keys.used([key.id], day)

    assert store.keys.list()[0].last_used == date(2026, 3, 2)


def test_scope_of_a_newer_version_allows_nothing(store: Store) -> None:
    """A key whose scopes another version wrote is read, less what is unknown here."""
    key, _ = store.keys.create("forum", [Scope.SCORE])
    with store.database.writing() as connection:
        connection.execute(table.update().values(scopes="fly score"))

    assert Keys(store.database).list()[0].scopes == {Scope.SCORE}
    with store.database.reading() as connection:
        assert connection.execute(select(table.c.id)).scalar() == key.id

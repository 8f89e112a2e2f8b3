"""Keys are created, listed and revoked, and a secret is never stored."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from model.errors import InputError
from service.settings import read_settings
from service.store.api_keys import ApiKeys, make_akismet_secret
from service.store.schema.tables import keys as table
from service.store.store import Store, open_store
from service.store.stored_types import Scope


def test_secret_has_160_random_bits(store: Store) -> None:
    """A secret holds the id of its key and ends in 40 hexadecimal digits, which differ each time."""
    key, secret = store.keys.create("forum", [Scope.SCORE])
    _, other = store.keys.create("forum", [Scope.SCORE])

    prefix, key_id, random = secret.split("_")
    assert (prefix, key_id, len(random)) == ("tip", key.id, 40)
    assert int(random, 16)
    assert random not in other


def test_secret_for_akismet_is_no_number() -> None:
    """It is twelve hexadecimal digits, which differ each time, and which nothing reads as a number, not even in the form of 1e5."""
    made = [make_akismet_secret() for _ in range(2000)]

    assert len(set(made)) == len(made)
    assert all(len(secret) == 12 and set(secret) <= set("0123456789abcdef") for secret in made)
    assert not [secret for secret in made if set(secret) <= set("0123456789e")]


def test_secret_is_not_stored(tmp_path: Path) -> None:
    """No file of the database holds the secret or its random part."""
    store = open_store(read_settings(data_dir=tmp_path))

    _, secret = store.keys.create("forum", [Scope.SCORE])

    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"forum" in content
    assert secret.rpartition("_")[2].encode() not in content
    store.close()


def test_keys_are_listed_whole(store: Store, clock: Any) -> None:
    """The list holds every key as it was created, the oldest first."""
    first, _ = store.keys.create("first", [Scope.SCORE, Scope.FEEDBACK], community="park")
    clock.advance(days=1)
    second, _ = store.keys.create("second", [Scope.ADMIN])

    assert store.keys.list() == [first, second]
    assert first.scopes == {Scope.SCORE, Scope.FEEDBACK}
    assert (first.community, first.revoked_at) == ("park", None)


def test_secret_is_imported_once(store: Store) -> None:
    """The secret of a client that cannot change its own is taken as it is, but not twice."""
    key, secret = store.keys.create("blog", [Scope.SCORE], secret="0123456789ab")

    assert secret == "0123456789ab"
    assert [valid_key.id for valid_key in store.keys.valid_by_digest().values()] == [key.id]
    with pytest.raises(InputError, match="belongs to a key already"):
        store.keys.create("other", [Scope.SCORE], secret="0123456789ab")


@pytest.mark.parametrize(
    ("name", "scopes", "secret", "message"),
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
def test_wrong_key_is_refused(store: Store, name: str, scopes: list[Scope], secret: str | None, message: str) -> None:
    """A key without a name or scope, or with a secret that cannot be sent in a header, is refused, and the message hides the secret."""
    with pytest.raises(InputError, match=message) as caught:
        store.keys.create(name, scopes, secret=secret)

    assert secret is None or secret not in str(caught.value)
    assert store.keys.list() == []


def test_revoked_key_is_not_valid(store: Store) -> None:
    """A key is revoked by its name or id and listed with the time; revoking it again changes nothing, and other keys stay valid."""
    key, _ = store.keys.create("forum", [Scope.SCORE])
    other, _ = store.keys.create("blog", [Scope.SCORE])

    revoked = store.keys.revoke("forum")
    again = store.keys.revoke(key.id)

    assert revoked == again
    assert revoked.revoked_at is not None
    assert list(store.keys.valid_by_digest().values()) == [other]


def test_ambiguous_name_revokes_nothing(store: Store) -> None:
    """A name that no valid key has, or several have, is refused."""
    store.keys.create("forum", [Scope.SCORE])
    store.keys.create("forum", [Scope.SCORE])

    with pytest.raises(InputError, match="2 valid keys are called 'forum'"):
        store.keys.revoke("forum")
    with pytest.raises(InputError, match="no valid key is called 'nobody'"):
        store.keys.revoke("nobody")
    assert len(store.keys.valid_by_digest()) == 2


def test_last_day_of_use_only_grows(store: Store) -> None:
    """The last day on which a key was used is stored, and an earlier day does not overwrite it."""
    key, _ = store.keys.create("forum", [Scope.SCORE])

    for day in (date(2026, 3, 1), date(2026, 3, 2), date(2026, 2, 1)):
        store.keys.note_use([key.id], day)

    assert store.keys.list()[0].last_used == date(2026, 3, 2)


def test_scope_of_a_newer_version_allows_nothing(store: Store) -> None:
    """A key of another version is read without the scopes that are unknown here."""
    key, _ = store.keys.create("forum", [Scope.SCORE])
    with store.database.write_transaction() as connection:
        connection.execute(table.update().values(scopes="fly score"))

    assert ApiKeys(store.database).list()[0].scopes == {Scope.SCORE}
    with store.database.read_transaction() as connection:
        assert connection.execute(select(table.c.id)).scalar() == key.id

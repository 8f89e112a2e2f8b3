"""``tipstaff keys create`` makes keys in the form that software demands."""

import json
import re
from pathlib import Path

import pytest

from service.settings import read_settings
from service.store.store import open_store
from service.store.stored_types import ApiKey, Role
from tests.service.cli.calls import Call


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the command keeps its keys."""
    monkeypatch.setenv("TIPSTAFF_DATA_DIR", str(tmp_path))
    return tmp_path


def stored_keys(folder: Path) -> list[ApiKey]:
    store = open_store(read_settings(data_dir=folder))
    keys = store.keys.list()
    store.close()
    return keys


def test_key_for_akismet_is_what_its_clients_take(call: Call, data_dir: Path) -> None:
    """It is twelve hexadecimal digits, may score and give feedback, and standard error says what it is good for and that it is short."""
    result = call("keys", "create", "blog", "--for", "akismet")

    assert result.code == 0
    # WordPress' settings page strips all else, and then demands twelve.
    assert re.sub("[^a-f0-9]", "", result.out.strip(), flags=re.IGNORECASE) == result.out.strip()
    assert len(result.out.strip()) == 12
    assert "12 hexadecimal digits" in result.err
    assert "short" in result.err
    assert result.out.strip() not in result.err
    assert [sorted(key.scopes) for key in stored_keys(data_dir)] == [["feedback", "score"]]


def test_other_options_still_count(call: Call, data_dir: Path) -> None:
    """Scopes, a community and JSON are as for any key."""
    result = call("keys", "create", "blog", "--for", "akismet", "--scope", "score", "--community", "garden", "--json")

    made = json.loads(result.out)
    assert re.fullmatch("[0-9a-f]{12}", made["secret"])
    assert (made["scopes"], made["community"]) == (["score"], "garden")
    assert [key.community for key in stored_keys(data_dir)] == ["garden"]


def test_key_without_a_purpose_is_as_ever(call: Call, data_dir: Path) -> None:
    """Without ``--for`` a key is long and may score alone."""
    result = call("keys", "create", "forum")

    assert re.fullmatch("tip_[0-9a-f]{8}_[0-9a-f]{40}\n", result.out)
    assert "hexadecimal" not in result.err
    assert [sorted(key.scopes) for key in stored_keys(data_dir)] == [["score"]]


def test_made_and_taken_exclude_each_other(call: Call, data_dir: Path) -> None:
    """A secret is made or taken, not both; no key is made of such a call, and none for software that is not known."""
    both = call("keys", "create", "blog", "--for", "akismet", "--import", stdin=b"a1b2c3d4e5f6\n")
    unknown = call("keys", "create", "blog", "--for", "everything")

    assert (both.code, unknown.code) == (1, 2)
    assert "leave out one" in both.message
    assert "akismet" in unknown.err
    assert stored_keys(data_dir) == []


def test_role_is_kept_and_shown(call: Call, data_dir: Path) -> None:
    """A key has the role that it was made with, the least if none was named, and the list shows it; there are no others."""
    made = [call("keys", "create", "queue", "--scope", "feedback", "--role", "lead", "--json"), call("keys", "create", "forum")]
    unknown = call("keys", "create", "boss", "--role", "boss")
    listed = json.loads(call("keys", "list", "--json").out)
    table = call("keys", "list").out

    assert [result.code for result in made] == [0, 0]
    assert (json.loads(made[0].out)["role"], unknown.code) == ("lead", 2)
    assert {key["name"]: key["role"] for key in listed} == {"queue": "lead", "forum": "forum"}
    assert {key.name: key.role for key in stored_keys(data_dir)} == {"queue": Role.LEAD, "forum": Role.FORUM}
    assert "role" in table.splitlines()[0]
    assert "role lead" in made[0].err

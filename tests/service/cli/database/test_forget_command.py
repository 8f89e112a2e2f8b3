"""``tipstaff forget`` removes comments from everywhere, says so place by place, and fails loudly where it cannot."""

import json
from pathlib import Path

import pytest

from model.artefact.manifest import DataSource
from service.registry.registry import open_registry
from service.registry.registry_documents import LearnedTable, VersionRecord, time_stamp
from service.settings import read_settings
from tests.model.languages.small_packs import write_pack
from tests.service.cli.calls import Call, write_csv
from tests.service.registry.versions import MakeVersion
from training.tables.describe_files import hash_file

AUTHOR = "trollaccount-77"
SECRETS = [AUTHOR, "posting-900001", "utter fool"]


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call) -> Path:
    """The folder of the data of a site that has rulings, a snapshot and a log."""
    monkeypatch.setenv("TIPSTAFF_DATA_DIR", str(tmp_path / "data"))
    rows = [["posting-900001", "you utter fool", "toxic", AUTHOR], ["posting-2", "a lovely garden", "fine", "gardener"]]
    call("rulings", "import", write_csv(tmp_path / "rulings.csv", ["comment", "text", "label", "author"], rows))
    for options in (["--to", "csv"], ["--acts", "--to", "jsonl"]):
        call("rulings", "export", "--out", tmp_path / "data" / "snapshots", *options)
    return tmp_path / "data"


def bytes_below(folder: Path) -> bytes:
    return b"".join(path.name.encode() + path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_the_whole_way(call: Call, data_dir: Path) -> None:
    """A dry run changes nothing; then each place is listed with what was removed and left, and no byte is left in any file."""
    assert all(secret.encode() in bytes_below(data_dir) for secret in SECRETS)
    look = call("forget", "--author", AUTHOR, "--dry-run")
    assert "table acts: 1 found" in look.out
    assert all(secret.encode() in bytes_below(data_dir) for secret in SECRETS)
    old = {path.name for path in (data_dir / "snapshots").glob("*[lv]")}
    result = call("forget", "--author", AUTHOR)
    assert result.code == 0
    assert "forgot 1 comment: everything was searched anew, and nothing is left" in result.message
    assert "table acts: 1 removed, 0 left" in result.out
    assert all(f"{name}: 1 removed, 0 left (deleted)" in result.out for name in old)
    assert [secret for secret in SECRETS if secret.encode() in bytes_below(data_dir)] == []
    again = call("forget", "--author", AUTHOR)
    assert (again.code, "found no such comment" in again.message) == (0, True)


def test_the_registry_has_the_tombstones(call: Call, data_dir: Path) -> None:
    """The registry follows from the old hash to the new one."""
    report = json.loads(call("forget", "--comment", "posting-900001", "--json").out)
    assert (report["complete"], report["models"], len(report["files"])) == (True, [], 2)
    lineage = open_registry(read_settings(data_dir=data_dir)).notes.lineage
    for file in report["files"]:
        assert lineage.current_hash(file["old"]) == file["new"]
    assert all(secret not in json.dumps(report) for secret in SECRETS)


def test_models_that_learned_from_it_are_listed(call: Call, data_dir: Path, make_version: MakeVersion) -> None:
    """A version that learned from a file which held the comment is listed, also if that was replaced since, and who started from it."""
    (snapshot,) = (data_dir / "snapshots").glob("rulings-*.csv")
    registry = open_registry(read_settings(data_dir=data_dir))
    learned = LearnedTable(kind="snapshot", sha256=hash_file(snapshot), rows=2, name=snapshot.name)
    record = VersionRecord(created_at=time_stamp(), made_by="a@b")
    version = registry.publish(make_version(1), record.model_copy(update={"learned_from": (learned,)}))
    start = registry.record(version).content_hash
    after = registry.publish(make_version(2), record.model_copy(update={"started_from": start}))
    registry.publish(make_version(3), record)
    nobodys = json.loads(call("forget", "--comment", "posting-3", "--json").out)
    assert (nobodys["models"], nobodys["models_from_these"]) == ([], [])
    report = json.loads(call("forget", "--comment", "posting-2", "--json").out)
    assert (report["models"], report["models_from_these"]) == ([version], [after])
    result = call("forget", "--author", AUTHOR)
    assert f"model {version}: learned from it" in result.out
    assert f"model {after}: started from one that learned from it" in result.out
    assert "retrain from one that did not" in result.err


def test_language_packs_that_learned_from_it_are_listed(call: Call, data_dir: Path) -> None:
    """A pack of the site that learned from a file which held the comment is listed with its folder; an unreadable one is a problem."""
    (snapshot,) = (data_dir / "snapshots").glob("rulings-*.csv")
    table = DataSource(source=snapshot.name, sha256=hash_file(snapshot), rows=2, licence="not stated", origin="snapshot of this site")
    write_pack(data_dir / "languages/de", "de", data=[table])
    write_pack(data_dir / "languages/ru", "ru")

    report = json.loads(call("forget", "--comment", "posting-2", "--dry-run", "--json").out)
    assert [(pack["language"], pack["folder"]) for pack in report["packs"]] == [("de", str(data_dir / "languages/de"))]
    result = call("forget", "--author", AUTHOR)
    assert f"language pack {report['packs'][0]['version']} in {data_dir / 'languages/de'}: learned from it" in result.out
    assert "tipstaff retrain --language TAG" in result.err
    (data_dir / "languages/ru/manifest.json").write_text("{}")
    broken = call("forget", "--author", AUTHOR)
    assert broken.code == 1
    assert "languages/ru" in broken.err
    assert "it is not known whether that pack learned from this" in broken.err


def test_a_missing_file_is_loud(call: Call, data_dir: Path, tmp_path: Path) -> None:
    """Everything else is done, the exit code is 1, and the line at the end is the command that goes on."""
    (snapshot,) = (data_dir / "snapshots").glob("rulings-*.csv")
    snapshot.rename(tmp_path / snapshot.name)
    result = call("forget", "--author", AUTHOR)
    assert result.code == 1
    assert "BUT NOT EVERYWHERE" in result.err
    assert f"{snapshot}: is not there, and may hold the comments" in result.err
    assert f"afterwards run: tipstaff forget --author={AUTHOR} --comment=posting-900001" in result.err
    result = call("forget", f"--author={AUTHOR}", "--comment=posting-900001", "--look-in", tmp_path)
    assert result.code == 0
    assert [
        secret for secret in SECRETS if secret.encode() in bytes_below(tmp_path).replace((tmp_path / "rulings.csv").read_bytes(), b"")
    ] == []


def test_models_of_a_table_that_is_gone_are_named(call: Call, data_dir: Path, make_version: MakeVersion) -> None:
    """Whether a snapshot that somebody deleted held the comment, nobody can tell: what learned from it is listed as perhaps having."""
    (snapshot,) = (data_dir / "snapshots").glob("rulings-*.csv")
    registry = open_registry(read_settings(data_dir=data_dir))
    sha256 = hash_file(snapshot)
    learned = LearnedTable(kind="snapshot", sha256=sha256, rows=2, name=snapshot.name)
    version = registry.publish(make_version(1), VersionRecord(created_at=time_stamp(), made_by="a@b", learned_from=(learned,)))
    snapshot.unlink()

    look = call("forget", "--author", AUTHOR, "--deleted", sha256[:12], "--dry-run")
    report = json.loads(call("forget", "--author", AUTHOR, "--deleted", sha256[:12], "--json").out)

    assert f"model {version}: may have learned from it, since a table that it learned from is gone" in look.out
    assert (report["complete"], report["models"], report["models_perhaps"]) == (True, [], [version])


def test_nobody_is_not_everybody(call: Call, data_dir: Path) -> None:
    """Without a name, or with an empty one, nothing is forgotten."""
    before = bytes_below(data_dir)
    assert "nothing is named" in call("forget").message
    assert "nothing is named" in call("forget", "--community", "town").message
    assert "an empty name would be everybody's" in call("forget", "--author", "").message
    assert "give the 12 digits" in call("forget", "--author", AUTHOR, "--deleted", "a").message
    assert call("forget", "--author", AUTHOR, "--look-in", data_dir / "nowhere").code == 2
    assert bytes_below(data_dir) == before

"""Comments are removed from every table and file, whatever happens on the way, and nothing of them is left on the disk."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from model.comment import Label
from service.settings import Settings, read_settings
from service.store.forgetting.forget_comments import forget_comments
from service.store.forgetting.forget_report import ForgetReport
from service.store.forgetting.wanted_comments import ForgetRequest
from service.store.snapshots.stored_table import read_stored_table
from service.store.snapshots.table_draft import open_draft
from service.store.snapshots.write_snapshot import Snapshot, write_act_log, write_snapshot
from service.store.store import Store, open_store
from service.store.stored_files import FileState, TableKind
from service.table_files import TableFormat
from tests.service.store.sample_acts import AUTHOR, SECRETS, TROLL_COMMENTS, sample_acts, say
from tests.waiting import wait_until

AUTHORS_COMMENTS = ForgetRequest(authors=frozenset({AUTHOR}))


def forget(store: Store, settings: Settings, request: ForgetRequest = AUTHORS_COMMENTS, **options: object) -> ForgetReport:
    return forget_comments(store, request, data_dir=settings.data_dir, **options)  # type: ignore[arg-type]


def export_all(store: Store, folder: Path) -> list[Snapshot]:
    """Write a snapshot and a log in every format."""
    return [write(store, folder, table_format=table_format) for write in (write_snapshot, write_act_log) for table_format in TableFormat]


def secrets_on_disk(folder: Path) -> set[tuple[str, str]]:
    """Return each secret with the file below a folder that holds it, in its name, its bytes or its cells."""
    found = set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.name.encode() + path.read_bytes()
        if path.suffix == ".parquet":
            content += str(list(read_stored_table(path))).encode()
        found |= {(secret, path.name) for secret in SECRETS if secret.encode() in content}
    return found


def secrets_in_tables(store: Store) -> set[tuple[str, str]]:
    """Return each secret with the table whose rows hold it."""
    found = set()
    with store.database.read_transaction() as connection:
        for table in inspect(connection).get_table_names():
            rows = str(connection.execute(text(f'SELECT * FROM "{table}"')).all())
            found |= {(secret, table) for secret in SECRETS if secret in rows}
    return found


def all_states(store: Store) -> set[FileState]:
    return {file.state for file in store.files.list()}


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with acts, and with calls to other systems about two of their comments."""
    store.rulings.record_all(sample_acts())
    store.outbox.enqueue("discourse.flag", {"post": TROLL_COMMENTS[0], "hide": True}, idempotency="1")
    store.outbox.enqueue("discourse.flag", {"post": "posting-1", "hide": True}, idempotency="2")
    return store


def test_an_author_is_forgotten_everywhere(filled: Store, settings: Settings) -> None:
    """Tables, snapshots and logs of every format lose the comments, those too that only ids or texts tell; the others stay as they were."""
    snapshots = export_all(filled, settings.data_dir / "snapshots")
    others = [[row for row in read_stored_table(snapshot.path) if "troll" not in row["id"]] for snapshot in snapshots]
    report = forget(filled, settings)

    assert report.is_complete
    assert report.problems == ()
    assert report.comments == 3
    removed = {place.place: place.removed for place in report.places if place.removed}
    rows = [3, 3, 3, 4, 4, 4]
    assert removed == {"table acts": 4, "table outbox": 1} | {str(old.path): count for old, count in zip(snapshots, rows, strict=True)}
    assert all(place.left == 0 for place in report.places)
    assert [act.act.act_id for act in filled.rulings.acts()] == [f"act-{number:03}" for number in range(5, 11)]
    assert (secrets_in_tables(filled), secrets_on_disk(settings.data_dir)) == (set(), set())
    new_files = filled.files.list()
    assert filled.files.tombstones() == {old.sha256: new.sha256 for old, new in zip(snapshots, new_files, strict=True)}
    for old, new, rows_before in zip(snapshots, new_files, others, strict=True):
        assert not old.path.exists()
        assert new.path is not None
        assert new.path.parent == old.path.parent
        rows_now = [{**row, "group": None} for row in read_stored_table(new.path)]
        assert rows_now == [{**row, "group": None} for row in rows_before]
    assert len(list((settings.data_dir / "snapshots").iterdir())) == 12


def test_a_file_written_anew_is_what_an_export_would_write(filled: Store, settings: Settings, tmp_path: Path) -> None:
    """A snapshot without the comments has the same bytes as one that is exported afterwards."""
    write_snapshot(filled, settings.data_dir / "snapshots")
    (file,) = forget(filled, settings).files
    assert write_snapshot(filled, tmp_path / "fresh").sha256 == file.new_sha256


def test_one_comment_is_forgotten(filled: Store, settings: Settings) -> None:
    """With an id, all about that comment goes, and the author's other comments stay."""
    write_snapshot(filled, settings.data_dir)
    report = forget(filled, settings, ForgetRequest(comments=frozenset({TROLL_COMMENTS[0]})))
    assert (report.is_complete, report.comments) == (True, 1)
    left = {act.act.act_id for act in filled.rulings.acts()}
    assert {"act-of-troll-3", "act-of-troll-4"} <= left
    assert not {"act-of-troll-1", "act-of-troll-2"} & left
    assert (TROLL_COMMENTS[0], "acts") not in secrets_in_tables(filled)


def test_a_community_narrows(filled: Store, settings: Settings) -> None:
    """Only what was posted in the community is forgotten; a comment of the same id elsewhere is another one."""
    filled.rulings.record(say(30, comment=TROLL_COMMENTS[0], text="another one", label=Label.FINE, community="village"))
    forget(filled, settings, ForgetRequest(comments=frozenset({TROLL_COMMENTS[0]}), community="town"))
    assert [act.act.community for act in filled.rulings.acts() if act.act.comment == TROLL_COMMENTS[0]] == ["village"]


def test_a_snapshot_outlives_retention(filled: Store, settings: Settings) -> None:
    """What the store's own rows have forgotten by their age is removed from the snapshots that still hold it."""
    snapshot = write_snapshot(filled, settings.data_dir)
    assert filled.rulings.forget_comments(days=1) == 10
    assert (AUTHOR, snapshot.path.name) in secrets_on_disk(settings.data_dir)
    report = forget(filled, settings)
    # The ruling in force about the first comment does not name its author, and no other file tells: only the second is found.
    assert report.files[0].removed == 2
    again = forget(filled, settings, ForgetRequest(comments=frozenset(TROLL_COMMENTS)))
    assert again.is_complete
    assert secrets_on_disk(settings.data_dir) == set()


def test_a_file_of_nothing_else_is_deleted(store: Store, settings: Settings) -> None:
    """Where no row would be left there is no new file, and the tombstone says so."""
    store.rulings.record_all(sample_acts()[:2])
    snapshot = write_snapshot(store, settings.data_dir / "snapshots")
    report = forget(store, settings)
    assert report.is_complete
    assert list((settings.data_dir / "snapshots").iterdir()) == []
    assert store.files.tombstones() == {snapshot.sha256: None}
    assert store.files.list() == []


def test_forgetting_twice_follows_the_tombstones(filled: Store, settings: Settings) -> None:
    """A file that was written anew twice leads from its first hash to its last, and whoever learned from the first is found."""
    first = write_snapshot(filled, settings.data_dir)
    forget(filled, settings, ForgetRequest(comments=frozenset({TROLL_COMMENTS[0]})))
    report = forget(filled, settings)
    (second,) = report.files
    assert filled.files.tombstones() == {first.sha256: second.old_sha256, second.old_sha256: second.new_sha256}
    assert set(report.learned_hashes) == {first.sha256, second.old_sha256}
    nothing = forget(filled, settings)
    assert (nothing.comments, nothing.files, nothing.learned_hashes, nothing.is_complete) == (0, (), (), True)


def test_a_dry_run_changes_nothing(filled: Store, settings: Settings) -> None:
    """It says what would be removed and leaves every byte where it is."""
    snapshot = write_snapshot(filled, settings.data_dir)
    before = {path: path.read_bytes() for path in settings.data_dir.iterdir() if "tipstaff.db" not in path.name}
    report = forget(filled, settings, dry_run=True)
    assert {place.place: place.removed for place in report.places} == {"table acts": 4, "table outbox": 1, str(snapshot.path): 3}
    assert {path: path.read_bytes() for path in settings.data_dir.iterdir() if "tipstaff.db" not in path.name} == before
    assert len(list(filled.rulings.acts())) == 10


def test_missing_and_changed_files_are_said(filled: Store, settings: Settings, tmp_path: Path) -> None:
    """Everything else is done, the report is not complete, and it says what to do about each file; that is done, all is."""
    moved, changed, lost = export_all(filled, tmp_path / "out")[:3]
    shutil.move(moved.path, tmp_path)
    original = changed.path.read_bytes()
    changed.path.chmod(0o600)
    changed.path.write_bytes(original + b"\n")
    lost.path.unlink()
    report = forget(filled, settings)
    assert not report.is_complete
    assert [problem.split(":")[0] for problem in report.problems] == [str(file.path) for file in (moved, changed, lost)]
    assert f"--look-in FOLDER, or, if it was deleted, add --deleted {moved.sha256[:12]}" in report.problems[0]
    assert "was changed after it was written" in report.problems[1]
    assert secrets_in_tables(filled) == set()
    assert set(report.comment_ids) == set(TROLL_COMMENTS)
    changed.path.write_bytes(original)
    request = ForgetRequest(AUTHORS_COMMENTS.authors, frozenset(report.comment_ids))
    report = forget(filled, settings, request, look_in=[tmp_path], deleted=[lost.sha256[:12]])
    assert (report.problems, report.is_complete) == ((), True)
    assert secrets_on_disk(tmp_path) == set()
    assert set(filled.files.tombstones()) >= {moved.sha256, changed.sha256}


def test_files_of_others_are_named(filled: Store, settings: Settings) -> None:
    """A copy below the folder of the data that the store does not know is not touched, but named."""
    snapshot = write_snapshot(filled, settings.data_dir)
    for copy in ("copy.parquet", "copy.bin"):
        shutil.copy(snapshot.path, settings.data_dir / copy)
    report = forget(filled, settings)
    assert not report.is_complete
    assert sorted(Path(problem.split(":")[0]).name for problem in report.problems) == ["copy.bin", "copy.parquet"]


def test_an_export_that_began_before_is_given_up(filled: Store, settings: Settings, tmp_path: Path) -> None:
    """A table that was read before and would be complete after the comments are forgotten never gets its name."""
    with ThreadPoolExecutor(1) as pool:
        try:
            with open_draft(filled.files, TableKind.LOG, tmp_path / "out") as draft:
                future = pool.submit(forget, filled, settings)
                wait_until(lambda: all_states(filled) == {FileState.CANCELLED}, what="the table is cancelled")
                table, _ = draft.write([], table_format=TableFormat.JSONL, exclusions={})
                assert not filled.files.settle(table)
                raise InterruptedError
        except InterruptedError:
            pass
        assert future.result().is_complete
    assert list((tmp_path / "out").iterdir()) == []


def test_two_at_once_both_succeed(filled: Store, settings: Settings) -> None:
    """Two calls about different comments in the same file do not undo each other's work."""
    write_snapshot(filled, settings.data_dir / "snapshots")
    requests = [ForgetRequest(comments=frozenset({comment})) for comment in (*TROLL_COMMENTS, "posting-1")]
    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(forget, filled, settings, request) for request in requests]:
            future.result()
    (file,) = filled.files.list()
    assert file.path is not None
    assert [row["id"] for row in read_stored_table(file.path)] == ["act-008"]
    assert len(list((settings.data_dir / "snapshots").iterdir())) == 2


def _forget_and_die(settings: Settings, syncs: int) -> bool:
    """Forget the author in a process that is killed when it syncs a file for the last of some times; return whether it lived."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    real_sync, remaining = os.fsync, iter(range(syncs))

    def sync(file: int) -> None:
        if next(remaining, None) is None:
            os._exit(9)
        real_sync(file)

    os.fsync = sync  # type: ignore[assignment]
    forget(open_store(settings), settings)
    os._exit(0)


def test_a_kill_at_any_moment_is_made_good(tmp_path: Path) -> None:
    """Wherever it was killed, every file is whole meanwhile, and the next call removes all that is left and says what learned from it."""
    syncs = 0
    lived = False
    while not lived:
        settings = read_settings(data_dir=tmp_path / str(syncs))
        store = open_store(settings)
        store.rulings.record_all(sample_acts())
        snapshot = write_snapshot(store, settings.data_dir / "snapshots", table_format=TableFormat.CSV)
        store.close()
        lived = _forget_and_die(settings, syncs)
        store = open_store(settings)
        files = store.files.list()
        for path in (settings.data_dir / "snapshots").glob("rulings-*.csv"):
            is_doomed = any(file.path == path and file.state is FileState.DOOMED for file in files)
            assert is_doomed or len(list(read_stored_table(path))) in (2, 5)
        unfinished = {str(file.path or file.part) for file in files if file.state is not FileState.STORED}
        assert {place.place for place in forget(store, settings, dry_run=True).places} >= unfinished
        report = forget(store, settings)
        assert report.is_complete
        assert (snapshot.sha256 in report.learned_hashes) is any(file.sha256 == snapshot.sha256 for file in files)
        assert (secrets_in_tables(store), secrets_on_disk(settings.data_dir)) == (set(), set())
        assert len(list((settings.data_dir / "snapshots").iterdir())) == 2
        assert all_states(store) == {FileState.STORED}
        store.close()
        syncs += 1
    assert syncs > 6

"""Rulings from elsewhere become acts, each once; what cannot be used is named by its file, its line and its column."""

import json
from pathlib import Path

import pytest

from model.comment import Label
from model.errors import TableError
from service.settings import Settings, read_settings
from service.store.imports.act_table import read_act_table
from service.store.imports.import_acts import ImportReport, import_acts
from service.store.snapshots.write_snapshot import write_act_log
from service.store.store import Store
from service.store.stored_types import Role
from service.table_files import TableFormat
from tests.service.store.sample_acts import sample_acts
from training.tables.labelled_tables import RowProblem

HEADER = "act,comment,text,label,moderator,role,reason,author,community,created_at,sampling_probability,attribute.insult\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with one kind of database: what differs between them is not what these tests are about."""
    return read_settings(data_dir=tmp_path / "data")


def write(folder: Path, *lines: str, name: str = "rulings.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), "utf-8")
    return path


def take_in(store: Store, path: Path, *, role: Role | None = None) -> ImportReport:
    """Import a table; every problem is reported as it is found."""
    reported: list[RowProblem] = []
    report = import_acts(store.rulings, read_act_table(path, role=role, now=store.database.now()), report_problem=reported.append)
    assert reported == report.problems
    assert report.read == report.stored + report.retries + len(report.problems)
    return report


def test_rows_become_acts(store: Store, tmp_path: Path) -> None:
    """Every column is read; a row without a role is a moderator's, and a role without persons keeps no name, which is counted."""
    path = write(
        tmp_path,
        "a1,c1,you fool,toxic,anna,lead,insult,bob,town,2026-02-01T12:00:00+02:00,0.5,yes",
        "a2,c2,cheap watches,,anna,,spam,,,,,",
        "a3,c3,a fine text,fine,anna,forum,,,,,,no",
    )
    report = take_in(store, path)
    assert (report.stored, report.unnamed, report.problems) == (3, 1, [])
    first, second, third = (stored.act for stored in store.rulings.acts())
    assert (first.act_id, first.comment, first.text, first.label, first.reason) == ("a1", "c1", "you fool", Label.TOXIC, "insult")
    assert (first.moderator, first.role, first.author, first.community) == ("anna", Role.LEAD, "bob", "town")
    assert (first.sampling_probability, first.attributes, first.dialect) == (0.5, {"insult": True}, "import")
    assert first.created_at is not None
    assert first.created_at.isoformat() == "2026-02-01T10:00:00+00:00"
    assert (second.role, second.moderator, second.teaches, second.created_at) == (Role.MODERATOR, "anna", None, store.database.now())
    assert (third.role, third.moderator, third.attributes) == (Role.FORUM, None, {"insult": False})


def test_the_role_of_the_call_counts_before_that_of_the_rows(store: Store, tmp_path: Path) -> None:
    """It is the operator's own act: with a role of theirs, no row claims another."""
    take_in(store, write(tmp_path, "a1,c1,you fool,toxic,anna,appeal,,,,,,"), role=Role.MODERATOR)
    assert [stored.act.role for stored in store.rulings.acts()] == [Role.MODERATOR]


def test_importing_twice_adds_nothing(store: Store, tmp_path: Path) -> None:
    """Acts are known again by their ids, and rows without one by the file's content and their line, whatever the file is called."""
    lines = ["a1,c1,you fool,toxic,anna,,,,,,,", ",c2,a fine text,fine,anna,,,,,,,", ",c2,a fine text,fine,anna,,,,,,,"]
    assert take_in(store, write(tmp_path, *lines)).stored == 3
    again = take_in(store, write(tmp_path, *lines, name="renamed.csv"))
    assert (again.stored, again.retries) == (0, 3)
    assert store.rulings.count() == 3


def test_bad_rows_are_named_and_the_others_stored(store: Store, tmp_path: Path) -> None:
    """Each bad row is a problem with its line and column and without its text; the rows around it are stored."""
    path = write(
        tmp_path,
        "a1,c1,you fool,toxic,anna,,,,,,,",
        "a2,c2,secret words,abusive,anna,,,,,,,",
        "a3,c3,secret words,toxic,anna,emperor,,,,,,",
        "a4,,,toxic,anna,,,,,,,",
        "a5,c5,secret words,,anna,,,,,,,",
        "a6,c6,secret words,toxic,anna,,,,,yesterday,,",
        "a7,c7,secret words,toxic,anna,,,,,2999-01-01,,",
        "a8,c8,secret words,toxic,anna,,,,,,7,",
        "a1,c9,secret words,fine,anna,,,,,,,",
        "a10,c10,secret words",
        "a11,c11,a fine text,fine,anna,,,,,,,",
    )
    report = take_in(store, path)
    assert [(problem.line, problem.field) for problem in sorted(report.problems, key=lambda problem: problem.line)] == [
        (3, "label"),
        (4, "role"),
        (5, ""),
        (6, ""),
        (7, "created_at"),
        (8, "created_at"),
        (9, ""),
        (10, "act"),
        (11, ""),
    ]
    assert {problem.file for problem in report.problems} == {str(path)}
    assert "secret" not in str(report.problems)
    assert [stored.act.act_id for stored in store.rulings.acts()] == ["a1", "a11"]


def test_cells_beyond_what_a_database_takes_are_problems(store: Store, tmp_path: Path) -> None:
    """A time before the first year, and a version longer than any, are the problems of their rows and stop no others."""
    path = tmp_path / "rulings.csv"
    scores = "review,0.2,0.3,0.5"
    path.write_text(
        "text,label,created_at,artefact,verdict,score_fine,score_toxic,score_hateful\n"
        f"early,toxic,0001-01-01T00:00:00+05:00,default@0,{scores}\n"
        f"long,toxic,2026-02-01,{'v' * 201},{scores}\n"
        f"good,toxic,2026-02-01,default@0,{scores}\n"
    )

    report = take_in(store, path)

    assert [(problem.line, problem.field) for problem in report.problems] == [(2, "created_at"), (3, "artefact")]
    assert [stored.act.text for stored in store.rulings.acts()] == ["good"]


@pytest.mark.parametrize("table_format", TableFormat)
def test_a_log_of_ours_can_be_imported(store: Store, tmp_path: Path, table_format: TableFormat) -> None:
    """What was exported with all its acts says the same after it is imported elsewhere: ids, roles, times, scores, protocols."""
    store.rulings.record_all(sample_acts())
    acts = [stored.act for stored in store.rulings.acts()]
    log = write_act_log(store, tmp_path, table_format=table_format)
    assert take_in(store, log.path).retries == len(acts)
    with store.database.write_transaction() as connection:
        connection.exec_driver_sql("DELETE FROM acts")
    assert take_in(store, log.path).problems == []
    assert [stored.act for stored in store.rulings.acts()] == acts


def test_numbers_are_ids_too(store: Store, tmp_path: Path) -> None:
    """An id that a table stores as a number is the id that it shows."""
    path = tmp_path / "rulings.jsonl"
    path.write_text("".join(json.dumps({"comment": comment, "text": "a text", "label": "fine"}) + "\n" for comment in (7, 8.0, "9")))
    take_in(store, path)
    assert [stored.act.comment for stored in store.rulings.acts()] == ["7", "8", "9"]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        pytest.param("words,label", "no column holds the comment or its id", id="no comment"),
        pytest.param("text,moderator", "no column says what was decided", id="no decision"),
        pytest.param("text,label,Label", "two columns have one name", id="a name twice"),
    ],
)
def test_tables_without_what_is_needed_are_refused(tmp_path: Path, store: Store, header: str, message: str) -> None:
    """A table that cannot be one of rulings is refused before a row is read, with the names of its columns."""
    path = tmp_path / "table.csv"
    path.write_text(f"{header}\n1,2,3\n")
    with pytest.raises(TableError, match=message):
        read_act_table(path, role=None, now=store.database.now())


def test_columns_that_mean_nothing_are_told(tmp_path: Path, store: Store) -> None:
    """Columns that are not read are listed, so that a misspelt one is noticed."""
    path = tmp_path / "table.csv"
    path.write_text("text,label,moderater\na,fine,anna\n")
    assert read_act_table(path, role=None, now=store.database.now()).unread == ["moderater"]

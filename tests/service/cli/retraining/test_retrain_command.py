"""``tipstaff retrain`` as people call it: rulings become a candidate in the registry, and what cannot be learned is said in one line."""

import contextlib
import json
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.artefact.folder import read_artefact
from model.normaliser.version import normaliser_version
from service.registry.registry import Registry, open_registry
from service.settings import read_settings
from tests.service.cli.calls import Call, CommandResult, Start, write_csv
from tests.service.retraining.teaching_rows import COLUMNS, teaching_rows
from tests.waiting import wait_until
from training.tables.describe_files import hash_file


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of the site."""
    folder = tmp_path / "data"
    monkeypatch.setenv("TIPSTAFF_DATA_DIR", str(folder))
    # Where no public corpus lies beside.
    site = tmp_path / "place/site"
    site.mkdir(parents=True)
    monkeypatch.chdir(site)
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of rulings."""
    return write_csv(tmp_path / "rulings.csv", COLUMNS, teaching_rows(90))


def registry() -> Registry:
    return open_registry(read_settings())


def retrain(call: Call, *arguments: object) -> dict[str, Any]:
    """Returns what the command prints as JSON."""
    result = call("retrain", *arguments, "--json")
    assert result.code == 0, result.err
    document: dict[str, Any] = json.loads(result.out)
    return document


def test_table_becomes_a_candidate_with_card_and_report(call: Call, folder: Path, table: Path, tmp_path: Path) -> None:
    """The candidate is in the registry and in the folder asked for, whole, with the gate's report and a card that says the same."""
    made = retrain(call, table, "-o", tmp_path / "out", "--champion", folder, "--name", "site")

    stored = read_artefact(tmp_path / "out", normaliser=normaliser_version())
    candidate = registry().candidate()
    record = registry().record(made["version"])
    card = (tmp_path / "out/MODEL_CARD.md").read_text(encoding="utf-8")
    champion = read_artefact(folder, normaliser=normaliser_version()).manifest.content_hash
    assert made["version"] == f"site@{made['content_hash'][:12]}"
    assert made["content_hash"] == stored.manifest.content_hash
    assert (made["folder"], made["snapshot"], made["activated"]) == (str(tmp_path / "out"), None, False)
    assert candidate is not None
    assert candidate.content_hash == made["content_hash"]
    assert record.started_from == champion
    assert [(entry.kind, entry.name, entry.rows) for entry in record.learned_from] == [("table", "rulings.csv", 90)]
    assert record.settings["rows"] == {"rulings": {"fine": 30, "toxic": 30, "hateful": 30}}
    assert record.gate == made["gate"] == json.loads((tmp_path / "out/gate.json").read_text(encoding="utf-8"))
    assert all(part in card for part in (made["version"], "rulings.csv", champion, *(rule["rule"] for rule in made["gate"]["rules"])))
    assert registry().champion() is None
    assert read_artefact(registry().fetch(made["version"]), normaliser=normaliser_version()).manifest == stored.manifest


def test_people_get_the_table_the_verdict_and_the_next_step(call: Call, folder: Path, table: Path) -> None:
    """Without --json the gate's table and verdict are on standard output, progress and advice on standard error."""
    result = call("retrain", table, "--champion", folder)

    assert result.code == 0, result.err
    assert "gain" in result.out
    assert "The candidate" in result.out
    assert "90 rows read: 90 used" in result.err
    assert "tipstaff models try" in result.err
    assert "zorg" not in result.out + result.err


@pytest.mark.nightly
def test_same_rulings_make_the_same_candidate(call: Call, folder: Path, table: Path, tmp_path: Path) -> None:
    """Neither the order of the rows, nor the file that they are in, nor the number of threads changes the hash, or the report."""
    other = write_csv(tmp_path / "again.csv", COLUMNS, teaching_rows(90)[::-1])

    first = retrain(call, table, "--champion", folder, "--threads", 1)
    second = retrain(call, other, "--champion", folder, "--threads", 2)

    assert second["content_hash"] == first["content_hash"]
    assert second["gate"] == first["gate"]


def check_refusal(result: CommandResult, *words: str) -> None:
    """Checks that the command failed with one line that says why, besides the steps that it went through."""
    *steps, line = result.err.splitlines()
    assert result.code == 1
    assert result.out == ""
    assert all(step in {"tipstaff: reading", "tipstaff: fitting"} for step in steps)
    assert all(word in line for word in words), line


def test_what_teaches_nothing_is_refused(call: Call, folder: Path, tmp_path: Path) -> None:
    """No rulings in the store, one answer alone, no usable row, a missing table: each is one line, and no candidate is left."""
    one_answer = write_csv(tmp_path / "fine.csv", COLUMNS, teaching_rows(60, labels=["fine"]))
    unusable = write_csv(tmp_path / "unusable.csv", ("text", "label"), [("what", "spam")] * 3)

    check_refusal(call("retrain", "--champion", folder), "no ruling")
    check_refusal(call("retrain", one_answer, "--champion", folder), "all rulings say the same")
    check_refusal(call("retrain", unusable, "--champion", folder), "unusable.csv", "line 2", "'spam' is not fine, toxic, hateful")
    check_refusal(call("retrain", tmp_path / "nowhere.csv", "--champion", folder), "nowhere.csv")
    check_refusal(call("retrain", one_answer, "--champion", tmp_path / "nothing"), "nothing")
    assert registry().candidate() is None
    assert registry().versions() == []


def test_tables_from_which_somebody_was_forgotten_are_refused(call: Call, folder: Path, table: Path) -> None:
    """A copy of a table that was written anew without a comment teaches nobody: no model would be listed that learned from it."""
    registry().add_tombstone(hash_file(table), None)

    check_refusal(call("retrain", table, "--champion", folder), "rulings.csv", "a comment was forgotten from this table")
    assert registry().versions() == []


def test_bad_rows_are_listed_without_their_text(call: Call, folder: Path, tmp_path: Path) -> None:
    """A row that cannot be used is left out and named by file, line and field; with --strict it ends the run."""
    rows = [*(row[:2] for row in teaching_rows(60)), ("what a day", "spam")]
    table = write_csv(tmp_path / "t.csv", ("text", "label"), rows)

    result = call("retrain", table, "--champion", folder)
    assert result.code == 0, result.err
    assert f"{table}: line 62: label: 'spam' is not fine, toxic, hateful" in result.err
    assert "what a day" not in result.out + result.err
    check_refusal(call("retrain", table, "--champion", folder, "--strict"), "line 62")


@pytest.mark.nightly
def test_corpus_and_recent_comments_fill_their_rules(call: Call, folder: Path, table: Path, tmp_path: Path) -> None:
    """With a corpus and recent comments their two rules are measured; without, they are skipped, and never passed."""
    recent = write_csv(tmp_path / "recent.csv", ("text",), [row[:1] for row in teaching_rows(60)])
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    write_csv(corpus / "elsewhere.csv", ("text", "label"), [(f"{row[0]} elsewhere", row[1]) for row in teaching_rows(600)])

    def verdicts(*arguments: object) -> dict[str, str]:
        rules = retrain(call, table, "--champion", folder, *arguments)["gate"]["rules"]
        return {rule["rule"]: rule["verdict"] for rule in rules if rule["rule"] in {"kit-corpus", "recent"}}

    assert verdicts() == {"kit-corpus": "skipped", "recent": "skipped"}
    assert "skipped" not in verdicts("--corpus", corpus, "--recent", recent).values()
    learned = {entry.kind: entry for entry in registry().record("candidate").learned_from}
    assert set(learned) == {"table", "corpus"}


def test_rows_of_the_public_corpus_that_were_read_again_join(call: Call, folder: Path, table: Path, tmp_path: Path) -> None:
    """Where the public corpus lies beside, its re-read dev rows say whether harm is done; nothing of it is learned."""
    corpus = tmp_path / "place/shared/corpus"
    corpus.mkdir(parents=True)
    rows = teaching_rows(120)
    columns = {"text": [row[0] for row in rows], "label": [row[1] for row in rows], "source": ["a"] * 120, "split": ["dev"] * 120}
    pq.write_table(pa.table(columns), corpus / "reread.parquet")

    made = retrain(call, table, "--champion", folder)

    (line,) = (rule for rule in made["gate"]["rules"] if rule["rule"] == "kit-corpus")
    assert line["verdict"] != "skipped"
    assert [entry.kind for entry in registry().record("candidate").learned_from] == ["table"]


@contextlib.contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """Lets no file of this process become larger than so many bytes, as a full disk would."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_run_that_fails_while_writing_leaves_nothing_half(call: Call, folder: Path, table: Path, tmp_path: Path, data_dir: Path) -> None:
    """A disk that takes no more ends the run with one line; the registry and the folder that was asked for are as before."""
    with files_limited_to(4096):
        result = call("retrain", table, "--champion", folder, "-o", tmp_path / "out")

    assert (result.code, result.out) == (1, "")
    assert "File too large" in result.err
    assert registry().versions() == []
    assert registry().candidate() is None
    assert not (tmp_path / "out").exists()
    assert list((data_dir / "retraining").iterdir()) == []


@pytest.mark.nightly
def test_killed_run_and_two_at_once_break_nothing(call: Call, start: Start, folder: Path, table: Path, data_dir: Path) -> None:
    """After a kill at the fit, two runs at once make the same candidate, whole, and the killed one's folder is gone."""
    arguments = ("retrain", table, "--champion", folder, "--json")
    with start(*arguments) as killed:
        wait_until(lambda: list((data_dir / "retraining").glob("run-*")) if data_dir.exists() else None, what="the run has begun")
        killed.process.kill()
        killed.process.wait()

    with start(*arguments) as first, start(*arguments) as second:
        outcomes = [run.process.communicate(timeout=300) for run in (first, second)]
        assert [run.process.returncode for run in (first, second)] == [0, 0], outcomes

    one, other = (json.loads(out) for out, _ in outcomes)
    assert one == other
    assert read_artefact(registry().fetch(one["version"]), normaliser=normaliser_version()).manifest.content_hash == one["content_hash"]
    assert [record.version for record in registry().versions()] == [one["version"]]
    assert list((data_dir / "retraining").iterdir()) == []

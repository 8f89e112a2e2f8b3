"""The fuzzer of dumps reads sound files in every way alike, finds planted faults, and what it once found is read now."""

from pathlib import Path
from random import Random

import pytest

from fuzz.dump_files import generate_dump, table_files
from fuzz.dumps import check_dump, check_origin, check_refusal, check_rows
from fuzz.promises import BrokenPromiseError
from model.errors import DumpError
from model.moderator import Moderator
from service.batch.rows import DumpOptions, Reason, Row
from tests.service.batch.input.platforms.sample import Sample
from tests.service.batch.input.platforms.samples import every_sample

KEPT = sorted(path for path in (Path(__file__).parents[2] / "fuzz/kept/dumps").iterdir() if path.is_file())
SUFFIXES = (".zip", ".tar", ".gz", ".xz", ".zst", ".bz2", ".parquet", ".feather", ".stream", ".jsonl", ".csv", ".xml", ".html", ".sql", "")


@every_sample
def test_sound_files_are_read_in_every_way(tmp_path: Path, sample: Sample, moderator: Moderator) -> None:
    """Whole, in shards, as columns and scored, a sound file keeps every promise."""
    path = tmp_path / sample.name
    path.write_bytes(sample.content)
    check_dump(path, DumpOptions(), shard_size=50, moderator=moderator)


def test_sound_tables_are_read_in_every_way(tmp_path: Path) -> None:
    """Parquet, Feather and Arrow streams of every type of text keep every promise."""
    tables = table_files()
    assert len(tables) > 10
    for suffix, content in tables.items():
        path = tmp_path / f"comments{suffix}"
        path.write_bytes(content)
        check_dump(path, DumpOptions(), shard_size=50)


def test_files_of_every_kind_are_made() -> None:
    """Chance makes files of every format, compression and archive, and the same ones for the same seed."""
    tables = table_files()
    random, again = Random(1), Random(1)
    dumps = [generate_dump(random, tables) for _ in range(600)]
    # Archives and gzip hold the time at which they were made.
    assert [dump.suffix for dump in (generate_dump(again, tables) for _ in range(300))] == [dump.suffix for dump in dumps[:300]]
    assert [suffix for suffix in SUFFIXES if not any(dump.suffix.endswith(suffix) for dump in dumps)] == []
    assert len({dump.content for dump in dumps}) > 500


@pytest.mark.parametrize("row", [Row(1, "a", None), Row(1, "a", "hi", Reason.DELETED), Row(1, 1.5, "hi")])  # type: ignore[arg-type]
def test_rows_that_are_none_are_found(row: Row) -> None:
    """A row without text or reason, with both, or with an odd id breaks a promise."""
    check_rows([Row(1, "a", "hi"), Row(2, 7, None, Reason.DELETED)])
    with pytest.raises(BrokenPromiseError):
        check_rows([row])


def test_text_from_elsewhere_is_found() -> None:
    """A text that does not stand in the file is memory that somebody else wrote; what was not UTF-8 is written otherwise."""
    check_origin([Row(1, "a", "hi"), Row(2, "b", "x\ufffd"), Row(3, "c", None, Reason.NO_TEXT)], b"...hi...")
    with pytest.raises(BrokenPromiseError, match="within the file"):
        check_origin([Row(1, "a", "hi"), Row(2, "b", "secret")], b"...hi...")


def test_a_refusal_of_many_lines_is_found() -> None:
    """A refusal says what is wrong in one line."""
    check_refusal(DumpError("x.csv is no dump that is known"))
    with pytest.raises(BrokenPromiseError, match="in one line"):
        check_refusal(DumpError("x.csv:\nno dump"))


def test_what_once_failed_is_read(tmp_path: Path, moderator: Moderator, subtests: pytest.Subtests) -> None:
    """A file that was once a finding is read in every way alike, or refused in one line."""
    assert KEPT
    for path in KEPT:
        with subtests.test(path.name):
            copy = tmp_path / path.name
            copy.write_bytes(path.read_bytes())
            check_dump(copy, DumpOptions(), shard_size=1, moderator=moderator)

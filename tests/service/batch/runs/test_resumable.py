"""A run leaves a whole output, or one that the same command can continue; rows of different runs are never mixed."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import DumpError, UnsafeFileError
from model.policy import Policy
from service.batch.job import ScoreJob
from service.batch.output.destination import output_format
from service.batch.row_selection import RowSelection
from service.batch.rows import DumpOptions, Quoting
from service.batch.score import score_files
from service.batch.statistics.summary import RunSummary
from service.judging.community import Community
from service.judging.foreign import OnForeign
from service.judging.judge_options import JudgeOptions
from service.judging.lists.word_lists import WordLists

if TYPE_CHECKING:
    from model.moderator import Moderator as Judge

LENIENT = Policy("default", 0.9, 0.9, 1.0, 1.0)
STRICT = Community("default", policy=Policy("default", 0.1, 0.1, 0.2, 0.2))


def write_dump(path: Path, count: int, *, word: str = "text") -> Path:
    """Write a file of comments, every tenth of them empty."""
    path.write_text(
        "".join(
            json.dumps({"id": f"{path.stem}{number}", "text": f"{word} {number}" if number % 10 else ""}) + "\n" for number in range(count)
        )
    )
    return path


def score(inputs: Sequence[Path], out: Path | str, judge: object, **options: Any) -> RunSummary:
    job = ScoreJob([str(path) for path in inputs], out=str(out), write_as=output_format(str(out), None), **options)
    return score_files(job, judge)  # type: ignore[arg-type]


def read_files(folder: Path, *, but: str = "summary.json") -> dict[str, bytes]:
    """Return name → content of the files in a folder."""
    return {
        str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file() and not file.name.endswith(but)
    }


def test_shards_count_together_also_those_of_an_earlier_run(tmp_path: Path, judge: "Judge") -> None:
    """What a file may become is bounded for all of its shards, however many processes or runs share them; rows already scored stay."""
    shared = pa.DictionaryArray.from_arrays(pa.array([0] * 160, pa.int32()), pa.array(["x" * 900_000]))
    dump = tmp_path / "x.parquet"
    pq.write_table(pa.table({"text": shared}), dump, row_group_size=40, compression="zstd")
    out = tmp_path / "o.jsonl"
    for _ in range(2):
        with pytest.raises(UnsafeFileError, match="become") as refusal:
            score([dump], out, judge, shard_size=1)
    assert refusal.value.__notes__ == ["3 shards are done: give the same command again to go on"]
    assert not out.exists()
    trusting = DumpOptions(max_expansion=10**6)
    assert score([dump], out, judge, shard_size=1, dump_options=trusting).resumed == 3


class InterruptedJudge:
    """A moderator that is interrupted once it has answered a number of calls."""

    def __init__(self, judge: "Judge", calls: int) -> None:
        self._judge = judge
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._judge, name)

    def decide(self, *arguments: Any, **options: Any) -> Any:
        self._calls -= 1
        if self._calls < 0:
            raise KeyboardInterrupt
        return self._judge.decide(*arguments, **options)


OUTPUTS = ["o.jsonl", "o.csv", "o.parquet", "o.sqlite", "o"]


def read_rows(out: Path) -> list[tuple[Any, ...]]:
    """Return id, label, toxic, dump and row of every row of an output."""
    names = ("id", "label", "toxic", "dump", "row")
    if out.suffix == ".sqlite":
        with sqlite3.connect(out) as database:
            return list(database.execute(f"SELECT {', '.join(names)} FROM scores ORDER BY rowid"))
    if out.suffix == ".jsonl":
        rows = [json.loads(line) for line in out.read_text().splitlines()]
    elif out.suffix == ".csv":
        import csv

        with out.open(newline="") as file:
            cells = list(csv.DictReader(file))
        rows = [
            row | {"label": row["label"] or None, "toxic": float(row["toxic"]) if row["toxic"] else None, "row": int(row["row"])}
            for row in cells
        ]
    else:
        rows = pq.read_table(out).to_pylist()
    return [tuple(row[name] for name in names) for row in rows]


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_kind_of_output_holds_the_same_rows(tmp_path: Path, judge: "Judge", name: str) -> None:
    """One file of any format, or a folder that readers of data sets understand: the rows of all inputs, in order."""
    inputs = [write_dump(tmp_path / "a.jsonl", 25), write_dump(tmp_path / "b.jsonl", 12)]
    out = tmp_path / name
    summary = score(inputs, out, judge)
    rows = read_rows(out)
    score(inputs, tmp_path / "other.jsonl", judge)
    assert rows == read_rows(tmp_path / "other.jsonl")
    assert [row[0] for row in rows] == [f"a{number}" for number in range(25)] + [f"b{number}" for number in range(12)]
    assert (summary.rows, summary.judged, summary.reasons) == (37, 32, {"empty": 5})


@pytest.mark.parametrize(
    ("name", "summary", "rejects"), [("o.csv", "o.csv.summary.json", "o.csv.rejects.jsonl"), ("o", "o/_summary.json", "o/_rejects.jsonl")]
)
def test_summary_and_rejects_lie_beside_the_output(tmp_path: Path, judge: "Judge", name: str, summary: str, rejects: str) -> None:
    """The summary has every count; rows that were not judged are listed with position and reason, without their texts."""
    inputs = [write_dump(tmp_path / "a.jsonl", 25), write_dump(tmp_path / "b.jsonl", 12)]
    score(inputs, tmp_path / name, judge)
    content = json.loads((tmp_path / summary).read_text())
    assert (content["read"], content["rows"], content["judged"], content["reasons"]) == (37, 37, 32, {"empty": 5})
    assert sum(content["histograms"]["abusive"]) == 32
    rejected_rows = [json.loads(line) for line in (tmp_path / rejects).read_text().splitlines()]
    assert [(row["dump"], row["row"], row["reason"]) for row in rejected_rows] == [
        *((str(inputs[0]), row, "empty") for row in (1, 11, 21)),
        *((str(inputs[1]), row, "empty") for row in (1, 11)),
    ]
    assert not list(tmp_path.glob("**/*work*"))


def test_the_list_of_rejects_of_an_earlier_run_is_removed(tmp_path: Path, judge: "Judge") -> None:
    """The files beside an output belong to that output."""
    path = write_dump(tmp_path / "a.jsonl", 3)
    score([path], tmp_path / "o.csv", judge)
    assert (tmp_path / "o.csv.rejects.jsonl").exists()
    path.write_text('{"text": "good"}\n')
    score([path], tmp_path / "o.csv", judge)
    assert not (tmp_path / "o.csv.rejects.jsonl").exists()


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_stopped_run_can_be_continued(tmp_path: Path, judge: "Judge", name: str) -> None:
    """Completed shards are not scored again, and the output equals that of a run that was not stopped."""
    inputs = [write_dump(tmp_path / f"{letter}.jsonl", 30) for letter in "abcd"]
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    score(inputs, whole / name, judge)
    with pytest.raises(KeyboardInterrupt):
        score(inputs, cut / name, InterruptedJudge(judge, 2))
    assert not (cut / name).is_file()
    summary = score(inputs, cut / name, judge)
    assert (summary.resumed, summary.shards, summary.rows) == (2, 4, 120)
    assert read_files(cut) == read_files(whole)


def test_a_run_stopped_before_a_shard_is_completed_leaves_nothing(tmp_path: Path, judge: "Judge") -> None:
    """A work folder with nothing to continue from is removed."""
    path = write_dump(tmp_path / "a.jsonl", 30)
    with pytest.raises(KeyboardInterrupt):
        score([path], tmp_path / "o.csv", InterruptedJudge(judge, 0))
    assert [file.name for file in tmp_path.iterdir()] == ["a.jsonl"]


def stop_after_first_file(tmp_path: Path, judge: "Judge", out: Path) -> list[Path]:
    """Leave a run of two files stopped after the first."""
    inputs = [write_dump(tmp_path / f"{letter}.jsonl", 30) for letter in "ab"]
    with pytest.raises(KeyboardInterrupt):
        score(inputs, out, InterruptedJudge(judge, 1))
    return inputs


@pytest.mark.parametrize("name", ["o.csv", "o"])
def test_a_changed_input_is_not_mixed_with_the_old_one(tmp_path: Path, judge: "Judge", name: str) -> None:
    """The run is refused, with the file's name, unless it starts anew."""
    inputs = stop_after_first_file(tmp_path, judge, tmp_path / name)
    write_dump(inputs[0], 30, word="Text")
    with pytest.raises(DumpError, match=r"another .*a\.jsonl: it has changed.*--fresh"):
        score(inputs, tmp_path / name, judge)
    score(inputs, tmp_path / name, judge, fresh=True)
    score(inputs, tmp_path / "other.csv", judge)
    assert read_rows(tmp_path / name) == read_rows(tmp_path / "other.csv")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"selection": RowSelection(seed=7)}, "another seed"),
        ({"dump_options": DumpOptions(id_column="id")}, "another id column"),
        ({"dump_options": DumpOptions(place_column="id")}, "another place column"),
        ({"dump_options": DumpOptions(encoding="cp1252")}, "another encoding"),
        ({"dump_options": DumpOptions(delimiter=";")}, "another delimiter"),
        ({"dump_options": DumpOptions(quoting=Quoting.NONE)}, "another quoting"),
        ({"dump_options": DumpOptions(has_header=False)}, "another has header"),
        ({"dump_options": DumpOptions(table="posts")}, "another table"),
        ({"make_ids": True}, "another make ids"),
        ({"shard_size": 1000}, "another shard size"),
        ({"judge_options": JudgeOptions(on_foreign=OnForeign.APPROVE)}, "another --on-foreign or TIPSTAFF_ON_FOREIGN;"),
        ({"judge_options": JudgeOptions(letters=7)}, "another TIPSTAFF_LANGUAGE_LETTERS;"),
        ({"judge_options": JudgeOptions(certainty=0.9)}, "another TIPSTAFF_LANGUAGE_CERTAINTY;"),
        ({"judge_options": JudgeOptions(identify=True)}, "another language;"),
        ({"judge_options": JudgeOptions(community=Community("default"))}, "another community, set of the community's rules;"),
    ],
)
def test_a_changed_option_is_not_mixed_with_the_old_one(tmp_path: Path, judge: "Judge", options: dict[str, Any], words: str) -> None:
    """The message says which option it is."""
    inputs = stop_after_first_file(tmp_path, judge, tmp_path / "o.csv")
    with pytest.raises(DumpError, match=words):
        score(inputs, tmp_path / "o.csv", judge, **options)


@pytest.mark.parametrize(
    ("judge_options", "words"),
    [
        (JudgeOptions(policy="default", community=STRICT), "another policy;"),
        (JudgeOptions(community=replace(STRICT, deny=WordLists(["casino"]))), "another set of the community's rules;"),
        (JudgeOptions(community=replace(STRICT, policy=LENIENT)), "another set of the community's rules;"),
    ],
)
def test_changed_rules_are_not_mixed_with_the_old_ones(tmp_path: Path, judge: "Judge", judge_options: JudgeOptions, words: str) -> None:
    """Other lists or thresholds are another run, also where they have the old name: here the community is called as a policy is."""
    path, out = write_dump(tmp_path / "a.jsonl", 3), tmp_path / "o"
    score([path], out, judge, judge_options=JudgeOptions(community=STRICT))
    with pytest.raises(DumpError, match=words):
        score([path], out, judge, judge_options=judge_options)
    score([path], out, judge, judge_options=JudgeOptions(community=STRICT))


def test_sqlite_knows_numbers_and_truth(tmp_path: Path, judge: "Judge") -> None:
    """Columns of a database have types: SQLite holds whether a row is foreign as 0 or 1, not as text."""
    score([write_dump(tmp_path / "a.jsonl", 2)], tmp_path / "o.sqlite", judge)
    with sqlite3.connect(tmp_path / "o.sqlite") as database:
        rows = list(database.execute('SELECT "foreign", typeof("foreign"), typeof(toxic), typeof(row) FROM scores ORDER BY row'))
    assert rows == [(None, "null", "null", "integer"), (0, "integer", "real", "integer")]


def test_other_inputs_and_another_model_are_not_mixed(tmp_path: Path, judge: "Judge") -> None:
    """Nor are scores of two artefacts ever in one output."""
    inputs = stop_after_first_file(tmp_path, judge, tmp_path / "o.csv")
    with pytest.raises(DumpError, match="other inputs"):
        score(inputs[:1], tmp_path / "o.csv", judge)
    judge.version = "fake@2"
    with pytest.raises(DumpError, match="the model fake@1, now it is fake@2"):
        score(inputs, tmp_path / "o.csv", judge)


def test_strict_and_the_number_of_processes_may_change(tmp_path: Path, judge: "Judge") -> None:
    """Options that change no row do not prevent a run from being continued."""
    path = write_dump(tmp_path / "a.jsonl", 9)
    good = tmp_path / "0.jsonl"
    good.write_text('{"text": "good"}\n')
    with pytest.raises(DumpError, match="without --strict"):
        score([good, path], tmp_path / "o.csv", judge, strict=True)
    assert score([good, path], tmp_path / "o.csv", judge, jobs=1).resumed == 1


def test_a_folder_is_not_mixed_with_anything(tmp_path: Path, judge: "Judge") -> None:
    """Neither other files nor the scores of another run may be in it; --fresh removes only the latter."""
    first, second = write_dump(tmp_path / "a.jsonl", 30), write_dump(tmp_path / "b.jsonl", 20)
    out = tmp_path / "o"
    score([first, second], out, judge)
    score([first, second], out, judge)
    with pytest.raises(DumpError, match=r"holds the scores of other inputs.*--fresh"):
        score([second], out, judge)
    assert len(read_rows(out)) == 50
    score([second], out, judge, fresh=True)
    assert len(read_rows(out)) == 20
    (out / "mine.txt").touch()
    with pytest.raises(DumpError, match=r"holds other things \(mine\.txt\)"):
        score([second], out, judge, fresh=True)


@pytest.mark.parametrize("name", ["o.csv", "o"])
def test_two_runs_do_not_write_one_output(tmp_path: Path, judge: "Judge", name: str) -> None:
    """The second is refused while the first is at work, and does it no harm."""
    inputs = stop_after_first_file(tmp_path, judge, tmp_path / name)
    work = tmp_path / "o" / "_work" if name == "o" else tmp_path / "o.csv.work"
    handle = os.open(work, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(DumpError, match="being written by another run"):
            score(inputs, tmp_path / name, judge, fresh=True)
    finally:
        os.close(handle)
    assert score(inputs, tmp_path / name, judge).resumed == 1


def test_a_lost_part_is_scored_again(tmp_path: Path, judge: "Judge") -> None:
    """A shard counts as completed only while its part exists."""
    inputs = stop_after_first_file(tmp_path, judge, tmp_path / "o.parquet")
    (tmp_path / "o.parquet.work" / "part-00000.parquet").unlink()
    assert score(inputs, tmp_path / "o.parquet", judge).resumed == 0
    assert len(read_rows(tmp_path / "o.parquet")) == 60


def test_a_limit_is_of_the_whole_run(tmp_path: Path, judge: "Judge") -> None:
    """The first rows are scored, over all files, however often the run was stopped."""
    inputs = [write_dump(tmp_path / f"{letter}.jsonl", 30) for letter in "abc"]
    with pytest.raises(KeyboardInterrupt):
        score(inputs, tmp_path / "o.csv", InterruptedJudge(judge, 1), selection=RowSelection(limit=40))
    score(inputs, tmp_path / "o.csv", judge, selection=RowSelection(limit=40))
    assert [row[0] for row in read_rows(tmp_path / "o.csv")] == [f"a{number}" for number in range(30)] + [
        f"b{number}" for number in range(10)
    ]

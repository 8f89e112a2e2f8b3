"""Every row read is one row written, in order, whatever the rows and however they are cut into chunks."""

import io
import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import DumpError, PolicyError
from service.batch.job import OutputFormat, ScoreJob
from service.batch.output.run_plan import file_fingerprint
from service.batch.rows import DumpOptions
from service.batch.runs.progress import RunProgress
from service.batch.score import score_files
from service.batch.scored_chunks import round_score_rows
from service.batch.statistics.summary import RunSummary, summary_json
from service.batch.terminal_report import summary_lines
from service.http.routes.moderate_messages import round_scores
from service.judging.judge_options import JudgeOptions
from tests.service.batch.input.packing import pack_zip

if TYPE_CHECKING:
    from model.moderator import Moderator as Judge


def score(inputs: Sequence[Path | str], out: Path, judge: "Judge", **options: Any) -> tuple[RunSummary, list[dict[str, Any]]]:
    summary = score_files(ScoreJob([str(path) for path in inputs], out=out, **options), judge)
    return summary, [json.loads(line) for line in out.read_text("utf-8").split("\n")[:-1]]


def list_names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def without_place(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"dump", "row"}}


def write_lines(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return path


def test_rows_of_all_files_come_in_order(tmp_path: Path, judge: "Judge") -> None:
    """Files follow each other; a row without an id has none, and its number in its file says which it is."""
    first = write_lines(tmp_path / "a.jsonl", {"id": "x", "text": "one"}, "broken", {"id": 3, "text": " "})
    second = tmp_path / "b.csv"
    second.write_text("text\ntwo\nthree\n")
    summary, rows_written = score([first, second], tmp_path / "o.jsonl", judge)
    assert [row["id"] for row in rows_written] == ["x", None, 3, None, None]
    places = [(str(first), 1), (str(first), 2), (str(first), 3), (str(second), 2), (str(second), 3)]
    assert [(row["dump"], row["row"]) for row in rows_written] == places
    assert [row["reason"] for row in rows_written] == [None, "not-json", "empty", None, None]
    assert [row["label"] is None for row in rows_written] == [False, True, True, False, False]
    assert {row["model"] for row in rows_written} == {"fake@1"}
    assert (summary.rows, summary.judged, summary.reasons) == (5, 3, {"not-json": 1, "empty": 1})
    assert sum(summary.labels.values()) == sum(summary.verdicts.values()) == 3


def test_each_row_gets_the_judgement_of_its_own_text(tmp_path: Path, judge: "Judge") -> None:
    """Rows that are not judged do not shift the others."""
    texts = [None if number % 3 == 1 else f"text {number}" for number in range(100)]
    path = write_lines(tmp_path / "a.jsonl", *({"id": number, "text": text} for number, text in enumerate(texts)))
    _, together = score([path], tmp_path / "o.jsonl", judge)
    for text, row in zip(texts, together, strict=True):
        if text is not None:
            _, alone = score([write_lines(tmp_path / "b.jsonl", {"id": row["id"], "text": text})], tmp_path / "p.jsonl", judge)
            assert [without_place(other) for other in alone] == [without_place(row)]


@given(
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=20)), max_size=30),
    st.integers(1, 7),
    st.integers(1, 40),
)
def test_the_size_of_chunks_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, judge_for_all: "Judge", texts: list[object], max_rows: int, max_text: int
) -> None:
    """Any list of texts gives as many rows, with the same ids in the same order and the same scores, however it is cut."""
    folder = tmp_path_factory.mktemp("chunks")
    path = write_lines(folder / "a.jsonl", *({"id": f"#{number}", "text": text} for number, text in enumerate(texts)))
    _, whole = score([path], folder / "whole.jsonl", judge_for_all)
    _, cut = score([path], folder / "cut.jsonl", judge_for_all, max_rows=max_rows, max_text=max_text)
    assert whole == cut
    assert [row["id"] for row in whole] == [f"#{number}" for number in range(len(texts))]
    for text, row in zip(texts, whole, strict=True):
        assert (row["label"] is None) == (row["reason"] is not None) == (not isinstance(text, str) or not text.strip())


@given(st.binary(max_size=300))
def test_any_bytes_are_scored_or_refused(tmp_path_factory: pytest.TempPathFactory, judge_for_all: "Judge", content: bytes) -> None:
    """No input makes a run fail with anything but a DumpError, and a refused one leaves no output."""
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "a").write_bytes(content)
    try:
        summary, rows_written = score([folder / "a"], folder / "o.jsonl", judge_for_all)
        assert summary.rows == len(rows_written)
    except DumpError:
        assert not (folder / "o.jsonl").exists()


def test_strict_stops_at_the_first_row_without_a_label(tmp_path: Path, judge: "Judge") -> None:
    """The line is named, and no output appears."""
    path = write_lines(tmp_path / "a.jsonl", {"text": "good"}, "", {"text": " "}, "broken")
    with pytest.raises(DumpError, match=r"a\.jsonl: line 3 cannot be judged: empty"):
        score([path], tmp_path / "o.jsonl", judge, strict=True)
    assert list_names(tmp_path) == ["a.jsonl"]


def test_an_unknown_policy_is_refused_even_without_rows(tmp_path: Path, judge: "Judge") -> None:
    """A wrong name is an error before anything is written."""
    with pytest.raises(PolicyError, match="nope"):
        score([write_lines(tmp_path / "a.jsonl")], tmp_path / "o.jsonl", judge, judge_options=JudgeOptions(policy="nope"))
    assert not (tmp_path / "o.jsonl").exists()


def test_no_input_is_overwritten(tmp_path: Path, judge: "Judge") -> None:
    """This holds for its own name, a hard link and a symbolic link."""
    path = write_lines(tmp_path / "a.jsonl", {"text": "good"})
    os.link(path, tmp_path / "b.jsonl")
    (tmp_path / "c.jsonl").symlink_to(path)
    for name in "abc":
        with pytest.raises(DumpError, match="one of the files to be scored"):
            score([path], tmp_path / f"{name}.jsonl", judge)
    assert path.read_text() == '{"text": "good"}'


def test_a_bad_input_stops_everything_before_it_begins(tmp_path: Path, judge: "Judge") -> None:
    """A missing file, an output in a folder of inputs and standard input named twice are found before the first is read."""
    path = write_lines(tmp_path / "a.jsonl", {"text": "good"})
    with pytest.raises(FileNotFoundError, match=r"missing\.csv"):
        score([path, tmp_path / "missing.csv"], tmp_path / "o.jsonl", judge)
    with pytest.raises(DumpError, match="lies in a folder that is to be scored"):
        score([path, tmp_path], tmp_path / "o.jsonl", judge)
    with pytest.raises(DumpError, match="twice"):
        score(["-", path, "-"], tmp_path / "o.jsonl", judge)
    assert list_names(tmp_path) == ["a.jsonl"]


def test_a_folder_is_scored_like_an_archive(tmp_path: Path, judge: "Judge") -> None:
    """Each row names the file that it comes from; once a file in the folder has changed, an earlier run is not continued."""
    folder = tmp_path / "site"
    (folder / "b").mkdir(parents=True)
    write_lines(folder / "a.jsonl", {"id": 1, "text": "good"})
    write_lines(folder / "b/a.jsonl", {"id": 1, "text": "fine"})
    (folder / "photo.png").write_bytes(b"\x89PNG")
    _, rows = score([folder], tmp_path / "o.jsonl", judge)
    assert [(row["dump"], row["id"]) for row in rows] == [(f"{folder}/a.jsonl", 1), (f"{folder}/b/a.jsonl", 1)]
    fingerprint = file_fingerprint(str(folder))
    assert file_fingerprint(str(folder)) == fingerprint
    write_lines(folder / "b/a.jsonl", {"id": 1, "text": "fine!"})
    assert file_fingerprint(str(folder)) != fingerprint


def test_a_later_bad_file_leaves_no_output(tmp_path: Path, judge: "Judge") -> None:
    """The rows of the files before it do not appear under the final name."""
    path = write_lines(tmp_path / "a.jsonl", {"text": "good"})
    (tmp_path / "b.csv").write_text("no,known,column\n")
    with pytest.raises(DumpError, match=r"b\.csv"):
        score([path, tmp_path / "b.csv"], tmp_path / "o.jsonl", judge)
    assert list_names(tmp_path) == ["a.jsonl", "b.csv"]


def test_progress_grows_to_the_whole(tmp_path: Path, judge: "Judge") -> None:
    """The share of bytes read grows to 1, over all files."""
    rows = [{"text": f"some text {number}"} for number in range(20_000)]
    paths = [write_lines(tmp_path / name, *rows) for name in ("a.jsonl", "b.jsonl")]
    reports: list[RunProgress] = []
    score_files(ScoreJob([str(path) for path in paths], out=tmp_path / "o.csv", write_as=OutputFormat.CSV), judge, observer=reports.append)
    shares = [progress.share or 0.0 for progress in reports]
    assert shares == sorted(shares)
    assert 0 < shares[0] <= 0.5 < shares[-1] == 1
    assert reports[-1].rows == 40_000


def test_the_summary_describes_the_run(tmp_path: Path, judge: "Judge") -> None:
    """It has rows, labels, reasons and columns, and points out an empty file and a wrong encoding."""
    (tmp_path / "a.jsonl").write_bytes(b'{"id":1,"body":"good"}\n{"id":2,"body":"caf\xe9"}\n{"id":3,"body":""}\n')
    write_lines(tmp_path / "b.csv")
    summary, _ = score([tmp_path / "a.jsonl", tmp_path / "b.csv"], tmp_path / "o.jsonl", judge)
    lines_of_summary = list(summary_lines(summary))
    assert lines_of_summary[0].startswith("3 rows: 1 judged (")
    assert "2 with a reason instead (1 not-utf-8, 1 empty)" in lines_of_summary[0]
    assert "text from “body”, id from “id”" in lines_of_summary[0]
    assert any("b.csv is empty" in line for line in lines_of_summary)
    assert any("--encoding" in line for line in lines_of_summary)
    parsed = json.loads(summary_json(summary))
    assert (parsed["rows"], parsed["judged"], parsed["reasons"]) == (3, 1, {"not-utf-8": 1, "empty": 1})
    assert parsed["files"][0] == {
        **{"name": str(tmp_path / "a.jsonl"), "text": "body", "id": "id", "rows": 3, "judged": 1},
        **{"reasons": {"not-utf-8": 1, "empty": 1}, "remarks": []},
    }


def test_rows_have_no_id_where_there_is_no_column(tmp_path: Path, judge: "Judge") -> None:
    """The number of a row never stands for its id, which may be that of another; the caller can name an id column."""
    path = tmp_path / "a.csv"
    path.write_text("weight,text\n7,good\n")
    assert score([path], tmp_path / "o.jsonl", judge)[1][0]["id"] is None
    assert score([path], tmp_path / "o.jsonl", judge, dump_options=DumpOptions(id_column="weight"))[1][0]["id"] == "7"


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 3).filter(lambda scores: sum(scores) > 1e-3), max_size=20))
def test_scores_in_files_equal_those_over_http(triples: list[tuple[float, float, float]]) -> None:
    """They are rounded as the service rounds them, and sum to 1."""
    scores = np.array(triples).reshape(-1, 3)
    scores /= scores.sum(axis=1, keepdims=True)
    for (fine, toxic, hateful), row in zip(scores.tolist(), round_score_rows(scores).tolist(), strict=True):
        assert list(round_scores(fine, toxic, hateful).values()) == row
        assert abs(sum(row) - 1) < 1e-12


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path, judge: "Judge") -> None:
    """A named pipe stays one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text()), daemon=True)
    reader.start()
    score_files(ScoreJob([str(write_lines(tmp_path / "a.jsonl", {"text": "good"}))], out=pipe, write_as=OutputFormat.CSV), judge)
    reader.join(60)
    assert not reader.is_alive()
    assert received[0].startswith("id,label")
    assert pipe.is_fifo()


@pytest.mark.parametrize("count", [1, 30_000])
@pytest.mark.parametrize("write_as", [OutputFormat.JSONL, OutputFormat.CSV])
def test_a_full_device_is_an_error_that_names_it(tmp_path: Path, judge: "Judge", write_as: OutputFormat, count: int) -> None:
    """The operating system does not name the file that could not be written; the error does."""
    path = write_lines(tmp_path / "a.jsonl", *[{"text": "good"}] * count)
    with pytest.raises(OSError, match="No space left") as error:
        score_files(ScoreJob([str(path)], out="/dev/full", write_as=write_as), judge)
    assert error.value.filename == "/dev/full"


def test_standard_output_is_written_in_bytes(tmp_path: Path, judge: "Judge", monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an output, rows go to standard output, in UTF-8 whatever the locale."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", out)
    score_files(ScoreJob([str(write_lines(tmp_path / "a.jsonl", {"id": "é", "text": "good"}))]), judge)
    assert json.loads(out.buffer.getvalue().decode())["id"] == "é"


def test_rounding_keeps_rows_that_were_not_judged() -> None:
    """NaN stays NaN."""
    assert np.isnan(round_score_rows(np.full((2, 3), np.nan))).all()


def test_made_ids_do_not_depend_on_the_shards(tmp_path: Path, judge: "Judge") -> None:
    """Rows without an id get the same one however the file is cut, and equal comments get different ones."""
    path = write_lines(tmp_path / "a.jsonl", *({"text": f"text {number % 5}"} for number in range(60)))
    whole = score([path], tmp_path / "o.jsonl", judge, make_ids=True)[1]
    cut = score([path], tmp_path / "p.jsonl", judge, make_ids=True, shard_size=200)[1]
    ids = [row["id"] for row in whole]
    assert len(set(ids)) == 60
    assert [row["id"] for row in cut] == ids


@pytest.mark.parametrize("second", ["text", "body"])
def test_columns_are_named_only_where_all_files_have_them(tmp_path: Path, judge: "Judge", second: str) -> None:
    """The files in an archive may hold their texts in different columns; then none of these stands for all."""
    path = tmp_path / "a.zip"
    path.write_bytes(pack_zip({"a.jsonl": b'{"text":"one"}\n', "b.jsonl": json.dumps({second: "two"}).encode()}))
    summary, rows_written = score([path], tmp_path / "o.jsonl", judge)
    assert [row["label"] is None for row in rows_written] == [False, False]
    assert ("text from “text”" in next(summary_lines(summary))) == (second == "text")


def test_a_file_of_which_nothing_was_judged_is_pointed_out(tmp_path: Path, judge: "Judge") -> None:
    """Among others that were, it would go unnoticed."""
    good = write_lines(tmp_path / "a.jsonl", {"text": "good"})
    bad = write_lines(tmp_path / "b.jsonl", {"text": "[deleted]"}, {"text": " "})
    summary, _ = score([good, bad], tmp_path / "o.jsonl", judge)
    assert f"{bad}: none of its rows was judged (1 deleted, 1 empty)" in list(summary_lines(summary))

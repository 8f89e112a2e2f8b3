"""``tipstaff score`` as people call it: files in, rows out, one line about it, and nothing half-written whatever ends it."""

import csv
import io
import json
import os
import signal
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from service.batch.output.score_table import SCORE_COLUMNS
from tests.service.cli.calls import Call, Start, write_csv
from tests.service.command import COMMAND, ROOT
from tests.waiting import wait_until

TEXTS = ["hello there", "you are an idiot", "héllo 😀", 'what, a "day"\nof days']


@pytest.fixture
def comments(tmp_path: Path) -> Path:
    """A file of four comments."""
    return write_csv(tmp_path / "comments.csv", ("nr", "id", "body"), [(at, f"#{at}", text) for at, text in enumerate(TEXTS)])


def json_rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n")[:-1]]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_a_file_is_scored_into_every_format(call_small: Call, comments: Path, tmp_path: Path, suffix: str) -> None:
    """The name of the output decides its format; it has the rows of the input, in order."""
    out = tmp_path / f"out.{suffix}"
    result = call_small("score", comments, "-o", out)
    assert (result.code, result.out) == (0, "")
    assert "4 rows: 4 judged" in result.err
    assert "by language: 3 English, 1 foreign" in result.err
    if suffix == "parquet":
        rows = pq.read_table(out).to_pylist()
    elif suffix == "csv":
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    else:
        rows = json_rows(out.read_text("utf-8"))
    assert [tuple(row) for row in rows] == [tuple(SCORE_COLUMNS)] * 4
    assert [row["id"] for row in rows] == ["#0", "#1", "#2", "#3"]
    for row in rows:
        assert abs(sum(float(row[label]) for label in ("fine", "toxic", "hateful")) - 1) < 1e-9
        assert row["label"] in {"fine", "toxic", "hateful"}
        assert row["verdict"] in {"approve", "review", "reject"}
        assert row["model"].startswith("small@")
        assert not row["reason"]


def test_standard_input_goes_to_standard_output(call_small: Call) -> None:
    """Without a file, rows come from standard input and go to standard output as JSON Lines, or CSV if asked for."""
    stdin = b'{"id":7,"text":"hello"}\n{"id":8}\n'
    result = call_small("score", stdin=stdin)
    assert result.code == 0
    assert [(row["id"], row["reason"]) for row in json_rows(result.out)] == [(7, None), (8, "no-text")]
    assert "1 with a reason instead (1 no-text)" in result.message
    assert call_small("score", "-", "-o", "-", stdin=stdin).out == result.out
    assert call_small("score", "--to", "csv", stdin=stdin).out.startswith(",".join(SCORE_COLUMNS) + "\n7,")


def test_the_summary_is_json_where_a_program_may_read_it(call_small: Call, comments: Path, tmp_path: Path) -> None:
    """It goes to standard output, or to standard error if the rows are on standard output."""
    result = call_small("score", comments, "-o", tmp_path / "x.csv", "--json")
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out)["rows"] == 4
    result = call_small("score", comments, "--json")
    assert len(json_rows(result.out)) == 4
    assert json.loads(result.err)["labels"].keys() == {"fine", "toxic", "hateful"}


def test_options_reach_the_reader(call_small: Call, comments: Path, tmp_path: Path) -> None:
    """Columns and formats can be named."""
    out = tmp_path / "x.jsonl"
    assert call_small("score", comments, "-o", out, "--text-column", "id", "--id-column", "nr", "--format", "csv").code == 0
    assert [row["id"] for row in json_rows(out.read_text())] == ["0", "1", "2", "3"]
    assert "“nope”" in call_small("score", comments, "-o", out, "--text-column", "nope").message


def test_markup_is_taken_out_before_judging(call_small: Call, tmp_path: Path) -> None:
    """The same words in plain text and in HTML are judged alike."""
    for name, text in (("plain", "you & me"), ("html", "<p>you <b>&amp;</b> me</p>")):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"id": 1, "text": text}))

    def scores(*arguments: object) -> list[object]:
        return [json.loads(call_small("score", *arguments).out)[label] for label in ("fine", "toxic", "hateful")]

    plain = scores(tmp_path / "plain.jsonl")
    assert scores(tmp_path / "html.jsonl", "--markup", "html") == plain
    assert scores(tmp_path / "html.jsonl", "--markup", "plain") != plain


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["score", "missing.csv"], "missing.csv: No such file or directory"),
        (["score", "{comments}", "-o", "{comments}"], "is one of the files to be scored"),
        (["score", "{comments}", "-o", "x.xlsx"], "does not say the format"),
        (["score", "{comments}", "-o", "no/such/folder/x.csv"], "no/such/folder/x.csv: No such file or directory"),
        (["score", "{comments}", "-o", ".", "--to", "csv"], ".: is a folder; name a file in it"),
        (["score", "{comments}", "--policy", "nope"], "nope"),
        (["score", "{comments}", "--artefact", "/nowhere"], "/nowhere"),
        (["score", "{comments}", "--text-column", "nope"], "--text-column"),
        (["score", "--text", "hi", "--policy", "nope"], "nope"),
        (["score", "--text", "x" * 1_000_001], "too-long"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_1(call_small: Call, comments: Path, arguments: list[str], words: str) -> None:
    """The line says what is wrong and where; nothing is on standard output."""
    result = call_small(*(argument.format(comments=comments) for argument in arguments))
    assert (result.code, result.out) == (1, "")
    assert words in result.message


def test_strict_leaves_no_output(call_small: Call, tmp_path: Path) -> None:
    """The first row that cannot be judged ends everything."""
    (tmp_path / "x.jsonl").write_text('{"text":"good"}\nbroken\n')
    result = call_small("score", tmp_path / "x.jsonl", "-o", tmp_path / "o.csv", "--strict")
    assert result.code == 1
    assert "x.jsonl: line 2 cannot be judged: not-json" in result.message
    assert [file.name for file in tmp_path.iterdir()] == ["x.jsonl"]


def test_an_empty_file_is_pointed_out(call_small: Call, tmp_path: Path) -> None:
    """Nothing in, nothing out, and a note; the run has failed unless that can be."""
    (tmp_path / "x.csv").touch()
    result = call_small("score", tmp_path / "x.csv")
    assert (result.code, result.out) == (3, "")
    assert "x.csv is empty" in result.err
    assert "--allow-empty" in result.err
    assert call_small("score", tmp_path / "x.csv", "--allow-empty").code == 0


def test_a_run_that_loses_most_rows_fails(call_small: Call, tmp_path: Path) -> None:
    """The output is written all the same; the messages say what was lost and what to call instead."""
    path, out = tmp_path / "x y.jsonl", tmp_path / "o.jsonl"
    path.write_text('{"id":1,"text":"good"}\n{"id":2,"text":8}\n{"id":3,"text":7}\n{"id":4,"text":"[deleted]"}\n')
    result = call_small("score", path, "-o", out)
    assert result.code == 3
    assert [row["id"] for row in json_rows(out.read_text())] == [1, 2, 3, 4]
    assert "2 of 3 comments cannot be judged" in result.err
    assert f"tipstaff score '{path}' --text-column NAME" in result.err
    assert call_small("score", path, "-o", out, "--max-rejected", "0.7").code == 0


def test_a_run_whose_rows_are_all_left_out_has_ended_well(call_small: Call, comments: Path) -> None:
    """Nobody asked for those rows."""
    result = call_small("score", comments, "--since", "2024-01-01")
    assert (result.code, result.out) == (0, "")


def test_remarks_are_told_once(call_small: Call, tmp_path: Path) -> None:
    """What readers did on their own stands in the report and in the summary."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.jsonl", '{"text":"good"}\n' * 3)
        archive.writestr("b.csv", "name,age\nann,7\n")
    result = call_small("score", tmp_path / "x.zip", "-o", tmp_path / "o.jsonl", "--make-ids")
    assert result.code == 0
    assert result.err.count("not read: b.csv") == 1
    assert "b.csv" in json.loads((tmp_path / "o.jsonl.summary.json").read_text())["files"][0]["remarks"][0]
    rows = json_rows((tmp_path / "o.jsonl").read_text())
    assert [row["dump"].rpartition("x.zip")[2] for row in rows] == ["/a.jsonl"] * 3 + ["/b.csv"]
    assert len({row["id"] for row in rows}) == 4
    assert all(row["id"].startswith("made-") for row in rows)


def test_one_text_is_explained(call_small: Call) -> None:
    """People get label, verdict, scores and text, and programs get them as JSON."""
    result = call_small("score", "--text", "you [b]idiot[/b] \x1b[2J")
    assert (result.code, result.err) == (0, "")
    assert "  you [b]idiot[/b] ␛[2J" in result.out
    assert "\x1b" not in result.out
    decision = json.loads(call_small("score", "--text", "you [b]idiot[/b] \x1b[2J", "--json").out)
    assert f"{decision['label']}, {decision['verdict']}" in result.out
    assert {span["begin"] for span in decision["spans"]} <= set(range(23))


def test_an_explanation_agrees_with_a_file(call_small: Call, comments: Path) -> None:
    """A text has equal scores either way."""
    rows = json_rows(call_small("score", comments).out)
    for text, row in zip(TEXTS, rows, strict=True):
        decision = json.loads(call_small("score", "--json", "--text", text).out)
        assert decision["scores"] == {label: row[label] for label in ("fine", "toxic", "hateful")}
        assert (decision["label"], decision["verdict"], decision["model"]) == (row["label"], row["verdict"], row["model"])


def test_an_empty_text_is_not_judged(call_small: Call) -> None:
    """The reason is printed, and the exit code is 0."""
    result = call_small("score", "--text", " ")
    assert result.code == 0
    assert "not judged: empty" in result.out


def test_a_closed_pipe_ends_the_run_silently(start: Start, tmp_path: Path) -> None:
    """Piping into head prints no error."""
    path = tmp_path / "x.jsonl"
    path.write_text('{"text":"hello there, this is a line"}\n' * 50_000)
    with start("score", path) as running:
        assert running.stdout.readline().startswith(b'{"id":null,')
        running.stdout.close()
        assert all(b" rows/s" in line for line in running.stderr.read().splitlines())
        assert running.process.wait(timeout=60) == 1


def test_a_full_disk_is_one_line(start: Start, comments: Path) -> None:
    """The user learns that rows could not be written."""
    with Path("/dev/full").open("wb") as full, start("score", comments, stdout=full) as running:
        assert running.stderr.read().splitlines()[-1] == b"tipstaff: No space left on device"
        assert running.process.wait(timeout=60) == 1


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_an_interrupted_run_leaves_no_half_file(start: Start, tmp_path: Path, sign: signal.Signals, code: int) -> None:
    """Whatever ends a run early, nothing appears under the final name; only SIGKILL leaves partial files."""
    out = tmp_path / "out.jsonl"
    row = b'{"text":"hello there"}\n'
    with start("score", "-o", out) as running:
        running.stdin.write(row * 100_000)
        running.stdin.flush()
        wait_until(
            lambda: running.process.poll() is not None or any(file.stat().st_size for file in tmp_path.iterdir()),
            what="the first rows are written",
        )
        running.process.send_signal(sign)
        assert running.process.wait(timeout=60) == code
        assert b"Traceback" not in running.stderr.read()
    assert not out.exists()
    assert any(tmp_path.iterdir()) == (sign is signal.SIGKILL)


def test_a_terminal_without_unicode_causes_no_failure(folder: Path, comments: Path) -> None:
    """Characters that the locale lacks are written as escapes."""
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "TIPSTAFF_ARTEFACT": str(folder)}
    for arguments in (["score", str(comments)], ["score", "--text", "héllo 😀"]):
        result = subprocess.run([*COMMAND, *arguments], cwd=ROOT, env=environment, capture_output=True, check=True)
        assert b"Traceback" not in result.stderr

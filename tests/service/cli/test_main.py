"""The command as people call it: results on standard output, everything else on standard error, an exit code that tells."""

import contextlib
import csv
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow.parquet as pq
import pytest

from service.batch.output.writers import COLUMNS
from service.batch.runs.progress import RunProgress
from service.batch.terminal_report import ProgressBar
from service.cli.main import main

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-c", "from service.cli.main import main; main()"]
TEXTS = ["hello there", "you are an idiot", "héllo 😀", 'what, a "day"\nof days']


@dataclass(frozen=True)
class Done:
    """What a call of the command came to."""

    code: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """The one line on standard error."""
        assert self.err.count("\n") == 1
        assert self.err.startswith("tipstaff: ")
        return self.err


Call = Callable[..., Done]


@dataclass(frozen=True)
class Running:
    """The command at work in a process of its own."""

    process: "subprocess.Popen[bytes]"
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]


@pytest.fixture
def call(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """A function that calls the command in this process, with the small artefact."""

    def _call(*arguments: object, stdin: bytes = b"") -> Done:
        monkeypatch.setenv("TIPSTAFF_ARTEFACT", str(folder))
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        monkeypatch.setattr("sys.argv", ["tipstaff", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capfd.readouterr()
        return Done(int(ended.value.code or 0), told.out, told.err)

    return _call


@contextlib.contextmanager
def started(folder: Path, *arguments: object, **options: object) -> Iterator["Running"]:
    """Start the command in a process of its own."""
    environment = os.environ | {"TIPSTAFF_ARTEFACT": str(folder), "PYTHONUNBUFFERED": ""}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment}
    with subprocess.Popen([*COMMAND, *map(str, arguments)], cwd=ROOT, **(pipes | options)) as process:  # type: ignore[call-overload]
        try:
            nothing = io.BytesIO()
            yield Running(process, process.stdin or nothing, process.stdout or nothing, process.stderr or nothing)
        finally:
            process.kill()


@pytest.fixture
def comments(tmp_path: Path) -> Path:
    """A file of four comments."""
    path = tmp_path / "comments.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["nr", "id", "body"], *([at, f"#{at}", text] for at, text in enumerate(TEXTS))])
    return path


def json_rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n")[:-1]]


def test_version(call: Call) -> None:
    """The version is printed; nothing else is needed for it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        expected = version("tipstaff")
    except PackageNotFoundError:
        pytest.skip("runs from a checkout that is not installed")
    done = call("--version")
    assert (done.code, done.out, done.err) == (0, f"{expected}\n", "")


def test_help_names_every_command(call: Call) -> None:
    """What can be done is told."""
    done = call("--help")
    assert done.code == 0
    for name in ("serve", "score", "train"):
        assert f"  {name} " in done.out
    assert "  warm " not in done.out


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_a_file_is_scored_into_every_format(call: Call, comments: Path, tmp_path: Path, suffix: str) -> None:
    """The name of the output decides its format; its rows are those of the input, in order."""
    out = tmp_path / f"out.{suffix}"
    done = call("score", comments, "-o", out)
    assert (done.code, done.out) == (0, "")
    assert "4 rows: 4 judged" in done.message
    if suffix == "parquet":
        rows = pq.read_table(out).to_pylist()
    elif suffix == "csv":
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    else:
        rows = json_rows(out.read_text("utf-8"))
    assert [tuple(row) for row in rows] == [COLUMNS] * 4
    assert [row["id"] for row in rows] == ["#0", "#1", "#2", "#3"]
    for row in rows:
        assert abs(sum(float(row[label]) for label in ("fine", "toxic", "hateful")) - 1) < 1e-9
        assert row["label"] in {"fine", "toxic", "hateful"}
        assert row["verdict"] in {"approve", "review", "reject"}
        assert row["model"].startswith("small@")
        assert not row["reason"]


def test_standard_input_goes_to_standard_output(call: Call) -> None:
    """Without a file, rows come from standard input and go to standard output as JSON Lines, or CSV if asked for."""
    stdin = b'{"id":7,"text":"hello"}\n{"id":8}\n'
    done = call("score", stdin=stdin)
    assert done.code == 0
    assert [(row["id"], row["reason"]) for row in json_rows(done.out)] == [(7, None), (8, "no-text")]
    assert "1 with a reason instead (1 no-text)" in done.message
    assert call("score", "-", "-o", "-", stdin=stdin).out == done.out
    assert call("score", "--to", "csv", stdin=stdin).out.startswith(",".join(COLUMNS) + "\n7,")


def test_the_summary_is_json_where_a_program_may_read_it(call: Call, comments: Path, tmp_path: Path) -> None:
    """It goes to standard output, unless the rows do."""
    done = call("score", comments, "-o", tmp_path / "x.csv", "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["rows"] == 4
    done = call("score", comments, "--json")
    assert len(json_rows(done.out)) == 4
    assert json.loads(done.err)["labels"].keys() == {"fine", "toxic", "hateful"}


def test_options_reach_the_reader(call: Call, comments: Path, tmp_path: Path) -> None:
    """Columns and formats can be named."""
    out = tmp_path / "x.jsonl"
    assert call("score", comments, "-o", out, "--text-column", "id", "--id-column", "nr", "--format", "csv").code == 0
    assert [row["id"] for row in json_rows(out.read_text())] == ["0", "1", "2", "3"]
    assert "“nope”" in call("score", comments, "-o", out, "--text-column", "nope").message


def test_markup_is_taken_out_before_judging(call: Call, tmp_path: Path) -> None:
    """The same words in plain text and in HTML are judged alike."""
    for name, text in (("plain", "you & me"), ("html", "<p>you <b>&amp;</b> me</p>")):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"id": 1, "text": text}))

    def scores(*arguments: object) -> list[object]:
        return [json.loads(call("score", *arguments).out)[label] for label in ("fine", "toxic", "hateful")]

    plain = scores(tmp_path / "plain.jsonl")
    assert scores(tmp_path / "html.jsonl", "--markup", "html") == plain
    assert scores(tmp_path / "html.jsonl") != plain


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["score", "missing.csv"], "missing.csv: No such file or directory"),
        (["score", "."], ".: is a folder; name the files in it"),
        (["score", "{comments}", "-o", "{comments}"], "is one of the files to be scored"),
        (["score", "{comments}", "-o", "x.xlsx"], "does not say the format"),
        (["score", "{comments}", "-o", "no/such/folder/x.csv"], "no/such/folder/x.csv: No such file or directory"),
        (["score", "{comments}", "-o", ".", "--to", "csv"], ".: is a folder; name a file in it"),
        (["score", "{comments}", "--policy", "nope"], "nope"),
        (["score", "{comments}", "--artefact", "/nowhere"], "/nowhere"),
        (["score", "{comments}", "--text-column", "nope"], "--text-column"),
        (["score", "--text", "hi", "--policy", "nope"], "nope"),
        (["score", "--text", "x" * 1_000_001], "too-long"),
        (["serve", "--port", "99999"], "port"),
        (["warm", "--artefact", "/nowhere"], "/nowhere"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_1(call: Call, comments: Path, arguments: list[str], words: str) -> None:
    """The line says what is wrong and where; nothing is on standard output."""
    done = call(*(argument.format(comments=comments) for argument in arguments))
    assert (done.code, done.out) == (1, "")
    assert words in done.message


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nope"],
        ["nope"],
        ["score", "--nope"],
        ["score", "--to", "parquet"],
        ["score", "x.csv", "--text", "hi"],
        ["score", "--markup", "pdf"],
    ],
)
def test_a_wrong_call_is_exit_code_2(call: Call, arguments: list[str]) -> None:
    """How to call it is told on standard error."""
    done = call(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "--help" in done.err
    assert "Traceback" not in done.err


def test_a_hostile_file_name_cannot_steer_the_terminal(call: Call) -> None:
    """Messages are printable whatever they name."""
    message = call("score", "\x1b[2J\nevil.csv").message
    assert message.strip("\n").isprintable()


def test_strict_leaves_no_output(call: Call, tmp_path: Path) -> None:
    """The first row that cannot be judged ends everything."""
    (tmp_path / "x.jsonl").write_text('{"text":"good"}\nbroken\n')
    done = call("score", tmp_path / "x.jsonl", "-o", tmp_path / "o.csv", "--strict")
    assert done.code == 1
    assert "x.jsonl: line 2 cannot be judged: not-json" in done.message
    assert [file.name for file in tmp_path.iterdir()] == ["x.jsonl"]


def test_an_empty_file_is_pointed_out(call: Call, tmp_path: Path) -> None:
    """Nothing in, nothing out, and a note."""
    (tmp_path / "x.csv").touch()
    done = call("score", tmp_path / "x.csv")
    assert (done.code, done.out) == (0, "")
    assert "x.csv is empty" in done.err


def test_a_look_at_one_text(call: Call) -> None:
    """Label, verdict, scores and text are told to a human, the same to a program as JSON."""
    done = call("score", "--text", "you [b]idiot[/b] \x1b[2J")
    assert (done.code, done.err) == (0, "")
    assert "  you [b]idiot[/b] ␛[2J" in done.out
    assert "\x1b" not in done.out
    decision = json.loads(call("score", "--text", "you [b]idiot[/b] \x1b[2J", "--json").out)
    assert f"{decision['label']}, {decision['verdict']}" in done.out
    assert {span["begin"] for span in decision["spans"]} <= set(range(23))


def test_a_look_and_a_file_agree(call: Call, comments: Path) -> None:
    """The same text has the same scores either way."""
    rows = json_rows(call("score", comments).out)
    for text, row in zip(TEXTS, rows, strict=True):
        decision = json.loads(call("score", "--json", "--text", text).out)
        assert decision["scores"] == {label: row[label] for label in ("fine", "toxic", "hateful")}
        assert (decision["label"], decision["verdict"], decision["model"]) == (row["label"], row["verdict"], row["model"])


def test_a_look_at_nothing(call: Call) -> None:
    """An empty text is not judged, which is no failure."""
    done = call("score", "--text", " ")
    assert done.code == 0
    assert "not judged: empty" in done.out


def test_a_quick_look_imports_nothing_heavy(folder: Path) -> None:
    """Neither data frames nor web server nor training are loaded for one text."""
    program = "import sys, service.cli.main\ntry: service.cli.main.main()\nfinally: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program, "score", "--text", "hi", "--artefact", folder], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "service" in loaded
    assert not loaded & {"pyarrow", "pandas", "sklearn", "joblib", "fastapi", "starlette", "uvicorn", "training"}


def test_a_reader_that_goes_away_is_no_noise(folder: Path, tmp_path: Path) -> None:
    """Who pipes into head gets no complaint."""
    path = tmp_path / "x.jsonl"
    path.write_text('{"text":"hello there, this is a line"}\n' * 50_000)
    with started(folder, "score", path) as running:
        assert running.stdout.readline().startswith(b'{"id":1,')
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.process.wait() == 1


def test_a_full_disk_is_one_line(folder: Path, comments: Path) -> None:
    """The rows that could not be written are not lost in silence."""
    with Path("/dev/full").open("wb") as full, started(folder, "score", comments, stdout=full) as running:
        assert running.stderr.read() == b"tipstaff: No space left on device\n"
        assert running.process.wait() == 1


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_an_interrupted_run_leaves_no_half_file(folder: Path, tmp_path: Path, sign: signal.Signals, code: int) -> None:
    """Whatever ends a run early, nothing appears under the final name; what can be cleaned up is."""
    out = tmp_path / "out.jsonl"
    row = b'{"text":"hello there"}\n'
    with started(folder, "score", "-o", out) as running:
        running.stdin.write(row * 100_000)
        running.stdin.flush()
        while not any(file.stat().st_size for file in tmp_path.iterdir()):
            assert running.process.poll() is None
            time.sleep(0.01)
        running.process.send_signal(sign)
        assert running.process.wait() == code
        assert b"Traceback" not in running.stderr.read()
    assert not out.exists()
    assert any(tmp_path.iterdir()) == (sign is signal.SIGKILL)


def test_a_terminal_without_unicode_is_served_too(folder: Path, comments: Path) -> None:
    """Signs that the locale lacks are written otherwise; nothing fails."""
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "TIPSTAFF_ARTEFACT": str(folder)}
    for arguments in (["score", str(comments)], ["score", "--text", "héllo 😀"]):
        done = subprocess.run([*COMMAND, *arguments], cwd=ROOT, env=environment, capture_output=True, check=True)
        assert b"Traceback" not in done.stderr


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_the_bar_is_drawn_on_a_terminal_only_when_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quick run stays silent."""
    for stream, patience, drawn in ((Terminal(), 0.0, True), (Terminal(), 60.0, False), (io.StringIO(), 0.0, False)):
        monkeypatch.setattr("service.batch.terminal_report._SECONDS_WITHOUT_BAR", patience)
        with ProgressBar(stream) as bar:
            for share in (0.25, None, 1.0):
                bar(RunProgress(1234, share))
        assert ("1,234 rows" in stream.getvalue()) == drawn


def test_warm_makes_the_model_ready(call: Call) -> None:
    """What the image calls at build time ends well and says so."""
    done = call("warm")
    assert (done.code, done.out) == (0, "")
    assert "small@" in done.message


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A labelled table in words of its own."""
    path = tmp_path_factory.mktemp("table") / "rulings.csv"
    words = {"ok": "lovely {} weather for a walk", "rude": "you {} idiot and liar", "slur": "all {} foreigners are vermin"}
    rows = [(text.format(f"{name} {number * 7919 % 997}"), name) for number in range(200) for name, text in words.items()]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("remark", "ruling"), *rows])
    return path


def test_a_trained_model_scores(call: Call, table: Path, tmp_path: Path) -> None:
    """What train writes, score reads; columns and labels may have other names; figures go to standard output."""
    out = tmp_path / "mine"
    maps = [part for pair in ("ok=fine", "rude=toxic", "slur=hateful") for part in ("--map", pair)]
    done = call("train", table, "-o", out, "--text", "remark", "--label", "ruling", *maps, "--name", "mine", "--dev-share", "0.3", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["model"].startswith("mine@")
    scored = json.loads(call("score", "--artefact", out, "--json", "--text", "you stupid idiot and liar").out)
    assert scored["label"] == "toxic"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["{table}", "-o", "x", "--map", "rude"], 2, "OLD=NEW"),
        (["{table}"], 2, "out"),
        (["{table}", "-o", "x", "--name", "../Mine"], 2, "small letters"),
        (["{table}", "-o", "x", "--dev-share", "2"], 2, "dev-share"),
        (["missing.csv", "-o", "x"], 1, "missing.csv"),
        (["{table}", "-o", "x", "--text", "nope"], 1, "nope"),
        (["{table}", "-o", "x", "--text", "remark", "--label", "ruling", "--map", "ok=nice"], 1, "nice"),
    ],
)
def test_a_training_that_cannot_be(call: Call, table: Path, arguments: list[str], code: int, words: str) -> None:
    """A wrong call and a wrong table are told apart, and both are told."""
    done = call("train", *(argument.format(table=table) for argument in arguments))
    assert (done.code, done.out) == (code, "")
    assert words in done.err
    assert "Traceback" not in done.err


def test_serve_answers_where_its_options_say(folder: Path) -> None:
    """Options come before the environment; SIGTERM ends it."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with started(folder, "serve", "--port", port, env=os.environ | {"TIPSTAFF_PORT": "1", "TIPSTAFF_ARTEFACT": str(folder)}) as running:
        process = running.process
        while True:
            with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
                client.request("GET", "/healthz")
                assert client.getresponse().status == 200
                break
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.communicate()
        assert process.returncode in {0, -signal.SIGTERM}

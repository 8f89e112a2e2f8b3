"""``tipstaff train`` as people call it: it reads tables of every format, reports figures and bad rows, and writes an artefact."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.service.cli.calls import Call, write_csv
from tests.service.command import COMMAND, ROOT
from tests.waiting import wait_until

THINGS = tuple(
    f"{kind} {thing}"
    for kind in ("red", "old", "quiet", "broken", "tiny")
    for thing in ("bus", "garden", "book", "window", "song", "cake", "dog", "lamp")
)
PATTERNS = {
    "fine": ("I like the {} in this town", "thank you for the {}", "who has seen my {} lately"),
    "toxic": ("you are a stupid {}", "shut up you idiotic {}", "what a moron, go eat a {}"),
    "hateful": ("all zorgs are vermin, take their {}", "send the zorg scum back with their {}", "no {} for zorg filth"),
}
UNSEEN = {"thank you for the bicycle": "fine", "shut up you idiotic bicycle": "toxic", "no bicycle for zorg filth": "hateful"}


def labelled(**counts: int) -> list[tuple[str, str]]:
    """Rows of text and label."""
    texts_by_label = {label: [pattern.format(thing) for thing in THINGS for pattern in patterns] for label, patterns in PATTERNS.items()}
    return [(text, label) for label, count in counts.items() for text in texts_by_label[label][:count]]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table that needs no options."""
    return write_csv(tmp_path / "rulings.csv", ("text", "label"), labelled(fine=60, toxic=60, hateful=60))


@contextlib.contextmanager
def serve(artefact: Path) -> Iterator[int]:
    """Serve an artefact in a process of its own; yields the port once it is ready."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [*COMMAND, "serve", "--artefact", str(artefact), "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TIPSTAFF_")}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as process:
        try:
            wait_until(lambda: process.poll() is not None or ask(port, "/readyz")[0] == 200, what="the service is ready")
            assert process.poll() is None
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def ask(port: int, path: str, body: dict[str, object] | None = None) -> tuple[int, Any]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as client:
        try:
            client.request(
                "GET" if body is None else "POST",
                path,
                body=json.dumps(body) if body else None,
                headers={"Content-Type": "application/json"},
            )
        except OSError:
            return 0, None
        answer = client.getresponse()
        return answer.status, json.loads(answer.read())


def test_from_rulings_to_a_service(call: Call, tmp_path: Path) -> None:
    """Tables of three formats, in a folder, teach one model, which then scores a file and serves, attributes and all."""
    folder = tmp_path / "tables"
    folder.mkdir()
    rows = [(text, {"fine": "ok", "toxic": "rude", "hateful": "slur"}[label]) for text, label in labelled(fine=100, toxic=100, hateful=100)]
    write_csv(folder / "one.csv", ("remark", "ruling"), rows[::3])
    lines = [json.dumps({"ruling": ruling, "remark": text}) for text, ruling in rows[1::3]]
    (folder / "two.jsonl").write_text("\n".join(lines), encoding="utf-8")
    pq.write_table(pa.table(dict(zip(("remark", "ruling"), zip(*rows[2::3], strict=True), strict=True))), folder / "three.parquet")
    maps = [part for pair in ("ok=fine", "rude=toxic", "slur=hateful") for part in ("--map", pair)]
    out = tmp_path / "mine"

    result = call("train", folder, "-o", out, "--text", "remark", "--label", "ruling", *maps, "--name", "mine", "--dev-share", "0.3")
    assert result.code == 0, result.err
    assert "300 rows read: 300 used" in result.err
    for word in ("MEAN", "one", "two", "three", "macro F1", "AUC hateful", "calibration error of P(abusive)"):
        assert word in result.out

    comments = write_csv(tmp_path / "comments.csv", ("id", "text"), list(enumerate(UNSEEN)))
    result = call("score", comments, "--artefact", out)
    assert result.code == 0, result.err
    rows_scored = [json.loads(line) for line in result.out.splitlines()]
    assert [row["label"] for row in rows_scored] == list(UNSEEN.values())
    assert all(row["model"].startswith("mine@") for row in rows_scored)

    decision = json.loads(call("score", "--artefact", out, "--json", "--text", "shut up you idiotic bicycle").out)
    assert (decision["label"], decision["model"]) == ("toxic", rows_scored[0]["model"])

    with serve(out) as port:
        status, answer = ask(port, "/v1/moderate", {"comments": [{"id": text, "text": text} for text in UNSEEN]})
        assert status == 200
        assert {decision["id"]: decision["label"] for decision in answer["decisions"]} == UNSEEN
        assert answer["model"] == rows_scored[0]["model"]
        assert [source["source"] for source in ask(port, "/v1/model")[1]["data"]] == ["one.csv", "three.parquet", "two.jsonl"]


def test_attributes(call: Call, tmp_path: Path) -> None:
    """A further question becomes a score of its own if its dev rows show that it can be answered."""
    rows = [(text, label, int(label == "toxic"), len(text) % 2) for text, label in labelled(fine=120, toxic=120, hateful=120)]
    rows = [(f"{row[0]} {mark}", *row[1:]) for mark in ("indeed my friends", "as everybody says") for row in rows]
    table = write_csv(tmp_path / "t.csv", ("text", "label", "attribute.insult", "odd length"), rows)
    out = tmp_path / "out"
    result = call("train", table, "-o", out, "--attribute", "odd=odd length", "--dev-share", "0.5", "--json")
    assert result.code == 0, result.err
    attributes = json.loads(result.out)["attributes"]
    assert list(attributes) == ["insult"]
    assert attributes["insult"]["auc"] > 0.9
    assert min(attributes["insult"]["positives"], attributes["insult"]["negatives"]) >= 100
    with serve(out) as port:
        answer = ask(port, "/v1/moderate", {"comments": [{"id": "1", "text": "shut up you idiotic bicycle as everybody says"}]})[1]
        assert answer["decisions"][0]["attributes"]["insult"] > 0.5


def test_bad_rows_are_reported(call: Call, tmp_path: Path) -> None:
    """Bad rows are counted and listed with file, line and field, without their text; the others are used."""
    rows: list[Sequence[object]] = [*labelled(fine=40, toxic=40), ("what", "spam"), ("", "fine"), ("hello there", "")]
    table = write_csv(tmp_path / "t.csv", ("text", "label"), rows)
    result = call("train", table, "-o", tmp_path / "out")
    assert result.code == 0, result.err
    assert f"{table}: line 82: label: 'spam' is not fine, toxic, hateful" in result.err
    assert "line 83: text: is missing" in result.err
    assert "83 rows read: 80 used, 1 answer no question, 2 bad" in result.err
    assert "what" not in result.err


def test_strict_stops_at_the_first(call: Call, tmp_path: Path) -> None:
    """With --strict one line names the first bad row, and nothing is written."""
    rows = [*labelled(fine=40, toxic=40), ("what", "spam"), ("", "fine")]
    table = write_csv(tmp_path / "t.csv", ("text", "label"), rows)
    result = call("train", table, "-o", tmp_path / "out", "--strict")
    assert result.code == 1
    assert result.out == ""
    assert "line 82" in result.err.splitlines()[-1]
    assert "line 83" not in result.err
    assert not (tmp_path / "out").exists()


def test_many_problems_are_listed_as_json(call: Call, tmp_path: Path) -> None:
    """People see the first twenty problems, programs all of them."""
    table = write_csv(tmp_path / "t.csv", ("text", "label"), [*labelled(fine=40, toxic=40), *[("what", "spam")] * 30])
    result = call("train", table, "-o", tmp_path / "out")
    assert result.err.count("'spam' is not") == 20
    assert "and 10 problems more; --json lists them all" in result.err
    report = json.loads(call("train", table, "-o", tmp_path / "out", "--json").out)
    assert len(report["reading"]["problems"]) == report["reading"]["bad"] == 30
    assert report["rows"]["train"] + report["rows"]["dev"] == 80
    assert report["remarks"][0].startswith("no row to learn from is hateful")
    assert report["dev"]["MEAN"]["auc_abusive"] is not None


def test_every_column_can_be_named(call: Call, tmp_path: Path) -> None:
    """Each field has an option, and the column that it names is used."""
    columns = {
        "text": "Kommentar",
        "abusive": "böse",
        "hateful": "hass",
        "source": "forum",
        "id": "nr",
        "split": "teil",
        "weight": "gewicht",
    }
    rows = [
        (text, int(label != "fine"), int(label == "hateful"), f"forum {at % 2}", at, ("train", "dev")[at % 5 == 0], 1 + at % 3)
        for at, (text, label) in enumerate(labelled(fine=60, toxic=60, hateful=60))
    ]
    table = write_csv(tmp_path / "t.csv", list(columns.values()), rows)
    options = [part for field, column in columns.items() for part in (f"--{field}", column)]
    result = call("train", table, "-o", tmp_path / "out", *options, "--json")
    assert result.code == 0, result.err
    report = json.loads(result.out)
    assert sorted(report["dev"]) == ["MEAN", "forum 0", "forum 1"]
    assert report["rows"]["dev"] == 36


def test_options_reach_the_manifest(call: Call, table: Path, tmp_path: Path) -> None:
    """The options take effect, and the manifest records them."""
    options = [
        *("--seed", 7, "--dev-share", 0.25, "--prior-abusive", 0.3, "--prior-hateful", 0.4),
        *("--source-weight", "rulings=2", "--class-weight", "hateful=1.5", "--class-weight", "fine=.5"),
    ]
    result = call("train", table, "-o", tmp_path / "out", *options)
    assert result.code == 0, result.err
    assert "at a prior of 30%" in result.out
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["prior"] == {"abusive": 0.3, "hateful": 0.4}
    settings = manifest["settings"]
    assert (settings["seed"], settings["dev_share"]) == (7, 0.25)
    assert (settings["source_weights"], settings["class_weights"]) == ({"rulings": 2.0}, {"hateful": 1.5, "fine": 0.5})


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["{table}", "-o", "{out}", "--class-weight", "spam=2"], 2, "'spam' is not fine, toxic, hateful"),
        (["{table}", "-o", "{out}", "--class-weight", "fine"], 2, "NAME=NUMBER"),
        (["{table}", "-o", "{out}", "--class-weight", "fine=-1"], 2, "0 or more"),
        (["{table}", "-o", "{out}", "--class-weight", "fine=nan"], 2, "0 or more"),
        (["{table}", "-o", "{out}", "--class-weight", "fine=1", "--class-weight", "fine=2"], 2, "given twice"),
        (["{table}", "-o", "{out}", "--map", "a=fine", "--map", "a=toxic"], 2, "given twice"),
        (["{table}", "-o", "{out}", "--source-weight", "elsewhere=2"], 1, "no source 'elsewhere'; the sources are rulings"),
        (["{table}", "-o", "{out}", "--prior-abusive", "0"], 2, "prior-abusive"),
        (["{table}", "-o", "{out}", "--prior-hateful", "1"], 2, "prior-hateful"),
        (["{table}", "-o", "{out}", "--attribute", "Insult=label"], 1, "Insult"),
        (["{table}"], 2, "out"),
        (["{table}", "-o", "{out}", "--map", "rude"], 2, "OLD=NEW"),
        (["{table}", "-o", "{out}", "--name", "../Mine"], 2, "small letters"),
        (["{table}", "-o", "{out}", "--dev-share", "2"], 2, "dev-share"),
        (["missing.csv", "-o", "{out}"], 1, "missing.csv"),
        (["{table}", "-o", "{out}", "--text", "nope"], 1, "nope"),
        (["{table}", "-o", "{out}", "--map", "fine=nice"], 1, "nice"),
        (["{table}", "-o", "{table}"], 1, "is a file: give a folder"),
        (["{table}", "-o", "{folder}"], 1, "holds something other than an artefact"),
        (["{few}", "-o", "{out}"], 1, "no row is left for dev"),
        (["{one}", "-o", "{out}"], 1, "no row to learn from is toxic or hateful"),
    ],
)
def test_a_training_that_cannot_be(call: Call, table: Path, tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    """Every mistake ends with one clear line, and leaves no artefact."""
    places = {
        "table": table,
        "out": tmp_path / "out",
        "folder": tmp_path,
        "few": write_csv(tmp_path / "few.csv", ("text", "label"), labelled(fine=1, toxic=1)),
        "one": write_csv(tmp_path / "one.csv", ("text", "label"), labelled(fine=30)),
    }
    result = call("train", *(argument.format(**places) for argument in arguments))
    assert (result.code, result.out) == (code, "")
    assert words in " ".join(result.err.split())
    assert not (tmp_path / "out").exists()

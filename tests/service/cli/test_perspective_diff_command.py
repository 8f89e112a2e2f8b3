"""``tipstaff perspective-diff`` as people call it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.cli.main import main
from training.fit.train import train_artefact
from training.fit.train_job import TrainJob

Call = Callable[..., tuple[int, str, str]]
FINE = [f"I watered the {thing} in the {place}." for thing in ("roses", "beans", "lawn", "trees") for place in ("garden", "yard")]
TOXIC = ["Shut up, you pathetic idiot.", "You stupid worthless moron."]
ROWS = [(text, 0.05 + at / 100) for at, text in enumerate(FINE)] + [(text, 0.9) for text in TOXIC]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """A function that calls the command in this process."""

    def _call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["tipstaff", "perspective-diff", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as exit_info:
            main()
        output = capfd.readouterr()
        assert "Traceback" not in output.err
        return int(exit_info.value.code or 0), output.out, output.err

    return _call


@pytest.fixture(scope="module")
def headless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artefact of n-grams that has no attributes."""
    folder = tmp_path_factory.mktemp("headless")
    rows = [(f"{word} number {number}", label) for number in range(40) for word, label in (("thank you", "fine"), ("you idiot", "toxic"))]
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    train_artefact(TrainJob(tables=[folder / "table.csv"], out=folder / "model"))
    return folder / "model"


def write_csv(path: Path, rows: list[tuple[object, ...]], *, score: str = "TOXICITY") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("comment", score), *rows])
    return path


def test_the_threshold_that_keeps_the_rate_is_reported(call: Call, tmp_path: Path) -> None:
    """Perspective flagged two of ten comments; at the reported threshold, we flag two as well, and the same ones."""
    code, out, _ = call(write_csv(tmp_path / "a.csv", list(ROWS)), "--json")

    report = json.loads(out)
    (toxicity,) = report["attributes"]
    assert (code, report["rows"], report["bad_rows"], toxicity["attribute"], toxicity["rows"]) == (0, 10, 0, "TOXICITY", 10)
    assert (toxicity["flagged"], toxicity["flagged_then"], toxicity["agreement_then"]) == (0.2, 0.2, 1.0)
    assert 0 < toxicity["same_rate"] < 1
    assert toxicity["correlation"] > 0.3


def test_people_get_lines(call: Call, headless: Path, tmp_path: Path) -> None:
    """Without --json the figures are printed in lines, with the attributes for which the model has no head."""
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"text": text, "toxicity": score, "perspective_insult_score": 0.1}) + "\n" for text, score in ROWS))

    code, out, _ = call(path, "--artefact", headless)

    assert code == 0
    assert "TOXICITY (column toxicity), 10 comments" in out
    assert "threshold for the same rate" in out
    assert out.rstrip().endswith("no such head: INSULT")


def test_answers_of_perspective_may_be_stored_whole(call: Call, tmp_path: Path) -> None:
    """Scores are found in Perspective's own answers, in JSON Lines and in Parquet; one column may be named."""
    answers = [
        {"body": text, "response": {"attributeScores": {"IDENTITY_ATTACK": {"summaryScore": {"value": score, "type": "PROBABILITY"}}}}}
        for text, score in ROWS
    ]
    lines = tmp_path / "a.jsonl"
    lines.write_text("\n".join(map(json.dumps, answers)))
    pq.write_table(pa.Table.from_pylist(answers), tmp_path / "a.parquet")
    column = "response.attributeScores.IDENTITY_ATTACK.summaryScore.value"

    reports = [json.loads(call(path, "--json")[1]) for path in (lines, tmp_path / "a.parquet")]
    report_of_column = json.loads(call(lines, "--json", "--score", f"HATEFUL={column}", "--threshold", "HATEFUL=0.95")[1])

    assert [(report["attributes"][0]["attribute"], report["attributes"][0]["column"]) for report in reports] == [
        ("IDENTITY_ATTACK", column)
    ] * 2
    assert reports[0]["attributes"] == reports[1]["attributes"]
    assert (report_of_column["attributes"][0]["attribute"], report_of_column["attributes"][0]["flagged"]) == ("HATEFUL", 0)


def test_bad_rows_are_listed(call: Call, tmp_path: Path) -> None:
    """A row without a text or a score, with a wrong score or with nothing to judge is named, and the others count."""
    path = write_csv(
        tmp_path / "a.csv", [*ROWS, ("", 0.5), ("Hello there", ""), ("Hello there", "high"), ("Hello there", 1.5), ("&nbsp;", 0.5)]
    )

    code, out, err = call(path, "--json")
    report = json.loads(out)
    message = call(path)[2]

    assert (code, report["rows"], report["bad_rows"], report["attributes"][0]["rows"]) == (0, 15, 5, 10)
    assert [row["line"] for row in report["bad"]] == [12, 13, 14, 15, 16]
    assert "line 14: TOXICITY: has to be a score from 0 to 1" in message
    assert "Hello" not in err + message


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        ([("a", 1)], ["--score", "TOXICITY=nope"], "no column 'nope'; check --score"),
        ([("a", 1)], ["--text-column", "nope"], "there is no column"),
        ([("a", 1)], ["--threshold", "TOXICITY=2"], "from 0 to 1"),
        ([("a", 1)], ["--score", "FLIRTATION=TOXICITY"], "no head"),
    ],
)
def test_wrong_calls_say_what_to_do(call: Call, tmp_path: Path, rows: list[tuple[object, ...]], options: list[str], words: str) -> None:
    """A column that does not exist, a threshold out of range, or an attribute without a head is named."""
    _, out, err = call(write_csv(tmp_path / "a.csv", rows), *options)

    assert words in " ".join((out + err).split())


def test_table_without_scores_is_refused(call: Call, tmp_path: Path) -> None:
    """A table in which no column is known to hold scores is refused with the option that names one."""
    code, _, err = call(write_csv(tmp_path / "a.csv", list(ROWS), score="karma"))

    assert code == 1
    assert "--score TOXICITY=COLUMN" in err

"""``tipstaff perspective-diff`` as people call it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.cli.main import main

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
        with pytest.raises(SystemExit) as ended:
            main()
        told = capfd.readouterr()
        assert "Traceback" not in told.err
        return int(ended.value.code or 0), told.out, told.err

    return _call


def write_csv(path: Path, rows: list[tuple[object, ...]], *, score: str = "TOXICITY") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("comment", score), *rows])
    return path


def test_threshold_that_keeps_the_rate_is_told(call: Call, tmp_path: Path) -> None:
    """Of ten comments Perspective flagged two; at the threshold that is told ours flags as many, and the same."""
    code, out, _ = call(write_csv(tmp_path / "a.csv", list(ROWS)), "--json")

    found = json.loads(out)
    (toxicity,) = found["attributes"]
    assert (code, found["rows"], found["bad_rows"], toxicity["attribute"], toxicity["rows"]) == (0, 10, 0, "TOXICITY", 10)
    assert (toxicity["flagged"], toxicity["flagged_then"], toxicity["agreement_then"]) == (0.2, 0.2, 1.0)
    assert 0 < toxicity["same_rate"] < 1
    assert toxicity["correlation"] > 0.3


def test_people_get_lines(call: Call, tmp_path: Path) -> None:
    """Without --json the figures come in lines, and what the model has no head for is named."""
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"text": text, "toxicity": score, "perspective_insult_score": 0.1}) + "\n" for text, score in ROWS))

    code, out, _ = call(path)

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

    found = [json.loads(call(path, "--json")[1]) for path in (lines, tmp_path / "a.parquet")]
    named = json.loads(call(lines, "--json", "--score", f"HATEFUL={column}", "--threshold", "HATEFUL=0.95")[1])

    assert [(each["attributes"][0]["attribute"], each["attributes"][0]["column"]) for each in found] == [("IDENTITY_ATTACK", column)] * 2
    assert found[0]["attributes"] == found[1]["attributes"]
    assert (named["attributes"][0]["attribute"], named["attributes"][0]["flagged"]) == ("HATEFUL", 0)


def test_bad_rows_are_listed(call: Call, tmp_path: Path) -> None:
    """A row without text, without score, with a wrong one or with nothing to judge is named, and the others count."""
    path = write_csv(
        tmp_path / "a.csv", [*ROWS, ("", 0.5), ("Hello there", ""), ("Hello there", "high"), ("Hello there", 1.5), ("&nbsp;", 0.5)]
    )

    code, out, err = call(path, "--json")
    found = json.loads(out)
    told = call(path)[2]

    assert (code, found["rows"], found["bad_rows"], found["attributes"][0]["rows"]) == (0, 15, 5, 10)
    assert [each["line"] for each in found["bad"]] == [12, 13, 14, 15, 16]
    assert "line 14: TOXICITY: has to be a score from 0 to 1" in told
    assert "Hello" not in err + told


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        ([("a", 1)], ["--score", "TOXICITY=nope"], "no column 'nope'; check --score"),
        ([("a", 1)], ["--text-column", "nope"], "there is no column"),
        ([("a", 1)], ["--threshold", "TOXICITY=2"], "from 0 to 1"),
        ([("a", 1)], ["--score", "INSULT=TOXICITY"], "no head"),
    ],
)
def test_wrong_calls_say_what_to_do(call: Call, tmp_path: Path, rows: list[tuple[object, ...]], options: list[str], said: str) -> None:
    """A column that is not there, a threshold that is none, or an attribute without a head is named."""
    _, out, err = call(write_csv(tmp_path / "a.csv", rows), *options)

    assert said in " ".join((out + err).split())


def test_table_without_scores_is_refused(call: Call, tmp_path: Path) -> None:
    """A table in which no column is known to hold scores is refused with the option that names one."""
    code, _, err = call(write_csv(tmp_path / "a.csv", list(ROWS), score="karma"))

    assert code == 1
    assert "--score TOXICITY=COLUMN" in err

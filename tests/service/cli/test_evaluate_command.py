"""``tipstaff evaluate`` as people call it: tables in, a report out, and one clear line for every mistake."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from model.moderator import Moderator
from model.profile import Profile
from tests.service.cli.calls import Call, write_csv
from training.evaluation.evaluate import EvaluateJob, run_evaluation
from training.evaluation.report.sections import ReportSection
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.subject import EvaluationSubject

TEXTS = {
    "fine": ("thank you for the {}", "who has seen my {} lately", "a {} for the Muslim women next door"),
    "toxic": ("shut up you idiotic {}", "you are a stupid {}", "what a moron, go eat a {}"),
    "hateful": ("gays are vermin, take their {}", "all Muslims are filth, no {} for them", "women are too stupid for a {}"),
}
THINGS = ("bus", "garden", "book", "window", "song", "cake", "dog", "lamp")


def labelled() -> list[tuple[str, str, str]]:
    """Rows of text, label and split."""
    rows = [(text.format(thing), label) for thing in THINGS for label, texts in TEXTS.items() for text in texts]
    return [(*row, ("train", "dev", "dev")[at % 3]) for at, row in enumerate(rows)]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table that needs no options, of 72 rows, a third of them train."""
    return write_csv(tmp_path / "rulings.csv", ("text", "label", "split"), labelled())


@pytest.fixture
def short_table(tmp_path: Path) -> Path:
    """The first rows of that table, six of each label, for what an encoder judges."""
    return write_csv(tmp_path / "rulings.csv", ("text", "label", "split"), labelled()[:18])


@pytest.fixture(scope="module")
def both(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artefact whose encoder is tiny, for tests that do not depend on its scores: a report of the shipped one takes a minute."""
    return write_both(tmp_path_factory.mktemp("artefacts") / "both")


def test_from_tables_to_a_report(call: Call, short_table: Path, tmp_path: Path) -> None:
    """Two tables make one report of two sources: a page, the same as JSON, and a table on standard output."""
    second_table = write_csv(tmp_path / "more.csv", ("text", "label"), [row[:2] for row in labelled()[:18]])
    out = tmp_path / "out"
    result = call("evaluate", "default", short_table, second_table, "-o", out, "--resamples", 20, "--profile", "fast")
    assert result.code == 0, result.err
    assert "30 rows judged (split: held-out)" in result.err
    for word in ("rulings", "more", "MEAN", "pooled", "AUC abusive", "calibration error"):
        assert word in result.out
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert [source["rows"] for source in report["sources"]] == [18, 12]
    assert report["mean"]["auc_abusive"]["value"] > 0.9
    assert report["artefact"] == Moderator.load(profile=Profile.FAST).version
    assert "<h1>default@" in (out / "report.html").read_text(encoding="utf-8")
    assert "thank you for" not in (out / "report.html").read_text(encoding="utf-8") + (out / "report.json").read_text(encoding="utf-8")


def test_a_folder_is_an_artefact_too(call: Call, table: Path, tmp_path: Path) -> None:
    """An artefact that was trained here is judged by its folder, and rows that taught it are pointed out."""
    mine = tmp_path / "mine"
    assert call("train", table, "-o", mine, "--name", "mine").code == 0
    result = call("evaluate", mine, table, "-o", tmp_path / "out", "--resamples", 5, "--split", "all", "--json")
    assert result.code == 0, result.err
    report = json.loads(result.out)
    assert report["artefact"].startswith("mine@")
    assert report["remarks"][0].startswith("24 of the rows are in tables that the artefact was trained with")
    assert json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8")) == report


@pytest.mark.parametrize(("split", "rows"), [("held-out", 48), ("dev", 48), ("train", 24), ("all", 72)])
def test_the_split_chooses_rows(call: Call, folder: Path, table: Path, tmp_path: Path, split: str, rows: int) -> None:
    """The rows of the requested split are judged; without the option, all rows but those of train."""
    options = () if split == "held-out" else ("--split", split)
    result = call("evaluate", folder, table, "-o", tmp_path / "out", "--resamples", 1, "--json", *options)
    assert json.loads(result.out)["rows"] == rows


def test_columns_and_labels_can_be_named(call: Call, folder: Path, tmp_path: Path) -> None:
    """Tables that name columns and labels otherwise are read as tipstaff train reads them."""
    names = {"fine": "ok", "toxic": "rude", "hateful": "slur"}
    rows = [(text, names[label], f"forum {at % 2}", at, "dev") for at, (text, label, _) in enumerate(labelled())]
    table = write_csv(tmp_path / "t.csv", ("remark", "ruling", "forum", "nr", "part"), rows)
    maps = [part for label, name in names.items() for part in ("--map", f"{name}={label}")]
    columns = ("--text", "remark", "--label", "ruling", "--source", "forum", "--id", "nr", "--split-column", "part")
    result = call("evaluate", folder, table, "-o", tmp_path / "out", *maps, *columns, "--resamples", 5, "--clean", "forum 1", "--json")
    assert result.code == 0, result.err
    report = json.loads(result.out)
    assert [source["source"] for source in report["sources"]] == ["forum 0", "forum 1"]
    assert report["clean"] == ["forum 1"]


def test_bad_rows_are_reported(call: Call, folder: Path, tmp_path: Path) -> None:
    """Bad rows are counted and listed with file, line and field, without their text; the others are judged."""
    rows: list[Sequence[object]] = [*(row[:2] for row in labelled()), ("zebra", "spam"), ("", "fine"), ("hello there", "")]
    table = write_csv(tmp_path / "t.csv", ("text", "label"), rows)
    result = call("evaluate", folder, table, "-o", tmp_path / "out", "--resamples", 2)
    assert result.code == 0, result.err
    assert f"{table}: line 74: label: 'spam' is not fine, toxic, hateful" in result.err
    assert "75 rows read: 72 used, 1 answer no question, 2 bad" in result.err
    assert "zebra" not in result.err
    assert len(json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["reading"]["problems"]) == 2


def test_the_same_call_gives_the_same_report(call: Call, both: Path, short_table: Path, tmp_path: Path) -> None:
    """Only the times of the profiles differ; another seed changes the intervals and nothing else."""
    first = call("evaluate", both, short_table, "-o", tmp_path / "out", "--resamples", 30, "--json")
    again = call("evaluate", both, short_table, "-o", tmp_path / "out", "--resamples", 30, "--json")
    assert re.sub(r'"seconds": [0-9.e-]+', "", first.out) == re.sub(r'"seconds": [0-9.e-]+', "", again.out)
    other = json.loads(call("evaluate", both, short_table, "-o", tmp_path / "out", "--resamples", 30, "--seed", 1, "--json").out)
    assert other["mean"]["auc_hateful"]["value"] == json.loads(first.out)["mean"]["auc_hateful"]["value"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["default", "{table}"], 2, "--out"),
        (["{missing}", "{table}", "-o", "{out}"], 1, "no artefact can be read here"),
        (["default", "{missing}", "-o", "{out}"], 1, "missing"),
        (["default", "{table}", "-o", "{table}"], 1, "is a file: give a folder"),
        (["default", "{table}", "-o", "{folder}"], 1, "holds something other than a report"),
        (["default", "{table}", "-o", "{out}", "--clean", "elsewhere"], 1, "the sources are rulings"),
        (["default", "{table}", "-o", "{out}", "--map", "x"], 2, "OLD=NEW"),
        (["default", "{table}", "-o", "{out}", "--split", "test"], 2, "split"),
        (["default", "{table}", "-o", "{out}", "--resamples", "0"], 2, "resamples"),
        (["default", "{plain}", "-o", "{out}", "--split", "dev"], 1, "choose another --split"),
        (["default", "{bad}", "-o", "{out}", "--strict"], 1, "line 2: label"),
        (["default", "{bad}", "-o", "{out}"], 1, "no row of 1 can be used"),
    ],
)
def test_an_impossible_evaluation_is_refused(call: Call, table: Path, tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    """Every mistake ends with one clear line, and leaves no report."""
    places = {
        "table": table,
        "out": tmp_path / "out",
        "folder": tmp_path,
        "missing": tmp_path / "missing",
        "plain": write_csv(tmp_path / "plain.csv", ("text", "label"), [row[:2] for row in labelled()]),
        "bad": write_csv(tmp_path / "bad.csv", ("text", "label"), [("a", "spam")]),
    }
    result = call("evaluate", *(argument.format(**places) for argument in arguments))
    assert (result.code, result.out) == (code, "")
    assert words in " ".join(result.err.split())
    assert not (tmp_path / "out").exists()


def test_further_sections_can_be_added(table: Path, tmp_path: Path) -> None:
    """A further section gets the scored rows, and appears in the page and in the JSON."""

    def extra(subject: EvaluationSubject, scored_rows: ScoredRows, results: object) -> ReportSection:
        return ReportSection(
            "Robustness", f"{len(scored_rows.rows)} rows of {subject.moderator.version}", figures={"rows": len(scored_rows.rows)}
        )

    steps: list[str] = []
    job = EvaluateJob(None, (table,), tmp_path / "out", resamples=2)
    run_evaluation(job, lambda step, share: steps.append(step), builders=(("attacking", extra),))
    assert "48 rows of default@" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["sections"] == {"Robustness": {"rows": 48}}
    assert list(dict.fromkeys(steps)) == ["reading", "judging", "measuring", "attacking", "writing"]


def test_the_python_of_the_documentation_runs(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program that docs/evaluate.md shows runs as it stands."""
    (tmp_path / "comments.csv").write_bytes(table.read_bytes())
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[3] / "docs" / "evaluate.md").read_text(encoding="utf-8")
    exec(text.partition("```python\n")[2].partition("```")[0], {})
    assert "Estimate(value=" in capsys.readouterr().out

"""A row for which judging fails is in the output with its reason, and its neighbours are scored as ever."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import model.text.pipeline
from model.classifier import Classifier
from model.comment import Format
from model.errors import DumpError
from model.moderator import Moderator
from model.ngrams.packed_texts import PackedTexts
from service.batch.explain_text import explain_text
from service.batch.job import ScoreJob
from service.batch.score import score_files
from service.batch.statistics.summary import RunSummary, summary_json
from service.batch.terminal_report import summary_lines
from service.judging.judge import Judge

POISON = "qzxvwk"
TEXTS = ["You pathetic idiot, shut up.", f"You pathetic idiot {POISON}", "What a lovely morning.", "", "Thanks a lot!"]


@pytest.fixture(scope="module")
def moderator() -> Moderator:
    """The artefact that ships, its n-grams alone."""
    return Moderator.load()


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts with the poison in them cannot be scored."""
    original: Callable[..., Any] = Classifier.raw_scores

    def fail(classifier: Classifier, texts: Any, *arguments: Any, **named: Any) -> Any:
        data = texts.data.tobytes() if isinstance(texts, PackedTexts) else b"".join(texts)
        if POISON.encode() in data:
            raise RuntimeError("this must not be seen")
        return original(classifier, texts, *arguments, **named)

    monkeypatch.setattr(Classifier, "raw_scores", fail)


def write_dump(folder: Path, suffix: str) -> Path:
    """Write the texts as a file of a format."""
    path = folder / f"dump.{suffix}"
    rows = [{"id": str(number), "text": text} for number, text in enumerate(TEXTS)]
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif suffix == "csv":
        path.write_text("id,text\n" + "".join(f'{row["id"]},"{row["text"]}"\n' for row in rows), "utf-8")
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def score(path: Path, out: Path, moderator: Moderator, **options: Any) -> tuple[RunSummary, list[dict[str, Any]]]:
    """Score a file, and return the summary and the rows."""
    summary = score_files(ScoreJob([str(path)], out=str(out), **options), moderator)
    return summary, [json.loads(line) for line in out.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("suffix", ["jsonl", "parquet", "csv"])
def test_a_row_that_cannot_be_read_is_for_review(tmp_path: Path, moderator: Moderator, suffix: str, request: pytest.FixtureRequest) -> None:
    """No row is lost: one that fails has the verdict ``review`` and a reason, is counted and listed, and others keep their scores."""
    path = write_dump(tmp_path, suffix)
    _, usual = score(path, tmp_path / "usual.jsonl", moderator)
    request.getfixturevalue("poisoned")
    summary, rows = score(path, tmp_path / "out.jsonl", moderator)
    assert [row for row in rows if row["id"] != "1"] == [row for row in usual if row["id"] != "1"]
    assert (rows[1]["label"], rows[1]["fine"], rows[1]["verdict"], rows[1]["reason"]) == (None, None, "review", "unreadable")
    content = json.loads(summary_json(summary))
    assert (content["rows"], content["judged"], content["failures"]) == (5, 3, {"ngrams": 1})
    assert content["reasons"]["unreadable"] == 1
    assert any("1 ngrams" in line for line in summary_lines(summary))
    assert "unreadable" in (tmp_path / "out.jsonl.rejects.jsonl").read_text("utf-8")
    with pytest.raises(DumpError, match="unreadable"):
        score(path, tmp_path / "strict.jsonl", moderator, strict=True)


def test_a_text_whose_markup_fails_is_scored_as_it_stands(tmp_path: Path, moderator: Moderator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose mark-up cannot be read is scored, mark-up and all, and the summary says for how many rows."""

    def fail(_: str) -> None:
        raise RecursionError

    monkeypatch.setattr(model.text.pipeline, "_READERS", dict.fromkeys(Format, fail))
    path = tmp_path / "dump.jsonl"
    path.write_text("".join(json.dumps({"text": f"<p>{text} &amp;</p>"}) + "\n" for text in TEXTS[:3]), "utf-8")
    summary, rows = score(path, tmp_path / "out.jsonl", moderator, markup=Format.HTML)
    assert [row["verdict"] for row in rows] == ["reject", "reject", "approve"]
    assert summary.counts.failures == {"markup": 3}


@pytest.mark.usefixtures("poisoned")
def test_a_text_that_cannot_be_read_says_so(moderator: Moderator) -> None:
    """``--text`` tells the verdict and the reason, for people and for programs."""
    explained = explain_text(TEXTS[1], Judge(moderator), markup=Format.PLAIN)
    content = json.loads(explained.as_json())
    assert (content["label"], content["verdict"], content["reason"]) == (None, "review", "unreadable")
    assert explained.as_rich() is not None

"""Files with comments in several languages: each row is judged by its language, and what is not told is empty."""

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

from model.comment import Format
from model.moderator import Moderator
from service.batch.columnar.chunks import Chunk
from service.batch.explain_text import explain_text
from service.batch.rows import Row
from service.batch.scored_chunks import score_chunk
from service.batch.statistics.counts import RunCounts
from service.judging.judge_options import JudgeOptions
from tests.model.languages.small_packs import LINES, write_pack

TEXTS = [
    "Thank you for this lovely article, my dear!",
    LINES["de"]["toxic"][0] + " Das ist doch völliger Unsinn, was hier steht.",
    LINES["ru"]["hateful"][0] + " Совершенно не согласен с автором.",
    "",
    "A vonat ma megint késett, és ez nagyon kellemetlen mindenkinek, aki dolgozni megy.",
]


def write_packs(folder: Path) -> Path:
    """Writes packs for German and Russian; the one for Russian cannot tell hateful comments."""
    write_pack(folder / "de", "de")
    write_pack(folder / "ru", "ru", answers={"fast": ("abusive",)})
    return folder


def test_rows_name_who_judged_them(tmp_path: Path) -> None:
    """A row has the version of its pack; P(hateful) is empty where it cannot be told; languages are counted."""
    judge = JudgeOptions(languages=str(write_packs(tmp_path))).build_judge(Moderator.load())
    scored = score_chunk(Chunk.from_rows([Row(number, None, text) for number, text in enumerate(TEXTS)]), judge, dump="d", language=True)
    counts = RunCounts()
    counts.add(scored)

    assert [model.partition("@")[0] for model in scored.models] == ["default", "de", "ru", "default", "default"]
    assert np.isnan(scored.scores[:, 2]).tolist() == [False, False, True, True, False]
    assert scored.scores[2, :2].sum() == 1
    assert scored.languages == ["en", "de", "ru", None, "hu"]
    assert scored.foreign == [False, False, False, None, True]
    assert scored.unsure == [False, False, False, None, False]
    assert dict(counts.languages) == {"en": 1, "de": 1, "ru": 1, "foreign": 1}
    assert RunCounts.from_dict(counts.as_dict()).languages == counts.languages
    explained = json.loads(explain_text(TEXTS[2], judge, markup=Format.PLAIN).as_json())
    assert (list(explained["scores"]), explained["language"]) == (["fine", "toxic"], "ru")
    assert explained["model"].startswith("ru@")
    assert "attributes" not in explained


def test_processes_judge_by_the_same_packs(start: Callable[..., "subprocess.Popen[str]"], tmp_path: Path) -> None:
    """Several processes give each row the answer that one gives."""
    packs, inputs = write_packs(tmp_path / "packs"), []
    for number in range(2):
        inputs.append(tmp_path / f"{number}.jsonl")
        inputs[-1].write_text("".join(json.dumps({"id": f"{number}-{at}", "text": text}) + "\n" for at, text in enumerate(TEXTS)))
    outputs = []
    for jobs in (1, 2):
        out = tmp_path / f"out{jobs}.csv"
        process = start(*inputs, "-o", out, "--jobs", jobs, "--language", env={"TIPSTAFF_LANGUAGES": str(packs)})
        _, errors = process.communicate(timeout=200)
        assert process.returncode == 0, errors
        assert "1 German" in errors or "2 German" in errors
        outputs.append(list(csv.DictReader(out.read_text("utf-8").splitlines())))

    assert outputs[0] == outputs[1]
    assert [row["hateful"] for row in outputs[0][2:4]] == ["", ""]
    assert [row["model"].partition("@")[0] for row in outputs[0][:3]] == ["small", "de", "ru"]

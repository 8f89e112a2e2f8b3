"""What a training writes, and where: the same for the same data, in one step, and only where an artefact may be."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model.artefact.folder import read_artefact
from model.errors import ArtefactError
from model.ngrams.feature_settings import FeatureSettings
from model.normaliser.version import normaliser_version
from training.fit.ngram_weights import FitSettings
from training.fit.train import TrainedArtefact, train_artefact
from training.fit.train_job import TrainJob

ROOT = Path(__file__).parents[3]
SETTINGS = FitSettings(features=FeatureSettings(bits=12))
THINGS = tuple(
    f"{kind} {thing}" for kind in ("red", "old", "quiet", "broken", "tiny") for thing in ("bus", "garden", "book", "window", "song", "cake")
)
TEMPLATES = {"fine": "thank you for the {}", "toxic": "shut up you idiotic {}", "hateful": "no {} for zorg filth"}


def labelled(count: int, *labels: str) -> list[tuple[str, str]]:
    """So many rows of each label."""
    return [(TEMPLATES[label].format(thing), label) for label in labels for thing in THINGS[:count]]


def train_on(folder: Path, rows: list[tuple[str, str]]) -> TrainedArtefact:
    """Train on a table of these rows, into the folder's ``out``."""
    table = folder / "rulings.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    return train_artefact(TrainJob(tables=[table], out=folder / "out", fit=SETTINGS))


PROGRAM = """
import sys
from pathlib import Path
from model.ngrams.feature_settings import FeatureSettings
from training.fit.ngram_weights import FitSettings
from training.fit.train import train_artefact
from training.fit.train_job import TrainJob
job = TrainJob(tables=[Path(sys.argv[1])], out=Path(sys.argv[2]), fit=FitSettings(features=FeatureSettings(bits=12)))
print(train_artefact(job).manifest.content_hash)
"""


def test_another_process_makes_the_same(tmp_path: Path) -> None:
    """Same data, settings and seed give the same content hash, in processes that hash strings differently, and from another place."""
    rows = labelled(20, *TEMPLATES)
    lines = [json.dumps({"text": text, "label": label, "source": f"s{len(text) % 3}"}) for text, label in rows]
    hashes = []
    for number in ("1", "2"):
        folder = tmp_path / number
        folder.mkdir()
        (folder / "t.jsonl").write_text("\n".join(lines), encoding="utf-8")
        environment = os.environ | {"PYTHONHASHSEED": number}
        command = [sys.executable, "-c", PROGRAM, str(folder / "t.jsonl"), str(folder / "out")]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, text=True, timeout=120)
        hashes.append(done.stdout.strip())
    assert hashes[0] == hashes[1]
    assert len(hashes[0]) == 64


def test_an_artefact_is_replaced(tmp_path: Path) -> None:
    """Training anew into the folder of an artefact replaces it."""
    first = train_on(tmp_path, labelled(20, "fine", "toxic"))
    second = train_on(tmp_path, labelled(30, "fine", "toxic"))
    assert first.manifest.content_hash != second.manifest.content_hash
    assert read_artefact(tmp_path / "out", normaliser=normaliser_version()).manifest == second.manifest


@pytest.mark.parametrize("kind", ["a folder of something else", "a file", "below a file"])
def test_an_out_that_cannot_be_is_refused_first(tmp_path: Path, kind: str) -> None:
    """Before a table is even looked for, a place that cannot be written to is refused and left as it is."""
    out = tmp_path / "out"
    if kind == "a folder of something else":
        out.mkdir()
        (out / "diary.txt").write_text("dear diary", encoding="utf-8")
    else:
        out.write_text("dear diary", encoding="utf-8")
    steps: list[str] = []
    with pytest.raises(ArtefactError, match=r"out.*: (choose another folder|give a folder)$"):
        train_artefact(
            TrainJob(tables=[tmp_path / "missing.csv"], out=out / "below" if kind == "below a file" else out),
            lambda step, share: steps.append(step),
        )
    assert not steps
    assert out.is_file() or [path.name for path in out.iterdir()] == ["diary.txt"]


def test_many_sources_and_files(tmp_path: Path) -> None:
    """A source for each author and a file for each day make no manifest too large to be read."""
    folder = tmp_path / "days"
    folder.mkdir()
    for day in range(510):
        label = ("fine", "toxic")[day % 2]
        text = f"{TEMPLATES[label].format(THINGS[day % 30])} {day}"
        (folder / f"{day}.jsonl").write_text(json.dumps({"text": text, "label": label, "source": f"author {day // 10}"}), encoding="utf-8")
    trained = train_artefact(TrainJob(tables=[folder], out=tmp_path / "out", fit=SETTINGS, dev_share=0.5))
    manifest = read_artefact(tmp_path / "out", normaliser=normaliser_version()).manifest
    assert [(source.source, source.rows) for source in manifest.data] == [("510 files", 510)]
    assert manifest == trained.manifest


def test_progress_is_reported_in_order(tmp_path: Path) -> None:
    """Each step is reported when it begins, one after another, and the fit says how far it is."""
    table = tmp_path / "t.csv"
    table.write_text("\n".join(["text,label", *(",".join(row) for row in labelled(20, "fine", "toxic"))]), encoding="utf-8")
    reports: list[tuple[str, float]] = []
    train_artefact(TrainJob(tables=[table], out=tmp_path / "out", fit=SETTINGS), lambda step, share: reports.append((step, share)))
    assert list(dict(reports)) == ["reading", "duplicates", "fitting", "judging", "writing"]
    shares = [share for step, share in reports if step == "fitting"]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)

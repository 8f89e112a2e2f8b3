"""The command that trains the encoder of all languages: what it writes can be read, and what it lacks is said."""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.encoder.script_pieces import PLAIN_FORM, read_vocabulary
from model.encoder.session import EncoderReader
from training.encoder.training_loop import EncoderSettings
from training.languages.encoder import build_language_encoder as module
from training.languages.encoder.build_language_encoder import (
    LanguageEncoderJob,
    build_language_encoder,
    build_language_encoder_command,
    load_authored_language_rows,
)
from training.languages.encoder.language_stages import StageSizes


def write_corpus(folder: Path) -> None:
    """Write a corpus of one source, some of whose rows were read again, and of English rows."""
    (folder / "languages").mkdir(parents=True)
    rows = [
        {"id": str(n), "source": "web", "split": "train", "lang": "de", "text": f"{'idiot' if n % 2 else 'du'} {n}", "use": "train"}
        for n in range(80)
    ]
    answers = [{"abusive": bool(n % 2), "hateful": False} for n in range(80)]
    pq.write_table(
        pa.Table.from_pylist([row | answer for row, answer in zip(rows, answers, strict=True)]), folder / "languages" / "web.parquet"
    )
    labels = [{"label": "toxic" if n % 2 else "fine"} for n in range(80)]
    again = pa.Table.from_pylist([row | label for row, label in zip(rows, labels, strict=True)])
    pq.write_table(again.slice(0, 30), folder / "languages" / "reread.parquet")
    pq.write_table(again, folder / "reread.parquet")


def test_what_is_written_can_be_read(e5: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network and its pieces make a reader of plain forms that reads no contexts; the notice names the base by its hash."""
    write_corpus(tmp_path / "corpus")
    monkeypatch.setattr(module, "load_authored_language_rows", lambda: load_authored_language_rows().take(np.arange(20)))
    settings, sizes = EncoderSettings(batch=256, warmup=2, tokens=16, rate=1e-3), StageSizes((20, 20), (20, 20), 20)
    job = LanguageEncoderJob(tmp_path / "corpus", tmp_path / "out", e5, layers=1, pieces=1000, settings=settings, sizes=sizes)
    sha256 = build_language_encoder(job)
    assert sha256 == hashlib.sha256(e5.read_bytes()).hexdigest()
    assert sha256 in (tmp_path / "out" / "NOTICE").read_text("utf-8")
    vocabulary = read_vocabulary(np.load(tmp_path / "out" / "pieces.npy"), PLAIN_FORM)
    reader = EncoderReader(np.load(tmp_path / "out" / "network.npy"), vocabulary, 16, np.empty(0, np.uint32))
    reader.load(heads=2)
    assert not reader.reads_context
    assert np.isfinite(reader.read(["Äh, idiot!".encode()])).all()


def test_comments_of_our_own_have_their_labels() -> None:
    """They are rows of their language, named as sources of our own, whose answers follow from their labels."""
    rows = load_authored_language_rows()
    assert len(rows) > 0
    assert all(source == f"authored-{tag}" for source, tag in zip(rows.source, rows.lang, strict=True))
    assert ((rows.hateful == 0) | (rows.abusive == 1)).all()


def test_a_missing_corpus_is_said(e5: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with 1 and names the folder without tables."""
    assert build_language_encoder_command(["--base", str(e5), "--corpus", str(tmp_path), "-o", str(tmp_path / "out")]) == 1
    assert "holds no tables" in capsys.readouterr().err

"""What a model says of the gate kit, kept for the champion, which is asked before every candidate."""

import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from model.array_types import FloatArray, IntArray
from model.moderator import Moderator
from training.gate.gate_kit import GateKit

__all__ = ["KitReading", "read_kit"]


@dataclass(frozen=True, eq=False)
class KitReading:
    """What a model says of n comments of the kit.

    Attributes:
        scores: probabilities in the order of ``LABELS``, shape (n, 3).
        labels: codes into ``LABELS``, shape (n,).
        encoder_count: how many of them the encoder read.
    """

    scores: FloatArray
    labels: IntArray
    encoder_count: int

    def __len__(self) -> int:
        """Return n."""
        return self.labels.size


def read_kit(kit: GateKit, moderator: Moderator, *, content_hash: str, cache: Path | None, threads: int | None) -> KitReading:
    """Return what a model says of the kit.

    Args:
        kit: the comments.
        moderator: the model, with its profile.
        content_hash: of its artefact.
        cache: folder in which it is kept, or found if it has been kept before; None to ask anew and keep nothing.
        threads: how many may share the work.
    """
    facts = f"{content_hash} {moderator.version} {moderator.prior.model_dump_json()} {moderator.risk} {kit.digest}"
    file = None if cache is None else cache / f"gate-kit-{hashlib.sha256(facts.encode()).hexdigest()[:32]}.npz"
    if file is not None and (kept := _load(file, n=len(kit))) is not None:
        return kept
    decisions = moderator.decide(kit.comments, threads=threads)
    scores = np.array(decisions.scores)
    # What a language pack does not tell separates nothing.
    scores[np.isfinite(scores[:, 0]) & np.isnan(scores[:, 2]), 2] = 0.0
    reading = KitReading(scores, np.array(decisions.labels, np.int64), decisions.encoder_count)
    if file is not None:
        _keep(reading, file)
    return reading


def _load(file: Path, *, n: int) -> KitReading | None:
    """Return a reading that was kept; None where there is none, or a damaged one."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            reading = KitReading(arrays["scores"], arrays["labels"], int(arrays["encoder_count"]))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    fits = reading.scores.shape == (n, 3) and reading.labels.shape == (n,) and np.isfinite(reading.scores).all()
    return reading if fits else None


def _keep(reading: KitReading, file: Path) -> None:
    """Keep a reading in one step; where nothing can be written, it is asked for again the next time."""
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, place = tempfile.mkstemp(dir=file.parent, prefix=file.stem, suffix=".new")
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, scores=reading.scores, labels=reading.labels, encoder_count=np.int64(reading.encoder_count))
        Path(place).replace(file)

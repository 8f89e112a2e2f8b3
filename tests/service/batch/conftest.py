"""A judge that needs no trained artefact: it goes by the letters of a text, so that every answer can be foretold."""

import os
import subprocess
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from model.comment import Comment
from model.errors import PolicyError
from tests.service.command import COMMAND, ROOT


@dataclass(frozen=True)
class Decided:
    """What the judge decides about some comments."""

    labels: npt.NDArray[np.int8]
    scores: npt.NDArray[np.float64]
    verdicts: npt.NDArray[np.int8]
    reasons: Sequence[str | None]
    policy: str
    attributes: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    spans: Sequence[Sequence[object]] | None = None
    version: str = "fake@1"


class Judge:
    """Scores by a checksum of the text alone; what is blank is not judged."""

    version = "fake@1"

    def decide(self, comments: Sequence[Comment], *, policy: str = "default", explain: bool = False, threads: int | None = None) -> Decided:
        """Decide about comments, each for itself."""
        if policy != "default":
            raise PolicyError(f"there is no policy {policy!r}; there is: default")
        blank = np.array([not comment.text.strip() for comment in comments], bool)
        sums = np.array([zlib.crc32(comment.text.encode()) for comment in comments], np.float64).reshape(-1, 1)
        scores = np.hstack([sums % 997, sums % 101, sums % 13]) + 1
        scores /= scores.sum(axis=1, keepdims=True)
        scores[blank] = np.nan
        codes = np.where(blank, -1, (sums[:, 0] % 3)).astype(np.int8)
        return Decided(codes, scores, codes, ["empty" if dumb else None for dumb in blank], policy)


@pytest.fixture
def judge() -> Judge:
    """The judge."""
    return Judge()


@pytest.fixture(scope="session")
def judge_for_all() -> Judge:
    """The judge, for tests whose every example shares it."""
    return Judge()


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """A function that starts ``tipstaff score`` with the small artefact."""
    running: list[subprocess.Popen[str]] = []

    def _start(*arguments: object, **options: object) -> "subprocess.Popen[str]":
        environment = os.environ | {"TIPSTAFF_ARTEFACT": str(folder)} | dict(options.pop("env", {}))  # type: ignore[call-overload]
        process: subprocess.Popen[str] = subprocess.Popen(
            [*COMMAND, "score", *map(str, arguments)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,  # type: ignore[call-overload]
        )
        running.append(process)
        return process

    yield _start
    for process in running:
        process.kill()
        if process.returncode is None or not process.stdout.closed:  # type: ignore[union-attr]
            process.communicate()

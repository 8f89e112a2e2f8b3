"""A moderator that needs no trained artefact and decides by a checksum of the text, and a function that starts the command."""

import os
import subprocess
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from model.artefact.manifest import Prior
from model.comment import Comment
from model.decisions import Decisions
from model.errors import PolicyError
from model.ngrams.heads import LABEL_HEADS
from model.ngrams.raw_scores import allocate_scores
from model.policy import Policy
from model.profile import DEFAULT_RISK, Profile
from tests.service.command import COMMAND, ROOT


class ChecksumModerator:
    """A moderator whose scores depend on a checksum of the text alone; blank texts are not judged."""

    version = "fake@1"
    policies: Mapping[str, Policy] = MappingProxyType({"default": Policy("default", 0.5, 0.5, 0.9, 0.9)})
    languages = ("en",)
    prior = Prior()
    profile = Profile.FAST
    risk = DEFAULT_RISK

    def decide(self, comments: Sequence[Comment], *, policy: str = "default", **_options: object) -> Decisions:
        """Decide about comments, independently of each other."""
        if policy not in self.policies:
            raise PolicyError(f"there is no policy {policy!r}; there is: default")
        raw = allocate_scores(len(comments), heads=LABEL_HEADS)
        blank = np.array([not comment.text.strip() for comment in comments], bool)
        sums = np.array([zlib.crc32(comment.text.encode()) for comment in comments], np.float64).reshape(-1, 1)
        raw.scores[:] = np.hstack([sums % 997, sums % 101, sums % 13]) + 1
        raw.scores[:] /= raw.scores.sum(axis=1, keepdims=True)
        raw.scores[blank] = np.nan
        raw.labels[:] = raw.verdicts[:] = np.where(blank, -1, sums[:, 0] % 3)
        return Decisions(raw, (), None, policy, self.version)


@pytest.fixture
def judge() -> ChecksumModerator:
    """A moderator that needs no artefact and always gives equal answers for equal texts."""
    return ChecksumModerator()


@pytest.fixture(scope="session")
def judge_for_all() -> ChecksumModerator:
    """A moderator like ``judge``, shared by all examples of a property test."""
    return ChecksumModerator()


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """A function that starts ``tipstaff score`` with the small artefact."""
    running: list[subprocess.Popen[str]] = []

    def _start(*arguments: object, **options: object) -> "subprocess.Popen[str]":
        changes: dict[str, str | None] = {"TIPSTAFF_ARTEFACT": str(folder), **options.pop("env", {})}  # type: ignore[dict-item]
        environment = {name: value for name, value in (os.environ | changes).items() if value is not None}
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

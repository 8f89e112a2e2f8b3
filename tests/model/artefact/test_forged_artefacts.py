"""Artefacts whose hashes are true and whose content is not: each is refused in one line, or judges with scores that are probabilities."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from model.array_types import AnyArray
from model.artefact.arrays import array_header
from model.artefact.folder import read_artefact, shipped_folder, write_artefact
from model.artefact.manifest import ArrayEntry, Description
from model.comment import Comment
from model.errors import ArtefactError
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from model.profile import Profile
from tests.model.artefact.samples import forge

BITS = 10
COMMENTS = [Comment(str(at), text) for at, text in enumerate(("you pathetic idiot", "Good morning, friend!", "a", "not you " * 400))]
ODD_VALUES: tuple[Any, ...] = (
    *(0, 1, -1, 2, 7, 2**31, 2**63, 2**70, -(2**70), 0.0, 0.5, 1.0, -0.5, 1e-300, 1e300, 1e308, -1e308, True, False, None),
    *("", "x", "weights.npy", "network.npy", "../x", "\u0000\n", [], {}, [1], {"a": 1}, [[]], ["fine"], "x" * 2_000),
)


def small_artefact(write_both: Callable[..., Path], folder: Path) -> Path:
    """Write an artefact with both readers whose n-grams have few weights, so that loading it takes little time."""
    both = read_artefact(write_both(folder / "large"), normaliser=normaliser_version())
    arrays = dict(both.arrays)
    arrays["weights.npy"] = np.random.default_rng(1).integers(-60, 60, (1 << BITS, len(both.manifest.heads))).astype(np.int8)
    fields = {name: getattr(both.manifest, name) for name in Description.model_fields}
    fields["features"] = dict(both.manifest.features) | {"bits": BITS}
    write_artefact(folder / "small", description=Description(**fields), arrays=arrays)
    return folder / "small"


@pytest.fixture(scope="module")
def sample(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound artefact."""
    return small_artefact(write_both, tmp_path_factory.mktemp("sound"))


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where there is a value in a manifest, at any depth."""
    entries = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from places(value, (*path, key))


def change_manifest(folder: Path, random: Random) -> None:
    """Change, remove or double a value of the manifest."""

    def change(document: dict[str, Any]) -> None:
        relevant = {key: value for key, value in document.items() if key not in ("data", "metrics", "settings", "libraries", "seal")}
        path = random.choice(list(places(relevant)))
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        action = random.random()
        if action < 0.15:
            del place[path[-1]]
        elif action < 0.25 and isinstance(place, list):
            place.append(place[path[-1]])
        elif action < 0.35 and isinstance(place[path[-1]], (int, float)):
            place[path[-1]] *= random.choice((2, -1, 1e3, 1e-3))
        else:
            place[path[-1]] = random.choice(ODD_VALUES)

    forge(folder, change)


def store(folder: Path, name: str, array: AnyArray) -> None:
    """Put an array into the place of another, with whatever numbers, and make all hashes fit again."""
    entry = ArrayEntry(dtype=array.dtype.name, shape=array.shape, sha256="0" * 64)  # type: ignore[arg-type]
    data = array_header(entry) + np.ascontiguousarray(array).tobytes()
    (folder / name).write_bytes(data)
    stored = {"dtype": array.dtype.name, "shape": list(array.shape), "sha256": hashlib.sha256(data).hexdigest()}

    def change(document: dict[str, Any]) -> None:
        if isinstance(document.get("arrays"), dict):
            document["arrays"][name] = stored

    forge(folder, change)


def change_array(folder: Path, random: Random) -> None:
    """Change numbers, shape or kind of an array."""
    name = random.choice(sorted(path.name for path in folder.glob("*.npy")))
    array = np.load(folder / name).copy()
    action = random.randrange(5)
    if action == 0:
        array = array.astype(random.choice(("int8", "uint8", "int32", "int64", "float32", "float64")))
    elif action == 1:
        array = random.choice((array[:-1], array[:0], array.reshape(-1), np.concatenate([array, array]), array[..., None], array.T))
    elif array.dtype.kind == "f":
        odd = random.choice((np.nan, np.inf, 1e308, -1e308, 1e30, -1.0, 0.0, 2.0, 1e5))
        array.reshape(-1)[random.randrange(array.size)] = odd if action < 4 else -odd
    else:
        flat, limits = array.reshape(-1), np.iinfo(array.dtype)
        for _ in range(random.choice((1, 3, 50))):
            flat[random.randrange(min(flat.size, random.choice((400, flat.size))))] = random.randint(int(limits.min), int(limits.max))
    store(folder, name, array)


def judge(folder: Path) -> str:
    """Load an artefact and judge some comments by it; return the line in which it is refused, or nothing."""
    try:
        moderator = Moderator.load(folder, profile=Profile.FULL)
    except ArtefactError as error:
        return str(error)
    for policy in moderator.policies:
        decisions = moderator.decide(COMMENTS, policy=policy, threads=1, explain=True)
        judged = decisions.labels >= 0
        assert np.isfinite(decisions.scores[judged]).all()
        assert ((decisions.scores[judged] >= 0) & (decisions.scores[judged] <= 1)).all()
        np.testing.assert_allclose(decisions.scores[judged].sum(axis=1), 1)
    return ""


def try_many(sample: Path, folder: Path, *, count: int, seed: int) -> list[str]:
    """Return how many changed artefacts are answered: with a line, or with nothing where they judge."""
    random, lines = Random(seed), []
    for number in range(count):
        forged = folder / str(number)
        shutil.copytree(sample, forged)
        for _ in range(random.choice((1, 1, 2))):
            random.choice((change_manifest, change_array))(forged, random)
        lines.append(judge(forged))
        shutil.rmtree(forged)
    return lines


def test_the_sample_is_sound(sample: Path) -> None:
    """The artefact that is changed in these tests judges as it is."""
    assert judge(sample) == ""


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.nightly if seed else ()) for seed in range(20)])
def test_forged_artefacts_are_refused_or_judge(sample: Path, tmp_path: Path, seed: int) -> None:
    """Whatever somebody changes in an artefact whose hashes they make fit again: one line, or scores from 0 to 1 that sum to 1."""
    lines = try_many(sample, tmp_path, count=60, seed=seed)

    refused = [line for line in lines if line]
    assert len(refused) > 20
    assert all(line.isprintable() and len(line) < 3_000 for line in refused)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("features", "discount", -1.0),
        ("features", "discount", 1e308),
        ("features", "longest", 300),
        ("features", "shortest", 0),
        ("features", "stride", 0),
        ("features", "window", 1),
        ("features", "window", 2**70),
        ("features", "words", "x"),
        ("features", "letters", "x"),
        ("features", "pairs", "x"),
        ("prior", "abusive", 1e-300),
        ("thresholds", "abusive", 0.0),
        ("thresholds", "hateful", "0.5"),
    ],
)
def test_numbers_out_of_range_are_refused(sample: Path, tmp_path: Path, section: str, key: str, value: object) -> None:
    """A number of the manifest that is out of its range is refused, although all hashes fit."""
    shutil.copytree(sample, tmp_path / "forged")
    forge(tmp_path / "forged", lambda document: document[section].update({key: value}))

    line = judge(tmp_path / "forged")

    assert line.isprintable()
    assert any(word in line for word in (key, "range"))


@pytest.mark.parametrize(
    ("name", "number"), [("scales.npy", 1e308), ("biases.npy", -1e308), ("combination.npy", 1e308), ("curve.npy", 7.0)]
)
def test_numbers_that_would_overflow_are_refused(sample: Path, tmp_path: Path, name: str, number: float) -> None:
    """Scales of 1e308, say, would make every score none, which counted as fine."""
    shutil.copytree(sample, tmp_path / "forged")
    store(tmp_path / "forged", name, np.full_like(np.load(sample / name), number))

    assert judge(tmp_path / "forged").isprintable()
    assert judge(tmp_path / "forged")


def test_the_shipped_artefact_is_within_all_bounds() -> None:
    """What ships is refused by none of these checks."""
    assert judge(shipped_folder()) == ""

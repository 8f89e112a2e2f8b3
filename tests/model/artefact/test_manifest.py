"""Manifests: one way to write them, two hashes, and a line with the field for whatever makes no sense."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from model.artefact.folder import write_artefact
from model.artefact.manifest import HEADS, Calibration, Description, LabelThresholds, PolicyThresholds, Prior
from model.errors import ArtefactError
from tests.model.artefact.samples import build_arrays, build_description, forge, read_sample, refusal


@given(st.floats(min_value=1e-6, max_value=1e6), st.floats(min_value=-1e6, max_value=1e6))
def test_numbers_come_back_exactly(tmp_path_factory: pytest.TempPathFactory, slope: float, free: float) -> None:
    """Floats survive JSON to the last bit, and numbers keep their kind."""
    calibration = {head: Calibration(slope=slope, intercept=free) for head in HEADS}
    description = build_description(
        heads=HEADS, calibration=calibration, features={"bits": 10, "free": free}, metrics={"deep": [{"free": free}]}
    )
    place = tmp_path_factory.mktemp("exact") / "forum"

    write_artefact(place, description=description, arrays=build_arrays())

    manifest = read_sample(place).manifest
    assert (manifest.calibration, manifest.metrics) == (calibration, description.metrics)
    assert [repr(value) for value in manifest.features.values()] == ["10", repr(free)]


def test_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    """The order in which fields and arrays are given, and when, makes no difference to any file."""
    one, two = tmp_path / "one", tmp_path / "two"
    write_artefact(one, description=build_description(), arrays=build_arrays())
    backwards = Description(**dict(reversed(dict(build_description()).items())))

    write_artefact(two, description=backwards, arrays=dict(reversed(build_arrays().items())))

    for path in one.iterdir():
        assert path.read_bytes() == (two / path.name).read_bytes()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other"},
        {"metrics": {}},
        {"libraries": {"numpy": "3.0.0"}},
        {"data": ()},
        {"settings": {}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_moves_no_score_leaves_the_content_hash(tmp_path: Path, changes: dict[str, Any]) -> None:
    """A newer library, say, does not give the same classifier another version."""
    original = write_artefact(tmp_path / "one", description=build_description(), arrays=build_arrays())

    other = write_artefact(tmp_path / "two", description=build_description(**changes), arrays=build_arrays())

    assert other.content_hash == original.content_hash
    assert other.seal != original.seal


@pytest.mark.parametrize(
    "changes",
    [
        {"normaliser": "8"},
        {"features": {"bits": 12, "damping": 0.1, "pairs": 1, "weighting": "sublinear"}},
        {"readers": ({"kind": "ngrams", "weights": "weights.npy"},)},
        {"heads": HEADS, "calibration": {head: Calibration(slope=1.1, intercept=-0.3) for head in HEADS}},
        {"prior": Prior(abusive=0.1, hateful=math.nextafter(0.2, 1))},
        {"calibration": {head: Calibration(slope=1.1, intercept=0) for head in (*HEADS, "attribute.insult")}},
        {"thresholds": LabelThresholds(abusive=0.5, hateful=0.41)},
        {"policies": {"default": PolicyThresholds(review_abusive=0, review_hateful=0, reject_abusive=0, reject_hateful=0)}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_moves_a_score_moves_the_content_hash(tmp_path: Path, changes: dict[str, Any]) -> None:
    """Whatever can change a score or a verdict gives another version."""
    original = write_artefact(tmp_path / "one", description=build_description(), arrays=build_arrays())

    other = write_artefact(tmp_path / "two", description=build_description(**changes), arrays=build_arrays())

    assert other.content_hash != original.content_hash


def test_arrays_move_the_content_hash(tmp_path: Path) -> None:
    """One bit of one weight gives another version."""
    original = write_artefact(tmp_path / "one", description=build_description(), arrays=build_arrays())
    changed = build_arrays()
    changed["weights.npy"][3, 1] ^= 1

    assert write_artefact(tmp_path / "two", description=build_description(), arrays=changed).content_hash != original.content_hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("\n ", "\n\t"),
        ('"seed": 7', '"seed": 3, "seed": 7'),
        ("-0.3", "-0.30"),
        ("-0.3", "-3e-1"),
        ("forum", "\\u0066orum"),
    ],
)
def test_manifest_that_says_the_same_otherwise_is_refused(folder: Path, old: str, new: str) -> None:
    """There is one way to write a manifest, so that two readers cannot understand it in two ways."""
    path = folder / "manifest.json"
    raw = path.read_bytes()
    assert old.encode() in raw

    path.write_bytes(raw.replace(old.encode(), new.encode()))

    assert "manifest.json was altered" in refusal(folder)


@given(
    st.binary(max_size=200) | st.text(max_size=50).map(str.encode) | st.sampled_from([b"[" * 100_000, b'{"protocol":' * 5000, b"{}", b"7"])
)
def test_any_other_manifest_is_refused(shared: Path, raw: bytes) -> None:
    """Bytes, text, nests and numbers in the place of the manifest get the same single line."""
    path = shared / "manifest.json"
    original = path.read_bytes()
    path.write_bytes(raw)

    try:
        assert "manifest.json" in refusal(shared)
    finally:
        path.write_bytes(original)


def test_forging_is_possible(folder: Path) -> None:
    """The tests below fail for their own reasons: a forged manifest that is right is read."""
    forge(folder, lambda document: document.update(name="forged"))

    assert read_sample(folder).manifest.name == "forged"


def test_newer_protocol_is_told_before_all_else(folder: Path) -> None:
    """An artefact of the future may look quite different; the line says to upgrade."""
    (folder / "manifest.json").write_text('{"protocol": 3, "wonders": []}')

    assert refusal(folder) == f"{folder}: written by a newer Tipstaff (protocol 3, this one reads 2): upgrade Tipstaff"


def test_older_protocol_is_refused(folder: Path) -> None:
    """An artefact whose features were read otherwise would judge nonsense."""
    forge(folder, lambda document: document.update(protocol=1))

    assert refusal(folder) == f"{folder}: written by an older Tipstaff (protocol 1, this one reads 2): train it anew"


@pytest.mark.parametrize("protocol", [0, -1, 1.0, True, "1", None, []])
def test_protocol_is_a_number_from_one_on(folder: Path, protocol: object) -> None:
    """What states no protocol is no artefact."""
    forge(folder, lambda document: document.update(protocol=protocol))

    assert "is not of a Tipstaff artefact" in refusal(folder)


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("name", "../forum", "name: "),
        ("name", "", "name: "),
        ("labels", ["fine", "hateful", "toxic"], "labels.1: "),
        ("features", {"damping": 0.1}, "features.bits: give a whole number from 10 to 24"),
        ("features", {"bits": 25}, "features.bits: "),
        ("features", {"bits": 12.0}, "features.bits: "),
        ("features", {"bits": True}, "features.bits: "),
        ("features", {"bits": 12, "deep": []}, "features.deep: give a number, a string, true or false"),
        ("readers", [], "readers: "),
        ("readers", [{"weights": "weights.npy"}], "readers: every reader needs a kind"),
        ("readers", [{"kind": "ngrams", "weights": "gone.npy"}], "readers: weights names 'gone.npy'"),
        ("heads", ["abusive_given_not_hateful", "hateful"], "heads: the first two must be"),
        ("heads", ["hateful", "abusive_given_not_hateful", "insult"], "heads: 'insult' must be attribute.<name>"),
        (
            "heads",
            ["hateful", "abusive_given_not_hateful", "attribute.threat"],
            "the evidence for the head 'attribute.threat' is missing",
        ),
        ("heads", ["hateful", "abusive_given_not_hateful"], "calibration: give one entry for every head"),
        ("prior.abusive", 0, "prior.abusive: "),
        ("prior.hateful", 1.0, "prior.hateful: "),
        ("calibration.hateful.slope", 0.0, "calibration.hateful.slope: "),
        ("calibration.hateful.intercept", "1", "calibration.hateful.intercept: "),
        ("thresholds.abusive", 1, "thresholds.abusive: "),
        ("thresholds.more", 1, "thresholds.more: "),
        ("policies.default.review_abusive", 0.95, "policy 'default': review_abusive (0.95) is above reject_abusive (0.9)"),
        ("policies.default.review_hateful", None, "policies.default.review_hateful: "),
        ("policies", {}, "policies: the policy 'default' is missing"),
        ("data", [{"source": "a"}], "data.0.sha256: "),
        ("surprise", 1, "surprise: "),
        ("line\nbreak", 1, "break"),
        ("arrays", {}, "readers: "),
        ("arrays.weights/npy", {}, "arrays.weights/npy"),
        ("arrays", {"../../etc/passwd.npy": {"dtype": "int8", "shape": [1], "sha256": "0" * 64}}, "arrays.../../etc/passwd.npy"),
        ("arrays.weights\x00npy.dtype", "object", "dtype"),
        ("arrays.weights\x00npy.dtype", "|O", "dtype"),
        ("arrays.weights\x00npy.dtype", "float16", "dtype"),
        ("arrays.weights\x00npy.shape", [-1, 3], "shape"),
        ("arrays.weights\x00npy.shape", [40.0, 3], "shape"),
        ("arrays.weights\x00npy.shape", "403", "shape"),
        ("arrays.weights\x00npy.shape", [2**30, 2**30, 0], "larger than any artefact's"),
    ],
)
def test_manifest_that_means_nothing_is_refused_by_field(folder: Path, path: str, value: object, complaint: str) -> None:
    """Every field is checked for its kind and its sense, and the line names it."""

    def change(document: dict[str, Any]) -> None:
        *outer, last = [part.replace("\x00", ".") for part in path.split(".")]
        for part in outer:
            document = document[part]
        document[last] = value

    forge(folder, change)

    assert complaint in refusal(folder)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_does_not_know_are_refused(folder: Path, number: str) -> None:
    """Neither NaN nor infinity comes in, not even as a number too large."""
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace("-0.3", number, 1))

    assert "not valid JSON" in refusal(folder)


@pytest.mark.parametrize("name", ["../w.npy", "a/b.npy", "w.txt", ".npy", "", "W.npy", "w.npy\n", "/w.npy"])
def test_array_names_are_plain(folder: Path, name: str) -> None:
    """A name cannot lead out of the folder."""
    with pytest.raises(ArtefactError, match="not written: arrays"):
        write_artefact(folder, description=build_description(), arrays=build_arrays() | {name: np.zeros(1)})


@pytest.mark.parametrize(
    "changes",
    [
        {"metrics": {"f1": math.nan}},
        {"metrics": {"deep": [{"f1": math.inf}]}},
        {"settings": {"a": "\ud800"}},
        {"features": {"bits": 12, "a": math.nan}},
    ],
)
def test_description_holds_only_what_json_can_carry(changes: dict[str, Any]) -> None:
    """NaN, infinity and broken strings are refused where they are stated."""
    with pytest.raises(ValidationError, match=next(iter(changes))):
        build_description(**changes)


def test_manifest_cannot_be_changed(shared: Path) -> None:
    """Who shares a manifest cannot move somebody else's thresholds."""
    with pytest.raises(ValidationError, match="frozen"):
        read_sample(shared).manifest.thresholds.abusive = 0.1

"""Artefacts: what is stored comes back bit for bit, and whatever is not exactly that is refused in one line."""

import hashlib
import itertools
import json
import math
import os
import pickle
import resource
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn
from pydantic import ValidationError

import model
from model.artefact import folder as artefact
from model.artefact.folder import StoredArtefact
from model.artefact.manifest import (
    HEADS,
    AttributeEvidence,
    Calibration,
    DataSource,
    Description,
    LabelThresholds,
    PolicyThresholds,
    Prior,
)
from model.errors import ArtefactError

Array = npt.NDArray[Any]
Arrays = dict[str, Array]

NORMALISER = "7"
MOVES_A_SCORE = (
    *("protocol", "normaliser", "labels", "features", "readers", "heads"),
    *("prior", "calibration", "thresholds", "policies", "arrays"),
)


def describe(**changed: Any) -> Description:
    """Return a full description, with some fields changed."""
    fields: dict[str, Any] = {
        "name": "forum",
        "normaliser": NORMALISER,
        "features": {"bits": 12, "damping": 0.1, "pairs": True, "weighting": "sublinear"},
        "readers": ({"kind": "ngrams", "weights": "weights.npy", "scale": "scale.npy"},),
        "heads": (*HEADS, "attribute.insult"),
        "prior": Prior(abusive=0.1, hateful=0.2),
        "calibration": {head: Calibration(slope=1.1, intercept=-0.3) for head in (*HEADS, "attribute.insult")},
        "thresholds": LabelThresholds(abusive=0.5, hateful=0.4),
        "policies": {"default": PolicyThresholds(review_abusive=0.5, review_hateful=0.3, reject_abusive=0.9, reject_hateful=0.7)},
        "attributes": {"insult": AttributeEvidence(source="hearth", positives=120, negatives=400, auc=0.93, auc_low=0.9)},
        "data": (DataSource(source="/home/me/a.csv", sha256="ab" * 32, rows=12, licence="CC-BY-4.0", origin="https://example.org/a"),),
        "metrics": {"macro_f1": 0.1 + 0.2, "by_source": {"hearth": [1, 2.5, None]}},
        "settings": {"seed": 7, "table": "/home/me/a.csv"},
        "libraries": {"numpy": "2.0.0"},
    }
    return Description(**(fields | changed))


def weights(seed: int = 0) -> Arrays:
    """Return arrays as a small classifier has them."""
    random = np.random.default_rng(seed)
    return {
        "weights.npy": random.integers(-128, 128, (40, 3)).astype(np.int8),
        "scale.npy": random.random(3).astype(np.float32),
    }


def read(folder: Path) -> StoredArtefact:
    """Read an artefact with the right normaliser."""
    return artefact.read_artefact(folder, normaliser=NORMALISER)


def refusal(folder: Path, *, normaliser: str = NORMALISER) -> str:
    """Return the one line in which an artefact is refused."""
    with pytest.raises(ArtefactError) as caught:
        artefact.read_artefact(folder, normaliser=normaliser)
    line = str(caught.value)
    assert line.startswith(f"{folder}: ")
    assert line.isprintable()
    return line


def forge(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and make its hashes fit again: what somebody could do who knows the format."""
    path = folder / "manifest.json"
    document = json.loads(path.read_bytes())
    change(document)

    def digest(part: object) -> str:
        return hashlib.sha256((json.dumps(part, indent=1, sort_keys=True) + "\n").encode()).hexdigest()

    document["content_hash"] = digest({key: document.get(key) for key in MOVES_A_SCORE})
    document["seal"] = digest({key: value for key, value in document.items() if key != "seal"})
    path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")


def forge_array(folder: Path, name: str, data: bytes) -> None:
    """Put other bytes in the place of an array file and make all hashes fit again."""
    (folder / name).write_bytes(data)
    forge(folder, lambda document: document["arrays"][name].update(sha256=hashlib.sha256(data).hexdigest()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An artefact."""
    artefact.write_artefact(tmp_path / "forum", description=describe(), arrays=weights())
    return tmp_path / "forum"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artefact for tests that leave it as they found it."""
    place = tmp_path_factory.mktemp("shared") / "forum"
    artefact.write_artefact(place, description=describe(), arrays=weights())
    return place


class TestRoundTrip:
    """What was written is what is read."""

    def test_manifest_and_arrays_come_back(self, folder: Path) -> None:
        """The manifest that write returns is the one that read finds; arrays are equal, and nothing else lies there."""
        manifest = artefact.write_artefact(folder, description=describe(), arrays=weights())

        stored = read(folder)

        assert stored.manifest == manifest
        assert stored.arrays.keys() == weights().keys()
        for name, array in weights().items():
            np.testing.assert_array_equal(stored.arrays[name], array, strict=True)
        assert {path.name for path in folder.iterdir()} == {"manifest.json", *weights()}
        assert [path.name for path in folder.parent.iterdir()] == ["forum"]

    @given(
        stn.arrays(
            st.sampled_from(["i1", "u1", "<i4", "<u4", "<i8", "<f4", "<f8"]),
            stn.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
        ).filter(lambda array: bool(np.isfinite(array).all())),
        st.booleans(),
    )
    def test_any_array_comes_back_bit_for_bit(self, tmp_path_factory: pytest.TempPathFactory, array: Array, fortran: bool) -> None:
        """Dtype, shape and every bit survive, for numpy.load as well."""
        place = tmp_path_factory.mktemp("any") / "forum"
        laid_out = np.asarray(array, order="F") if fortran else array

        artefact.write_artefact(place, description=describe(readers=({"kind": "ngrams"},)), arrays={"any.npy": laid_out})

        for back in (read(place).arrays["any.npy"], np.load(place / "any.npy", allow_pickle=False)):
            assert (back.dtype, back.shape) == (array.dtype, array.shape)
            assert back.tobytes() == array.tobytes()

    @given(st.floats(min_value=1e-300, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
    def test_numbers_come_back_exactly(self, tmp_path_factory: pytest.TempPathFactory, slope: float, free: float) -> None:
        """Floats survive JSON to the last bit, and numbers keep their kind."""
        calibration = {head: Calibration(slope=slope, intercept=free) for head in HEADS}
        description = describe(
            heads=HEADS, calibration=calibration, features={"bits": 10, "free": free}, metrics={"deep": [{"free": free}]}
        )
        place = tmp_path_factory.mktemp("exact") / "forum"

        artefact.write_artefact(place, description=description, arrays=weights())

        manifest = read(place).manifest
        assert (manifest.calibration, manifest.metrics) == (calibration, description.metrics)
        assert [repr(value) for value in manifest.features.values()] == ["10", repr(free)]

    def test_arrays_are_mapped_and_cannot_be_written(self, shared: Path) -> None:
        """Arrays lie in pages of the file, aligned, so that workers share them; nobody can change them by accident."""
        for array in read(shared).arrays.values():
            assert not array.flags.writeable
            assert not array.flags.owndata
            assert array.flags.aligned
            assert array.flags.c_contiguous

    def test_arrays_outlive_the_folder(self, folder: Path) -> None:
        """Who has an artefact mapped keeps it when another takes its place, and no file stays open."""
        before = read(folder)
        open_before = psutil.Process().num_fds()

        artefact.write_artefact(folder, description=describe(), arrays=weights(1))
        after = read(folder)

        np.testing.assert_array_equal(before.arrays["weights.npy"], weights(0)["weights.npy"])
        np.testing.assert_array_equal(after.arrays["weights.npy"], weights(1)["weights.npy"])
        del after
        assert psutil.Process().num_fds() == open_before

    def test_link_to_the_folder_is_followed(self, folder: Path, tmp_path: Path) -> None:
        """A folder may be reached, and replaced, through a link; the link stays."""
        link = tmp_path / "current"
        link.symlink_to(folder.name)

        artefact.write_artefact(link, description=describe(name="other"), arrays=weights())

        assert link.is_symlink()
        assert read(link).manifest == read(folder).manifest
        assert read(folder).manifest.name == "other"

    def test_missing_parents_are_made_and_an_empty_folder_is_filled(self, tmp_path: Path) -> None:
        """The place need not be prepared, but may be."""
        (tmp_path / "empty").mkdir()

        for place in (tmp_path / "a" / "b" / "forum", tmp_path / "empty"):
            artefact.write_artefact(place, description=describe(), arrays=weights())
            assert read(place).manifest.name == "forum"

    def test_relative_folder(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A folder may be named from where one stands, even as the one in which one stands."""
        monkeypatch.chdir(folder)

        artefact.write_artefact(Path(), description=describe(name="other"), arrays=weights())

        assert read(folder).manifest.name == "other"


class TestIdentity:
    """The version and the hash behind it."""

    def test_same_content_gives_the_same_bytes(self, tmp_path: Path) -> None:
        """The order in which fields and arrays are given, and when, makes no difference to any file."""
        one, two = tmp_path / "one", tmp_path / "two"
        artefact.write_artefact(one, description=describe(), arrays=weights())
        backwards = Description(**dict(reversed(dict(describe()).items())))

        artefact.write_artefact(two, description=backwards, arrays=dict(reversed(weights().items())))

        for path in one.iterdir():
            assert path.read_bytes() == (two / path.name).read_bytes()

    @pytest.mark.parametrize(
        "changed",
        [
            {"name": "other"},
            {"metrics": {}},
            {"libraries": {"numpy": "3.0.0"}},
            {"data": ()},
            {"settings": {}},
        ],
        ids=lambda changed: next(iter(changed)),
    )
    def test_what_moves_no_score_leaves_the_content_hash(self, tmp_path: Path, changed: dict[str, Any]) -> None:
        """A newer library, say, does not give the same classifier another version."""
        original = artefact.write_artefact(tmp_path / "one", description=describe(), arrays=weights())

        other = artefact.write_artefact(tmp_path / "two", description=describe(**changed), arrays=weights())

        assert other.content_hash == original.content_hash
        assert other.seal != original.seal

    @pytest.mark.parametrize(
        "changed",
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
        ids=lambda changed: next(iter(changed)),
    )
    def test_what_moves_a_score_moves_the_content_hash(self, tmp_path: Path, changed: dict[str, Any]) -> None:
        """Whatever can change a score or a verdict gives another version."""
        original = artefact.write_artefact(tmp_path / "one", description=describe(), arrays=weights())

        other = artefact.write_artefact(tmp_path / "two", description=describe(**changed), arrays=weights())

        assert other.content_hash != original.content_hash

    def test_arrays_move_the_content_hash(self, tmp_path: Path) -> None:
        """One bit of one weight gives another version."""
        original = artefact.write_artefact(tmp_path / "one", description=describe(), arrays=weights())
        changed = weights()
        changed["weights.npy"][3, 1] ^= 1

        assert artefact.write_artefact(tmp_path / "two", description=describe(), arrays=changed).content_hash != original.content_hash

    def test_version_names_artefact_and_content(self, shared: Path) -> None:
        """The version is the name and twelve digits of the content hash."""
        manifest = read(shared).manifest

        assert artefact.artefact_version(manifest) == f"forum@{manifest.content_hash[:12]}"

    def test_public_part_is_json_and_tells_no_paths(self, shared: Path) -> None:
        """The public part has what users ask for, and neither local paths nor settings nor library versions."""
        shown = artefact.public_fields(read(shared).manifest)

        text = json.dumps(shown, allow_nan=False)
        assert {"version", "labels", "prior", "thresholds", "policies", "metrics", "data", "attributes"} <= shown.keys()
        assert shown["data"][0] == {
            "source": "a.csv",
            "sha256": "ab" * 32,
            "rows": 12,
            "licence": "CC-BY-4.0",
            "origin": "https://example.org/a",
        }
        assert not {"/home", "seed", "libraries", ".npy"} & {word for word in ("/home", "seed", "libraries", ".npy") if word in text}

    def test_public_part_hides_an_origin_that_is_a_path(self, tmp_path: Path) -> None:
        """Where local tables came from is nobody's business."""
        source = DataSource(source="C:\\me\\a.csv", sha256="0" * 64, rows=1, licence="own", origin="/home/me")
        manifest = artefact.write_artefact(tmp_path / "forum", description=describe(data=(source,)), arrays=weights())

        (shown,) = artefact.public_fields(manifest)["data"]

        assert shown == {"source": "a.csv", "sha256": "0" * 64, "rows": 1, "licence": "own"}


class TestDamage:
    """Whatever is not exactly what was written is refused."""

    @given(st.data())
    def test_any_altered_byte_is_refused(self, shared: Path, data: st.DataObject) -> None:
        """No byte of any file can change unnoticed."""
        path = data.draw(st.sampled_from(sorted(shared.iterdir())))
        original = path.read_bytes()
        at = data.draw(st.integers(0, len(original) - 1))
        mask = data.draw(st.integers(1, 255))

        path.write_bytes(original[:at] + bytes([original[at] ^ mask]) + original[at + 1 :])

        try:
            refusal(shared)
        finally:
            path.write_bytes(original)

    @given(st.data())
    def test_any_truncation_or_extension_is_refused(self, shared: Path, data: st.DataObject) -> None:
        """A file that ends early, or goes on, is noticed at any length."""
        path = data.draw(st.sampled_from(sorted(shared.iterdir())))
        original = path.read_bytes()
        size = data.draw(st.integers(0, len(original) - 1))
        changed = data.draw(st.sampled_from([original[:size], original + original[size:]]))

        path.write_bytes(changed)

        try:
            refusal(shared)
        finally:
            path.write_bytes(original)

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
    def test_manifest_that_says_the_same_otherwise_is_refused(self, folder: Path, old: str, new: str) -> None:
        """There is one way to write a manifest, so that two readers cannot understand it in two ways."""
        path = folder / "manifest.json"
        raw = path.read_bytes()
        assert old.encode() in raw

        path.write_bytes(raw.replace(old.encode(), new.encode()))

        assert "manifest.json was altered" in refusal(folder)

    @given(
        st.binary(max_size=200)
        | st.text(max_size=50).map(str.encode)
        | st.sampled_from([b"[" * 100_000, b'{"protocol":' * 5000, b"{}", b"7"])
    )
    def test_any_other_manifest_is_refused(self, shared: Path, raw: bytes) -> None:
        """Bytes, text, nests and numbers in the place of the manifest get the same single line."""
        path = shared / "manifest.json"
        original = path.read_bytes()
        path.write_bytes(raw)

        try:
            assert "manifest.json" in refusal(shared)
        finally:
            path.write_bytes(original)

    @pytest.mark.parametrize("name", ["manifest.json", "weights.npy", "scale.npy"])
    def test_missing_file_is_named(self, folder: Path, name: str) -> None:
        """A file that is gone is named, with what to do."""
        (folder / name).unlink()

        assert refusal(folder) == f"{folder}: {name} is missing: copy the whole folder again or train it anew"

    def test_truncated_array_is_named_with_its_size(self, folder: Path) -> None:
        """The line tells how much of the file there is."""
        os.truncate(folder / "weights.npy", 100)

        assert "weights.npy is truncated (100 bytes of 248)" in refusal(folder)

    def test_places_without_an_artefact(self, folder: Path, tmp_path: Path) -> None:
        """Nothing, a file, an empty folder, and a folder of something else are told apart from damage."""
        (tmp_path / "empty").mkdir()
        (tmp_path / "extension").mkdir()
        (tmp_path / "extension" / "manifest.json").write_text('{"manifest_version": 3, "name": "an extension"}')

        assert "No such file or directory" in refusal(tmp_path / "nowhere")
        assert "Not a directory" in refusal(folder / "manifest.json")
        assert "manifest.json is missing" in refusal(tmp_path / "empty")
        assert "manifest.json is not of a Tipstaff artefact" in refusal(tmp_path / "extension")

    def test_arrays_of_another_artefact_are_refused(self, folder: Path, tmp_path: Path) -> None:
        """A manifest and arrays that do not belong together do not pass, though each is whole."""
        artefact.write_artefact(tmp_path / "other", description=describe(), arrays=weights(1))
        (folder / "weights.npy").write_bytes((tmp_path / "other" / "weights.npy").read_bytes())

        assert "weights.npy was altered" in refusal(folder)

    def test_unlisted_array_is_refused_and_documents_are_not(self, folder: Path) -> None:
        """An array that the manifest does not know is suspicious; a model card is welcome."""
        (folder / "MODEL_CARD.md").write_text("# Forum")
        (folder / "NOTICE").write_text("Thanks")
        assert read(folder).manifest.name == "forum"

        (folder / "more.npy").write_bytes((folder / "scale.npy").read_bytes())

        assert "'more.npy' is not among the arrays" in refusal(folder)

    def test_huge_manifest_is_refused_unread(self, folder: Path) -> None:
        """A manifest of gigabytes takes no memory."""
        os.truncate(folder / "manifest.json", 2**33)
        tracemalloc.start()

        line = refusal(folder)

        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "manifest.json is larger than" in line
        assert peak < 2**20


class TestForgery:
    """Hashes that fit do not make a wrong artefact right."""

    def test_forging_is_possible(self, folder: Path) -> None:
        """The tests below fail for their own reasons: a forged manifest that is right is read."""
        forge(folder, lambda document: document.update(name="forged"))

        assert read(folder).manifest.name == "forged"

    def test_newer_protocol_is_told_before_all_else(self, folder: Path) -> None:
        """An artefact of the future may look quite different; the line says to upgrade."""
        (folder / "manifest.json").write_text('{"protocol": 3, "wonders": []}')

        assert refusal(folder) == f"{folder}: written by a newer Tipstaff (protocol 3, this one reads 2): upgrade Tipstaff"

    def test_older_protocol_is_refused(self, folder: Path) -> None:
        """An artefact whose features were read otherwise would judge nonsense."""
        forge(folder, lambda document: document.update(protocol=1))

        assert refusal(folder) == f"{folder}: written by an older Tipstaff (protocol 1, this one reads 2): train it anew"

    @pytest.mark.parametrize("protocol", [0, -1, 1.0, True, "1", None, []])
    def test_protocol_is_a_number_from_one_on(self, folder: Path, protocol: object) -> None:
        """What states no protocol is no artefact."""
        forge(folder, lambda document: document.update(protocol=protocol))

        assert "is not of a Tipstaff artefact" in refusal(folder)

    def test_other_normaliser_is_refused(self, folder: Path) -> None:
        """Weights are worthless for texts that are normalised otherwise."""
        assert "text normaliser '7', this Tipstaff has '8': train it anew" in refusal(folder, normaliser="8")

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
            ("arrays.weights\x00npy.shape", [2**40, 2**40, 0], "larger than any artefact's"),
        ],
    )
    def test_manifest_that_means_nothing_is_refused_by_field(self, folder: Path, path: str, value: object, complaint: str) -> None:
        """Every field is checked for its kind and its sense, and the line names it."""

        def change(document: dict[str, Any]) -> None:
            *outer, last = [part.replace("\x00", ".") for part in path.split(".")]
            for part in outer:
                document = document[part]
            document[last] = value

        forge(folder, change)

        assert complaint in refusal(folder)

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
    def test_numbers_that_json_does_not_know_are_refused(self, folder: Path, number: str) -> None:
        """Neither NaN nor infinity comes in, not even as a number too large."""
        path = folder / "manifest.json"
        path.write_text(path.read_text().replace("-0.3", number, 1))

        assert "not valid JSON" in refusal(folder)

    def test_pickle_in_an_array_is_never_loaded(self, folder: Path, tmp_path: Path) -> None:
        """A file of pickled objects, with all hashes right, runs nothing."""

        class Payload:
            def __reduce__(self) -> tuple[Any, ...]:
                return (Path.touch, (tmp_path / "ran",))

        objects = np.array([Payload()], object)
        np.save(tmp_path / "payload.npy", objects, allow_pickle=True)
        saved = (tmp_path / "payload.npy").read_bytes()
        assert b"touch" in saved

        for data in (saved, pickle.dumps(Payload()), saved.ljust(248, b"\0")[:248]):
            forge_array(folder, "weights.npy", data)
            assert "weights.npy" in refusal(folder)

        assert not (tmp_path / "ran").exists()

    @pytest.mark.parametrize("other", [np.zeros((3, 40), np.int8), np.zeros((40, 3), np.uint8), np.zeros((40, 3), np.int8, order="F")])
    def test_array_must_be_what_the_manifest_says(self, folder: Path, tmp_path: Path, other: Array) -> None:
        """An honest array file of the right size but of another shape, dtype or order is refused."""
        np.save(tmp_path / "other.npy", other)

        forge_array(folder, "weights.npy", (tmp_path / "other.npy").read_bytes())

        assert "weights.npy was altered" in refusal(folder)

    def test_huge_shape_takes_no_memory(self, folder: Path) -> None:
        """A manifest that promises a terabyte is refused by the size of the file."""
        forge(folder, lambda document: document["arrays"]["weights.npy"].update(shape=[2**20, 2**20]))
        tracemalloc.start()

        line = refusal(folder)

        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "weights.npy is truncated (248 bytes of 1099511627904)" in line
        assert peak < 2**20

    def test_array_that_is_not_finite_is_refused(self, folder: Path) -> None:
        """One NaN among the weights would make every score NaN."""
        data = bytearray((folder / "scale.npy").read_bytes())
        data[-4:] = np.array([np.nan], "<f4").tobytes()

        forge_array(folder, "scale.npy", bytes(data))

        assert "scale.npy holds numbers that are not finite" in refusal(folder)

    @pytest.mark.parametrize("name", ["manifest.json", "weights.npy"])
    def test_links_are_not_followed(self, folder: Path, tmp_path: Path, name: str) -> None:
        """No file of an artefact may be a link, which could lead anywhere."""
        (folder / name).rename(tmp_path / "outside")
        (folder / name).symlink_to(tmp_path / "outside")

        assert f"{name} cannot be opened" in refusal(folder)

    @pytest.mark.parametrize("name", ["manifest.json", "weights.npy"])
    def test_pipes_and_folders_do_not_hang_the_reader(self, folder: Path, name: str) -> None:
        """What is not a plain file is refused at once."""
        (folder / name).unlink()
        os.mkfifo(folder / name)
        assert f"{name} is not a plain file" in refusal(folder)

        (folder / name).unlink()
        (folder / name).mkdir()
        assert f"{name} is not a plain file" in refusal(folder)


class TestWriting:
    """What is there is never harmed."""

    @pytest.mark.parametrize("name", ["holiday.jpg", "manifest.json", "weights.npy"])
    def test_folder_of_something_else_is_not_replaced(self, tmp_path: Path, name: str) -> None:
        """A wrong -o must not cost anybody their files."""
        (tmp_path / "photos").mkdir()
        (tmp_path / "photos" / name).write_text('{"manifest_version": 3}')

        with pytest.raises(ArtefactError, match="photos: holds something other than an artefact, nothing was written"):
            artefact.write_artefact(tmp_path / "photos", description=describe(), arrays=weights())

        assert [path.name for path in (tmp_path / "photos").iterdir()] == [name]
        assert [path.name for path in tmp_path.iterdir()] == ["photos"]

    def test_artefact_with_other_files_is_not_replaced(self, folder: Path) -> None:
        """What somebody put beside the arrays is not thrown away with them."""
        (folder / "notes.txt").write_text("mine")

        with pytest.raises(ArtefactError, match=r"'notes\.txt' does not belong to the artefact, nothing was written"):
            artefact.write_artefact(folder, description=describe(name="other"), arrays=weights())

        assert read(folder).manifest.name == "forum"

    def test_file_is_not_replaced(self, tmp_path: Path) -> None:
        """A file in the place of the folder, or of its parent, stays."""
        (tmp_path / "file").write_text("mine")

        for place in (tmp_path / "file", tmp_path / "file" / "forum"):
            with pytest.raises(ArtefactError, match="file"):
                artefact.write_artefact(place, description=describe(), arrays=weights())

        assert (tmp_path / "file").read_text() == "mine"

    def test_documents_are_written_and_kept(self, folder: Path) -> None:
        """A model card stays until it is given anew."""
        artefact.write_artefact(folder, description=describe(), arrays=weights(), documents={"MODEL_CARD.md": "one", "NOTICE": "thanks"})

        artefact.write_artefact(folder, description=describe(), arrays=weights(1), documents={"MODEL_CARD.md": "two"})

        assert (folder / "MODEL_CARD.md").read_text() == "two"
        assert (folder / "NOTICE").read_text() == "thanks"

    def test_documents_have_known_names(self, folder: Path) -> None:
        """A document cannot land outside the folder or in the place of an array."""
        with pytest.raises(ArtefactError, match="evil: not a document"):
            artefact.write_artefact(folder, description=describe(), arrays=weights(), documents={"../evil": "x"})

    @pytest.mark.parametrize(
        "array",
        [
            np.array([None], object),
            np.array(["a"]),
            np.zeros(2, np.float16),
            np.zeros(2, np.complex128),
            np.zeros(2, ">f8"),
            np.zeros(2, "M8[s]"),
            np.zeros(2, bool),
            np.zeros(2, [("a", "i1")]),
            np.array([0, np.nan]),
            np.array([0, -np.inf], np.float32),
        ],
        ids=lambda array: str(array.dtype),
    )
    def test_array_that_is_not_storable_is_named(self, folder: Path, array: Array) -> None:
        """Whatever could run, or depends on the machine, or is not finite stays out, and the old artefact stays."""
        with pytest.raises(ArtefactError, match=r"^weights\.npy: not written"):
            artefact.write_artefact(folder, description=describe(), arrays=weights() | {"weights.npy": array})

        np.testing.assert_array_equal(read(folder).arrays["weights.npy"], weights()["weights.npy"])

    @pytest.mark.parametrize("name", ["../w.npy", "a/b.npy", "w.txt", ".npy", "", "W.npy", "w.npy\n", "/w.npy"])
    def test_array_names_are_plain(self, folder: Path, name: str) -> None:
        """A name cannot lead out of the folder."""
        with pytest.raises(ArtefactError, match="not written: arrays"):
            artefact.write_artefact(folder, description=describe(), arrays=weights() | {name: np.zeros(1)})

    def test_reader_without_its_array_is_refused(self, tmp_path: Path) -> None:
        """An artefact that could not be loaded is not written."""
        with pytest.raises(ArtefactError, match=r"names 'scale\.npy', which is not among the arrays"):
            artefact.write_artefact(tmp_path / "forum", description=describe(), arrays={"weights.npy": np.zeros(1)})

        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "changed",
        [
            {"metrics": {"f1": math.nan}},
            {"metrics": {"deep": [{"f1": math.inf}]}},
            {"settings": {"a": "\ud800"}},
            {"features": {"bits": 12, "a": math.nan}},
        ],
    )
    def test_description_holds_only_what_json_can_carry(self, changed: dict[str, Any]) -> None:
        """NaN, infinity and broken strings are refused where they are stated."""
        with pytest.raises(ValidationError, match=next(iter(changed))):
            describe(**changed)

    def test_manifest_cannot_be_changed(self, shared: Path) -> None:
        """Who shares a manifest cannot move somebody else's thresholds."""
        with pytest.raises(ValidationError, match="frozen"):
            read(shared).manifest.thresholds.abusive = 0.1

    def test_full_disk_leaves_the_old_one(self, folder: Path) -> None:
        """A disk that refuses the last bytes costs nothing: the old artefact stays, nothing is left over."""
        large = weights() | {"weights.npy": np.zeros((2**16, 3), np.int8)}
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, hard))

        try:
            with pytest.raises(ArtefactError, match=r"forum: not written, what was there is untouched: File too large"):
                artefact.write_artefact(folder, description=describe(), arrays=large)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

        np.testing.assert_array_equal(read(folder).arrays["weights.npy"], weights()["weights.npy"])
        assert [path.name for path in folder.parent.iterdir()] == ["forum"]

    def test_system_that_refuses_is_quoted(self, tmp_path: Path) -> None:
        """Whatever else the system objects to is told in one line, with its own words."""
        with pytest.raises(ArtefactError, match="not written, what was there is untouched: File name too long"):
            artefact.write_artefact(tmp_path / ("x" * 300), description=describe(), arrays=weights())


class TestAtOnce:
    """Many at a time, and the end of the world in between."""

    def test_readers_and_writers_together(self, folder: Path) -> None:
        """While writers replace it all the time, every reader finds a whole artefact, old or new, and nothing is left over."""
        versions = [artefact.write_artefact(folder, description=describe(), arrays=weights(seed)).content_hash for seed in (0, 1)]
        failures: list[BaseException] = []
        done = threading.Event()

        def guarded(action: Callable[[], None]) -> threading.Thread:
            def run() -> None:
                try:
                    action()
                except BaseException as error:
                    failures.append(error)

            return threading.Thread(target=run)

        def write(seed: int) -> None:
            for _ in range(15):
                artefact.write_artefact(folder, description=describe(), arrays=weights(seed))

        def check() -> None:
            while not done.is_set():
                stored = read(folder)
                seed = versions.index(stored.manifest.content_hash)
                np.testing.assert_array_equal(stored.arrays["weights.npy"], weights(seed)["weights.npy"])

        readers = [guarded(check) for _ in range(2)]
        writers = [guarded(lambda: write(0)), guarded(lambda: write(1))]
        for thread in (*readers, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        for thread in readers:
            thread.join()

        assert failures == []
        assert [path.name for path in folder.parent.iterdir()] == ["forum"]

    @pytest.mark.parametrize("exchange", [True, False], ids=["one step", "two steps"])
    def test_kill_at_any_moment_leaves_old_or_new(self, tmp_path: Path, exchange: bool) -> None:
        """A writer that is killed before any of its lines leaves the old artefact or the new one, whole; the next cleans up."""
        driver = [sys.executable, "-c", DRIVER, str(tmp_path / "forum"), str(exchange), describe().model_dump_json()]
        root = str(Path(next(iter(model.__path__))).parent)

        done = subprocess.run(driver, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, timeout=120, check=False)

        assert done.stderr == ""
        seen = [pair.split() for pair in done.stdout.splitlines()]
        assert {state for _, state in seen} == {"old", "new"}
        assert [state for state, _ in itertools.groupby(state for _, state in seen)] == ["old", "new"], "once new, it stays"
        assert len(seen) > 20


# Kills a writer before the nth line that it runs in the modules that write, for every n until one is through.
DRIVER = """
import itertools, os, signal, sys
from pathlib import Path
import numpy as np
from model.artefact import folder as artefact
from model.artefact import atomic as folders
from model.artefact.manifest import Description

folder, exchange, description = Path(sys.argv[1]), sys.argv[2] == "True", Description.model_validate_json(sys.argv[3])
if not exchange:
    sys.platform = "another"  # one that cannot exchange two folders in one step
os.fsync = lambda file: None  # a kill is no power cut: what was written stays written
traced = {artefact.__file__, folders.__file__}


def kill_before_line(count):
    def trace(frame, event, _):
        nonlocal count
        if frame.f_code.co_filename not in traced:
            return None
        if event == "line":
            count -= 1
            if not count:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def arrays(seed):
    return {"weights.npy": np.full(7, seed, np.int8), "scale.npy": np.full(5, seed, np.float32)}


def put(seed):
    artefact.write_artefact(folder, description=description, arrays=arrays(seed), documents={"NOTICE": str(seed)})


for count in itertools.count(1):
    put(0)
    assert os.listdir(folder.parent) == [folder.name]
    child = os.fork()
    if not child:
        kill_before_line(count)
        put(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    stored = artefact.read_artefact(folder, normaliser=description.normaliser)
    seed = int(Path(folder if folder.exists() else folders._aside(folder), "NOTICE").read_text())
    for name, array in arrays(seed).items():
        assert (stored.arrays[name] == array).all()
    print(count, "new" if seed else "old")
    if os.WIFEXITED(status):
        break
"""

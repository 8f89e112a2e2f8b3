"""What an artefact shows of itself: its version, and nothing that is nobody's business."""

import json
from pathlib import Path

import pytest

from model.artefact.folder import write_artefact
from model.artefact.manifest import DataSource
from model.artefact.public_view import artefact_version, profile_version, public_fields
from model.errors import ArtefactError
from model.profile import Profile
from tests.model.artefact.samples import build_arrays, build_description, read_sample


def test_version_names_artefact_and_content(shared: Path) -> None:
    """The version is the name and twelve digits of the content hash."""
    manifest = read_sample(shared).manifest

    assert artefact_version(manifest) == f"forum@{manifest.content_hash[:12]}"


def test_profiles_are_part_of_the_version_where_there_is_an_encoder(tmp_path: Path) -> None:
    """The version that answers state names the profile if the artefact has an encoder; without one only fast can be asked for."""
    ngrams = build_description().readers
    one = write_artefact(tmp_path / "one", description=build_description(), arrays=build_arrays())
    two = write_artefact(tmp_path / "two", description=build_description(readers=(*ngrams, {"kind": "encoder"})), arrays=build_arrays())

    assert profile_version(one, Profile.FAST) == artefact_version(one)
    assert [profile_version(two, profile) for profile in Profile] == [f"{artefact_version(two)}+{profile}" for profile in Profile]
    with pytest.raises(ArtefactError, match=f"{artefact_version(one)}: holds no encoder, which the profile cascade asks for"):
        profile_version(one, Profile.CASCADE)


def test_public_part_is_json_and_tells_no_paths(shared: Path) -> None:
    """The public part has what users ask for, and neither local paths nor settings nor library versions."""
    fields = public_fields(read_sample(shared).manifest)

    text = json.dumps(fields, allow_nan=False)
    assert {"version", "labels", "prior", "thresholds", "policies", "metrics", "data", "attributes"} <= fields.keys()
    assert fields["data"][0] == {
        "source": "a.csv",
        "sha256": "ab" * 32,
        "rows": 12,
        "licence": "CC-BY-4.0",
        "origin": "https://example.org/a",
    }
    assert [word for word in ("/home", "seed", "libraries", ".npy") if word in text] == []


def test_public_part_hides_an_origin_that_is_a_path(tmp_path: Path) -> None:
    """Where local tables came from is nobody's business."""
    source = DataSource(source="C:\\me\\a.csv", sha256="0" * 64, rows=1, licence="own", origin="/home/me")
    manifest = write_artefact(tmp_path / "forum", description=build_description(data=(source,)), arrays=build_arrays())

    (source_fields,) = public_fields(manifest)["data"]

    assert source_fields == {"source": "a.csv", "sha256": "0" * 64, "rows": 1, "licence": "own"}

"""Artefacts that the tests of this folder share."""

from pathlib import Path

import pytest

from model.artefact.folder import write_artefact
from tests.model.artefact.samples import build_arrays, build_description


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An artefact."""
    write_artefact(tmp_path / "forum", description=build_description(), arrays=build_arrays())
    return tmp_path / "forum"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artefact for tests that do not change it, or that undo what they change."""
    place = tmp_path_factory.mktemp("shared") / "forum"
    write_artefact(place, description=build_description(), arrays=build_arrays())
    return place

"""The site's own packs are found, and those that learned from a table are told from the others."""

from pathlib import Path

import pytest

from model.artefact.manifest import DataSource
from service.registry.registry import open_registry
from service.retraining.packs.learned_packs import describe_pack, find_own_packs, packs_that_learned
from service.settings import Settings, read_settings
from tests.model.languages.small_packs import write_pack

OLD, NEW, OTHERS = ("a" * 64, "b" * 64, "c" * 64)


def learned(*sha256s: str) -> list[DataSource]:
    """Return the tables of these hashes, as a manifest names them."""
    return [
        DataSource(source=f"rulings-{digits[:12]}", sha256=digits, rows=9, licence="not stated", origin="rulings") for digits in sha256s
    ]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a site with two packs of its own, in its data folder, and one that retraining has replaced."""
    write_pack(tmp_path / "languages/de", "de", data=learned(OTHERS, OLD))
    write_pack(tmp_path / "languages/ru", "ru", data=learned(OTHERS))
    write_pack(tmp_path / "languages-before/de-0123456789ab", "de", data=learned(OLD), name="older")
    return read_settings(data_dir=tmp_path)


def test_packs_that_learned_from_a_table(settings: Settings, tmp_path: Path) -> None:
    """A table is known by its hash, and by that which it had before somebody was forgotten; replaced packs are looked at if wanted."""
    registry = open_registry(settings)
    registry.add_tombstone(OLD, NEW)
    lineage = registry.notes.lineage
    packs, problems = find_own_packs(settings, replaced=True)

    assert [describe_pack(pack)["version"].partition("@")[0] for pack in packs] == ["de", "ru", "older"]
    assert problems == []
    assert [pack.folder for pack in packs_that_learned(packs, [NEW], lineage)] == [packs[0].folder, packs[2].folder]
    assert packs_that_learned(packs, ["d" * 64], lineage) == []
    assert [pack.tag for pack in find_own_packs(settings, replaced=False).packs] == ["de", "ru"]
    assert describe_pack(packs[1])["folder"] == str(tmp_path / "languages/ru")


def test_what_cannot_be_read_is_named(settings: Settings, tmp_path: Path) -> None:
    """A folder whose manifest is damaged is a problem by its name, and hides no other."""
    (tmp_path / "languages/de/manifest.json").write_text("{}")

    packs, problems = find_own_packs(settings, replaced=False)

    assert [pack.tag for pack in packs] == ["ru"]
    assert len(problems) == 1
    assert "languages/de" in problems[0]

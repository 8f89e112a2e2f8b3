"""A retrained pack is put among the site's own."""

from pathlib import Path

import pytest

from model.errors import ArtefactError
from model.languages.language_packs import LanguagePacks
from service.retraining.packs.pack_place import put_in_place
from tests.model.languages.small_packs import write_pack


def test_the_pack_that_is_replaced_is_kept(tmp_path: Path) -> None:
    """The new pack judges with the documents that belong to it, and the old one can be taken back."""
    old = write_pack(tmp_path / "packs/de", "de")
    new = write_pack(tmp_path / "work/candidate", "de", name="better")
    place = put_in_place(tmp_path / "work/candidate", tmp_path / "packs", {"MODEL_CARD.md": "# Card"}, data_dir=tmp_path / "data")

    assert place == tmp_path / "packs/de"
    assert LanguagePacks.find(tmp_path / "packs").version("de") == f"better@{new.content_hash[:12]}"
    assert (place / "MODEL_CARD.md").read_text("utf-8") == "# Card"
    kept = LanguagePacks.find(tmp_path / "data/languages-before")
    assert kept.version("de") == f"de@{old.content_hash[:12]}"


def test_what_is_no_pack_is_not_replaced(tmp_path: Path) -> None:
    """A folder of something else stays as it is."""
    write_pack(tmp_path / "candidate", "de")
    (tmp_path / "packs/de").mkdir(parents=True)
    (tmp_path / "packs/de/letter.txt").write_text("dear")
    with pytest.raises(ArtefactError):
        put_in_place(tmp_path / "candidate", tmp_path / "packs", {}, data_dir=tmp_path / "data")
    assert (tmp_path / "packs/de/letter.txt").read_text() == "dear"

"""Where packs lie, and what is refused as none."""

from pathlib import Path

import pytest

from model.artefact.folder import copy_artefact, read_artefact, shipped_folder
from model.errors import ArtefactError
from model.languages.pack_folders import find_packs, read_pack
from model.normaliser.version import normaliser_version
from tests.model.languages.small_packs import write_pack


def test_operators_pack_comes_first(tmp_path: Path) -> None:
    """The packs of an operator are found beside those that ship, and before one for the same language."""
    write_pack(tmp_path / "german", "de")
    write_pack(tmp_path / "hi-Latn", "hi-Latn")
    (tmp_path / "shared").mkdir()
    (tmp_path / "notes.txt").write_text("not a folder")
    (tmp_path / ".de.tipstaff-new-1").mkdir()
    found = find_packs(tmp_path)

    assert found["de"].folder == tmp_path / "german"
    assert found["hi-Latn"].folder == tmp_path / "hi-Latn"
    assert list(found) == sorted(found)
    assert read_pack(found["hi-Latn"].folder).manifest.languages == ("hi-Latn",)


def test_what_is_no_pack_is_refused(tmp_path: Path) -> None:
    """A folder that is missing, holds something else, an artefact for English, or two packs for a language, is refused in one line."""
    with pytest.raises(ArtefactError, match="no language packs can be read here"):
        find_packs(tmp_path / "nowhere")
    (tmp_path / "some" / "folder").mkdir(parents=True)
    with pytest.raises(ArtefactError, match=r"manifest\.json is missing"):
        find_packs(tmp_path / "some")
    (tmp_path / "english").mkdir()
    (tmp_path / "english" / "en").symlink_to(shipped_folder())
    with pytest.raises(ArtefactError, match="is no language pack"):
        find_packs(tmp_path / "english")
    for name in ("one", "two"):
        write_pack(tmp_path / "twice" / name, "de")
    with pytest.raises(ArtefactError, match="is a pack for 'de' as"):
        find_packs(tmp_path / "twice")
    with pytest.raises(ArtefactError, match=r"one: is a pack itself, .* name the folder that packs lie in"):
        find_packs(tmp_path / "twice" / "one")
    write_pack(tmp_path / "both" / "de", "de", languages=("de", "nl"))
    with pytest.raises(ArtefactError, match="is for 2 languages"):
        find_packs(tmp_path / "both")
    for tag, reason in [
        ("en", "is a pack for English"),
        ("xx", "is not the tag of a language"),
        ("iw", "is not the tag of a language"),
        ("de-Latn", "one such as pt"),
    ]:
        write_pack(tmp_path / f"for-{tag}" / "pack", tag)
        with pytest.raises(ArtefactError, match=reason):
            find_packs(tmp_path / f"for-{tag}")


def test_a_pack_is_no_model_of_a_site(tmp_path: Path) -> None:
    """Whoever has a pack served or copied as the model of the site learns which setting is meant for it."""
    write_pack(tmp_path / "de", "de")
    for read in (copy_artefact, lambda folder: read_artefact(folder, normaliser=normaliser_version())):
        with pytest.raises(ArtefactError, match=r"de: is a language pack, .* as TIPSTAFF_LANGUAGES"):
            read(tmp_path / "de")

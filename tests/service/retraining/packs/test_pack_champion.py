"""Which model a retraining starts from: a pack where there is one for the language, else the model for English."""

from pathlib import Path

import pytest

from model.errors import InputError
from service.retraining.packs.pack_champion import find_pack_champion, find_site_packs
from service.retraining.retraining_order import RetrainingOrder
from service.settings import Settings, read_settings
from tests.model.languages.small_packs import write_pack


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a site with packs of its own for German and Russian."""
    for tag in ("de", "ru"):
        write_pack(tmp_path / "packs" / tag, tag)
    return read_settings(data_dir=tmp_path / "data", languages=str(tmp_path / "packs"))


def test_the_pack_of_the_language(settings: Settings, tmp_path: Path) -> None:
    """A language that a pack reads is taught to it; without a language, or one without a pack, English's model learns."""
    pack = find_pack_champion(RetrainingOrder(languages=("de",)), settings)
    assert pack is not None
    assert pack.folder == tmp_path / "packs/de"
    assert find_pack_champion(RetrainingOrder(), settings) is None
    assert find_pack_champion(RetrainingOrder(languages=("tlh",)), settings) is None
    named = find_pack_champion(RetrainingOrder(champion=tmp_path / "packs/ru"), settings)
    assert named is not None
    assert named.tag == "ru"


def test_without_packs_english_learns_it(settings: Settings, tmp_path: Path) -> None:
    """Where a site has switched packs off, the model for English learns the language, as it always could."""
    off = read_settings(data_dir=tmp_path / "data", languages="off")
    assert find_pack_champion(RetrainingOrder(languages=("de",)), off) is None
    write_pack(tmp_path / "data/languages/de", "de")
    assert find_site_packs(off) == {}


def test_retraining_goes_on_from_what_it_made(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no folder of packs is named, the next retraining starts from the pack that the last one left in the data folder."""
    monkeypatch.delenv("TIPSTAFF_LANGUAGES")
    write_pack(tmp_path / "data/languages/de", "de", name="better")
    pack = find_pack_champion(RetrainingOrder(languages=("de",)), read_settings(data_dir=tmp_path / "data"))
    assert pack is not None
    assert pack.manifest.name == "better"
    assert find_site_packs(settings)["de"].manifest.name == "de"


def test_orders_that_contradict_themselves(settings: Settings, tmp_path: Path) -> None:
    """Two languages at once, a pack of another language, and a corpus beside a pack are refused."""
    with pytest.raises(InputError, match="once for each language"):
        find_pack_champion(RetrainingOrder(languages=("de", "ru")), settings)
    with pytest.raises(InputError, match="is for 'ru'"):
        find_pack_champion(RetrainingOrder(languages=("de",), champion=tmp_path / "packs/ru"), settings)
    with pytest.raises(InputError, match="--corpus"):
        find_pack_champion(RetrainingOrder(languages=("de",), corpus=tmp_path), settings)

"""Packs are found, opened when first needed, and judge."""

from pathlib import Path

import numpy as np
import pytest

from model.comment import LABELS, Comment
from model.errors import ArtefactError
from model.languages.language_packs import LanguagePacks
from tests.model.languages.small_packs import LINES, write_pack


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> LanguagePacks:
    """Packs for German and Russian; the one for Russian cannot tell hateful comments."""
    folder = tmp_path_factory.mktemp("packs")
    write_pack(folder / "de", "de")
    write_pack(folder / "ru", "ru", answers={"fast": ("abusive",)})
    return LanguagePacks.find(folder)


@pytest.mark.parametrize("tag", ["de", "ru"])
def test_pack_judges_its_language(packs: LanguagePacks, tag: str) -> None:
    """A pack gives the comments that it learned their labels; where it does not tell hateful ones, all abuse is toxic."""
    comments = [Comment("", text) for some in LINES[tag].values() for text in some]
    wanted = [label for label, some in LINES[tag].items() for _ in some]
    if tag == "ru":
        wanted = ["toxic" if label == "hateful" else label for label in wanted]

    assert [LABELS[label] for label in packs.moderator(tag).decide(comments).labels.tolist()] == wanted


def test_what_a_pack_cannot_tell_is_absent(packs: LanguagePacks) -> None:
    """P(hateful) is no number where a pack cannot tell it, and then P(toxic) is that of all abuse."""
    decisions = packs.moderator("ru").decide([Comment("", LINES["ru"]["hateful"][0])])
    ((fine, toxic, hateful),) = decisions.scores.tolist()

    assert np.isnan(hateful)
    assert fine + toxic == pytest.approx(1)
    assert decisions.verdicts.tolist() == [2]


def test_pack_is_opened_once_and_late(packs: LanguagePacks, tmp_path: Path) -> None:
    """No pack is opened before it is needed, and then it is kept."""
    write_pack(tmp_path / "de", "de")
    late = LanguagePacks.find(tmp_path)
    (tmp_path / "de" / "weights.npy").write_bytes(b"")

    assert late.read_tags() >= {"de"}
    with pytest.raises(ArtefactError, match=r"weights\.npy is truncated"):
        late.moderator("de")
    assert packs.moderator("de") is packs.moderator("de")


def test_language_that_is_not_read_is_known(tmp_path: Path) -> None:
    """A pack that tells no abuse in a profile is there, but its language is not read."""
    write_pack(tmp_path / "de", "de", answers={"full": ("abusive",)})
    found = LanguagePacks.find(tmp_path)
    (shown,) = [one for one in found.public_manifest() if one["tag"] == "de"]

    assert ("de" in found.tags, "de" in found.read_tags()) == (True, False)
    assert (shown["read"], shown["tells"], shown["profile"]) == (False, [], "fast")


def test_content_hash_names_all_packs(tmp_path: Path) -> None:
    """Another pack, or another content of one, gives another hash."""
    hashes = set()
    for number, changes in enumerate([{}, {"answers": {"fast": ("abusive",)}}]):
        write_pack(tmp_path / str(number) / "de", "de", **changes)
        hashes.add(LanguagePacks.find(tmp_path / str(number)).content_hash)
    write_pack(tmp_path / "1" / "ru", "ru")
    hashes.add(LanguagePacks.find(tmp_path / "1").content_hash)

    assert len(hashes) == 3

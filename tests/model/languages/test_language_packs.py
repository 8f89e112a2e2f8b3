"""Packs are found, opened when first needed, and judge."""

from pathlib import Path

import numpy as np
import pytest

from model.comment import LABELS, Comment, Format
from model.encoder.session import pack_pieces
from model.errors import ArtefactError
from model.languages.language_packs import LanguagePacks
from model.languages.pack_folders import find_packs
from model.profile import Profile
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
    for _ in range(2):
        with pytest.raises(ArtefactError, match=r"weights\.npy is truncated"):
            late.moderator("de")
    assert packs.moderator("de") is packs.moderator("de")


def test_pack_that_cannot_be_used_is_read_no_longer(tmp_path: Path) -> None:
    """A pack that was damaged since the start, or is for another language by now, leaves its language unread; the files are read once."""
    for tag in ("de", "ru", "tr"):
        write_pack(tmp_path / tag, tag)
    found = LanguagePacks.find(tmp_path)
    (tmp_path / "de" / "weights.npy").write_bytes(b"")
    write_pack(tmp_path / "tr", "nl")

    assert found.open(["de", "ru", "tr"]) == {"de", "tr"}
    assert {"de", "ru", "tr"} & found.read_tags() == {"ru"}
    assert {pack["tag"]: pack["read"] for pack in found.public_manifest()}["de"] is False
    write_pack(tmp_path / "de", "de")
    with pytest.raises(ArtefactError, match=r"weights\.npy is truncated"):
        found.moderator("de")
    with pytest.raises(ArtefactError, match="has become a pack for 'nl'"):
        found.moderator("tr")


def test_encoder_is_not_read_where_it_is_not_asked(tmp_path: Path) -> None:
    """In the profile of the n-grams alone a pack judges without the arrays of its encoder, and without their memory."""
    readers = (
        {"kind": "ngrams", "weights": "weights.npy", "scales": "scales.npy", "biases": "biases.npy"},
        {"kind": "encoder", "network": "own.npy"},
    )
    write_pack(tmp_path / "de", "de", arrays={"own.npy": np.zeros(9, np.uint8)}, readers=readers)
    (tmp_path / "de" / "own.npy").unlink()
    found = LanguagePacks.find(tmp_path, profile=Profile.FAST)

    assert found.moderator("de").decide([Comment("", LINES["de"]["fine"][0])]).labels.tolist() == [0]
    with pytest.raises(ArtefactError, match=r"own\.npy is missing"):
        LanguagePacks.find(tmp_path, profile=Profile.FULL).moderator("de")


def test_pack_that_was_trained_anew_is_named(tmp_path: Path) -> None:
    """A pack that was replaced before it was opened judges, and what is told of it is about the new one."""
    write_pack(tmp_path / "de", "de")
    found = LanguagePacks.find(tmp_path)
    before = found.version("de")
    write_pack(tmp_path / "de", "de", answers={"fast": ("abusive",)})
    decisions = found.moderator("de").decide([Comment("", LINES["de"]["toxic"][0])])

    assert decisions.version == found.version("de") != before


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


def write_pack_with_encoder(folder: Path, tag: str) -> None:
    """Writes a pack with a tiny encoder of random weights, which reads texts in their plain form and lies in the folder `shared`."""
    letters = "abcdefghijklmnopqrstuvwxyzäöüß"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters)]
    network = np.frombuffer((Path(__file__).parents[2] / "encoder.onnx").read_bytes(), np.uint8)
    names = {"network": "network.npy", "pieces": "pieces.npy", "combination": "combination.npy", "curve": "curve.npy"}
    ngrams = {"kind": "ngrams", "weights": "weights.npy", "scales": "scales.npy", "biases": "biases.npy"}
    arrays = {
        "network.npy": network,
        "pieces.npy": pack_pieces(pieces),
        "combination.npy": np.array([[0.6, 0.7], [0.9, 0.8], [-1.0, -0.5]]),
        "curve.npy": np.array([[0.0, 0.0, 1.0], [0.05, 0.004, 0.5]]),
    }
    entry = {"kind": "encoder", "form": "plain", "tokens": 16, "abusive": 0.4, "hateful": 0.45} | names
    write_pack(folder / tag, tag, arrays=arrays, readers=(ngrams, entry))
    (folder / "shared").mkdir(exist_ok=True)
    for name in ("network.npy", "pieces.npy"):
        (folder / tag / name).rename(folder / "shared" / name)


def test_packs_share_one_encoder(tmp_path: Path) -> None:
    """The encoder lies beside the packs and is built once; where the profile asks for it, both readers judge."""
    for tag in ("de", "ru"):
        write_pack_with_encoder(tmp_path, tag)
    write_pack(tmp_path / "pl", "pl")
    packs = LanguagePacks.find(tmp_path, profile=Profile.FULL)
    packs.preload_encoder()
    german, russian, polish = (packs.moderator(tag) for tag in ("de", "ru", "pl"))

    assert packs.has_encoder
    assert german.combined is not None
    assert russian.combined is not None
    assert german.combined.encoder is russian.combined.encoder
    assert (german.version, polish.version) == (packs.version("de"), packs.version("pl"))
    assert german.version.endswith("+full")
    assert polish.profile is Profile.FAST
    assert german.decide([Comment("", "Größe")]).encoder_count == 1


def test_damaged_pack_leaves_the_encoder_to_others(tmp_path: Path) -> None:
    """A pack that cannot be used does not keep the encoder from being built for the others; only if none can be used, it fails."""
    for tag in ("de", "ru"):
        write_pack_with_encoder(tmp_path, tag)
    (tmp_path / "de" / "weights.npy").write_bytes(b"")
    own = {tag: pack for tag, pack in find_packs(tmp_path).items() if tag in {"de", "ru"}}
    packs, without = (LanguagePacks(own, operator=folder, profile=Profile.FULL) for folder in (tmp_path, None))
    packs.preload_encoder()
    assert packs.read_tags() == {"ru"}

    with pytest.raises(ArtefactError, match=r"ru: network\.npy"):
        without.preload_encoder()
    assert not without.read_tags()


def test_ngrams_need_no_encoder(tmp_path: Path) -> None:
    """Where the n-grams judge alone, the encoder that packs share is not read, be it missing."""
    write_pack_with_encoder(tmp_path, "de")
    (tmp_path / "shared" / "network.npy").unlink()
    fast, full = (LanguagePacks.find(tmp_path, profile=profile) for profile in (Profile.FAST, Profile.FULL))

    assert fast.moderator("de").decide([Comment("", "Größe")]).labels.tolist() != [-1]
    with pytest.raises(ArtefactError, match=r"network\.npy"):
        full.moderator("de")


@pytest.mark.parametrize("text", ["Du bist so dumm, GRÖẞER geht es nicht.", "<b>Halt</b> &amp; schweig", "dumm und klug " * 30, ""])
def test_explanations_of_both_readers_add_up(tmp_path: Path, text: str) -> None:
    """What words add, by the n-grams and by an encoder that reads the text with its accents, is about words of the original and adds up."""
    write_pack_with_encoder(tmp_path, "de")
    moderator = LanguagePacks.find(tmp_path, profile=Profile.FULL).moderator("de")
    comment = Comment("", text, Format.HTML)
    explanation = moderator.explain(comment)
    hateful, abusive = 1 / (1 + np.exp(-explanation.log_odds))
    scores = moderator.decide([comment]).scores[0]

    assert [(1 - hateful) * (1 - abusive), hateful] == pytest.approx([scores[0], scores[2]]) or not text
    assert all(0 <= span.begin < span.end <= len(text) for span in explanation.spans())

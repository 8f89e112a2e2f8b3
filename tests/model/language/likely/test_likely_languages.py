"""Which languages texts are likely in."""

import numpy as np

from model.language.identifier import Identifier
from model.ngrams.packed_texts import pack_bytes


def test_unread_languages_are_told_and_are_no_candidates() -> None:
    """A text in a language that is not read is told as what it is, with hardly a chance for those that are, and has no candidates."""
    likely = Identifier.load(["en", "fr"])._likely
    packed = pack_bytes(["Das ist doch völliger Unsinn".encode(), b"Je ne sais pas du tout"])
    choice = likely.choose(packed, np.arange(2), np.zeros(2, np.int64), np.zeros(2))

    assert choice.tags == ["de", "fr"]
    assert choice.candidates == [(), ("fr",)]
    assert choice.unread[0] > 0.99
    assert choice.unread[1] < 0.01
    assert (choice.letters > 10).all()


def test_romanised_comments_are_read_by_the_language() -> None:
    """Tamil in Latin letters is judged as Tamil, if that is read."""
    (candidates,) = Identifier.load(["en", "ta"]).identify_texts(["enna da ippadi pesura nee loosu paiya"]).candidates

    assert candidates[0] == "ta"


def test_hindi_and_urdu_in_latin_letters_are_named_together() -> None:
    """Words that either may have name the likelier one, although each alone is not likely enough."""
    likely = Identifier.load(["en", "hi-Latn", "ur-Latn"])._likely
    choice = likely.choose(pack_bytes([b"koi chahry ka dewana hai"]), np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1))

    assert choice.tags[0] in {"hi-Latn", "ur-Latn"}
    assert choice.likelihoods[0] > 0.4

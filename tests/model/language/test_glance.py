"""What a text shows at a glance."""

from model.language.glance import ENGLISH_SHARE, read_evidence
from model.language.identification_kernels import ENGLISH, OTHER, PLAIN
from model.language.identifier import Identifier


def test_evidence_of_one_text() -> None:
    """Letters in English words and letters of other scripts are counted, however short the text."""
    plain, english, other = read_evidence("you да")[[PLAIN, ENGLISH, OTHER]].tolist()

    assert (plain, other) == (3, 2)
    assert english >= ENGLISH_SHARE * plain


def test_letters_that_only_look_alike_hide_english() -> None:
    """Words with Cyrillic letters among Latin ones hide English, and Cyrillic words beside English ones do not."""
    identifier = Identifier.load()
    hidden, beside = "Yоu аrе stuрid", "you are сука блять"

    assert identifier._hides_english(hidden, read_evidence(hidden))
    assert not identifier._hides_english(beside, read_evidence(beside))

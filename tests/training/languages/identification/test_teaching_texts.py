"""The texts from which language identification learns."""

import pytest

from training.languages.identification.fit_words import fit_language_weights
from training.languages.identification.teaching_texts import TeachingTexts, assign_tag, cut_texts

TEACHING = TeachingTexts(["das ist doch der Hund"] * 40 + ["the dog is over there"] * 40, ["de"] * 40 + ["en"] * 40, [False] * 80)


@pytest.mark.parametrize(
    ("text", "lang", "tag"),
    [
        *(("це їхній пес", "ru", "uk"), ("это собака", "ru", "ru"), ("this is plain English here", "de", None)),
        *(("das ist der Hund von nebenan", "de", "de"), ("enna da pesura loosu", "ta", "ta-Latn"), ("നല്ല", "ml", None)),
    ],
)
def test_rows_teach_what_they_are_in(text: str, lang: str, tag: str | None) -> None:
    """English in a source of another language teaches nothing, Ukrainian in a Russian one teaches that, romanised text its own."""
    assert assign_tag(text, lang) == tag


def test_cuts_are_parts_of_texts() -> None:
    """Every text gives three cuts of itself, and the same seed the same cuts."""
    cuts, tags = cut_texts(TEACHING)

    assert len(cuts) == len(tags) == 3 * 80
    assert all(cut in TEACHING.texts[at // 3] for at, cut in enumerate(cuts))
    assert cut_texts(TEACHING) == (cuts, tags)


def test_weights_are_learned() -> None:
    """Languages, filter and weights follow from the texts, the same from the same."""
    weights, again = fit_language_weights(TEACHING), fit_language_weights(TEACHING)

    assert weights.tags == ("de", "en")
    assert weights.known.any()
    assert (weights.weights == again.weights).all()

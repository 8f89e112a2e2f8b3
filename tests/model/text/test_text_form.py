"""The form in which English is read, and that of a language pack."""

from model.comment import Comment, Format
from model.normaliser.lexicon import parse_lexicon
from model.text.pipeline import prepare, prepare_text
from model.text.text_form import ENGLISH_FORM, TextForm

HTML = "<p>Größe &amp; Straße</p>"


def test_english_form_is_the_usual_one() -> None:
    """English is prepared for both readers as it ever was."""
    comments = [Comment("", HTML, Format.HTML), Comment("", "plain")]

    assert ENGLISH_FORM.prepare(comments) == prepare(comments)
    assert ENGLISH_FORM.prepare_text(HTML, Format.HTML) == ENGLISH_FORM.prepare_for_encoder(HTML, Format.HTML)
    assert ENGLISH_FORM.prepare_text(HTML, Format.HTML) == prepare_text(HTML, Format.HTML)
    assert ENGLISH_FORM.prepare_part(b"a part") == b"a part"


def test_encoder_of_a_pack_reads_the_text_as_it_stands() -> None:
    """Without mark-up, but with all its accents; a lone surrogate becomes a question mark."""
    assert TextForm("de").prepare_for_encoder(HTML, Format.HTML).decode().strip() == "Größe & Straße"
    assert TextForm("de").prepare_for_encoder("a\ud800", Format.PLAIN) == b"a?"


def test_part_is_prepared_as_a_comment_is() -> None:
    """What the n-grams of a pack read of a part is what they would read of a comment of its words."""
    form = TextForm("de")

    assert form.prepare_part("Größe".encode()) == form.prepare_text("Größe", Format.PLAIN)


def test_words_are_found_again() -> None:
    """Each byte that the n-grams of a pack read knows the letter that it comes from."""
    text = "Ja, GRÖẞE!"
    traced = TextForm("de").trace(text, parse_lexicon(b""))

    assert len(traced.data) == len(traced.begin) == len(traced.end)
    assert all(0 <= begin < end <= len(text) for begin, end in zip(traced.begin.tolist(), traced.end.tolist(), strict=True))

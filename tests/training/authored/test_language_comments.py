"""Comments of our own in languages other than English."""

from pathlib import Path

import pytest

from model.comment import LABELS, Label
from model.errors import TableError
from training.authored.language_comments import LANGUAGE_COMMENTS_FOLDER, LanguageComment, load_language_comments

WHOLE = "%% German\n== fine\nguten Morgen\n\n== toxic\ndu Depp\n== hateful\nalle raus\n"


def test_every_shipped_file_is_read_and_has_each_label() -> None:
    """No file has a mistake, and each teaches all three labels under its own source."""
    comments = load_language_comments()
    tags = {file.stem for file in LANGUAGE_COMMENTS_FOLDER.glob("*.txt")}
    assert {(comment.tag, comment.label) for comment in comments} == {(tag, label) for tag in tags for label in LABELS}
    assert {comment.source for comment in comments} == {f"authored-{tag}" for tag in tags}


def test_a_tag_chooses_a_file(tmp_path: Path) -> None:
    """Comments come in the order of the file, with label and tag; a language without a file has none."""
    (tmp_path / "de.txt").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "fr.txt").write_text(WHOLE, encoding="utf-8")
    assert load_language_comments("de", tmp_path) == (
        LanguageComment("guten Morgen", Label.FINE, "de"),
        LanguageComment("du Depp", Label.TOXIC, "de"),
        LanguageComment("alle raus", Label.HATEFUL, "de"),
    )
    assert load_language_comments("d", tmp_path) == ()
    assert len(load_language_comments(None, tmp_path)) == 6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("guten Tag\n" + WHOLE, "de.txt, line 1: a comment before the first section"),
        (WHOLE + "== rude\n", "de.txt, line 9: a section is one of == fine, == toxic, == hateful"),
        (WHOLE + "Guten  morgen\n", "de.txt, line 9: the same comment as in line 3"),
        ("== fine\nja\n== toxic\nDepp\n", "de.txt has no comment that is hateful"),
        ("== hateful\nweg mit denen\n", "de.txt has no comment that is fine or toxic"),
    ],
)
def test_mistakes_are_named_by_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    """Whoever edits a file is told where to look."""
    (tmp_path / "de.txt").write_text(text, encoding="utf-8")
    with pytest.raises(TableError) as raised:
        load_language_comments("de", tmp_path)
    assert str(raised.value) == message


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """Letters with accents are never read wrongly."""
    (tmp_path / "de.txt").write_bytes(WHOLE.replace("alle", "für").encode("latin-1"))
    with pytest.raises(TableError, match=r"de\.txt is not UTF-8"):
        load_language_comments("de", tmp_path)

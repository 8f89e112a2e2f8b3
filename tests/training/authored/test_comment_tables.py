"""The files that authored comments are written in: what is read, and what is refused."""

from pathlib import Path

import pytest

from model.comment import Label
from model.errors import TableError
from training.authored.comment_tables import read_comment_tables


def write(folder: Path, text: str) -> Path:
    """Write the one file of a folder."""
    (folder / "k.txt").write_text(text, "utf-8")
    return folder


def test_lists_tables_and_blocks_are_read(tmp_path: Path) -> None:
    """Words, rows, labels, attributes, manners, numbers and what is answered arrive as they are written."""
    tables = read_comment_tables(
        write(
            tmp_path,
            "%% remark\n[[end]]\n | 1 | 2\n3\n[[group: they | one]]\nPoles | Pole\n== K5 toxic insult threat? plain x4\na >> b {one}\nc\n",
        )
    )
    (block,) = tables.blocks
    assert [row["end"] for row in tables.rows["end"]] == ["", "1", "2", "3"]
    assert tables.rows["group"] == [{"they": "Poles", "one": "Pole"}]
    assert (block.kind, block.label, block.times, block.manner) == ("K5", Label.TOXIC, 4, frozenset({"plain"}))
    assert block.attributes == {"insult": True, "threat": None}
    assert block.lines == [("a", "b {one}"), (None, "c")]


def test_raw_lines_stay_as_they_are(tmp_path: Path) -> None:
    """In a raw block braces are no slots and arrows name no parent."""
    (block,) = read_comment_tables(write(tmp_path, "== K11 fine raw\necho {x} >> log\n")).blocks
    assert block.lines == [(None, "echo {x} >> log")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello\n", "k.txt:1: neither a list nor a block"),
        ("== K2 rude\n", "k.txt:1: not the head of a block"),
        ("== K2 toxic insulting\n", "'insulting' is neither an attribute"),
        ("[[a: b | c]]\nx\n", "k.txt:2: 1 entries for the columns b, c"),
        ("== K2 fine\n{nobody}\n", "which is no list"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, said: str) -> None:
    """A line that cannot be understood is refused with its place and what to write."""
    with pytest.raises(TableError, match=said.replace("[", r"\[")):
        read_comment_tables(write(tmp_path, text))

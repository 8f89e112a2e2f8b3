"""Templates and tables of words: what their files say, and where they are wrong."""

from pathlib import Path

import pytest

from model.comment import Label
from training.shipped_model.synthetic_templates import (
    SYNTHETIC_FOLDER,
    SyntheticComment,
    Template,
    read_single_comments,
    read_template_blocks,
    read_word_tables,
)

TABLES = {
    "groups.txt": "[group: they | kind]\n# a remark\nPoles | nation\n",
    "words.txt": "[thing: thing]\nbus\n",
    "names.txt": "[first: first]\nAnn\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three small tables of words."""
    for name, content in TABLES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_tables_are_rows_of_named_columns(folder: Path) -> None:
    """Each table has its rows, column by column; remarks and empty lines are passed over."""
    assert read_word_tables(folder) == {
        "group": ({"they": "Poles", "kind": "nation"},),
        "thing": ({"thing": "bus"},),
        "first": ({"first": "Ann"},),
    }


def test_blocks_hold_pairs_and_pools(folder: Path) -> None:
    """Twins are a fine template and an abusive one with its label; pools are either."""
    lines = ["== threats x3 nation,religion", "I like {they} || hateful: kill {they}", "+ nice {thing}", "- toxic: stupid {thing}"]
    (folder / "templates_threats.txt").write_text("\n".join(lines), encoding="utf-8")
    (block,) = read_template_blocks(folder)
    assert (block.capability, block.times, block.kinds) == ("threats", 3, frozenset({"nation", "religion"}))
    assert block.pairs == ((Template("I like {they}", Label.FINE), Template("kill {they}", Label.HATEFUL)),)
    assert block.fine == (Template("nice {thing}", Label.FINE),)
    assert block.abusive == (Template("stupid {thing}", Label.TOXIC),)


def test_single_comments_are_pairs_where_two_are_written(folder: Path) -> None:
    """A line with several labels is a pair, named by its number; one with a single label is none."""
    lines = ['{"capability": "names", "fine": "Dick is my uncle", "toxic": "you dick"}', '{"capability": "threats", "toxic": "watch out"}']
    (folder / "singles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert list(read_single_comments(folder)) == [
        SyntheticComment("Dick is my uncle", Label.FINE, "names", None, "single.1"),
        SyntheticComment("you dick", Label.TOXIC, "names", None, "single.1"),
        SyntheticComment("watch out", Label.TOXIC, "threats", None, None),
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("words.txt", "[thing: thing | plural]\nbus\n", r"words\.txt:2: 1 entries for the columns thing, plural"),
        ("names.txt", "Ann\n", r"names\.txt:1: the first line has to start with '\['"),
        ("templates_x.txt", "== names x2\nno template\n", r"templates_x\.txt:2: neither a block nor a template"),
        ("templates_x.txt", "+ a template\n", r"templates_x\.txt:1: the first line has to start with '=='"),
    ],
)
def test_a_line_that_is_wrong_is_named(folder: Path, name: str, content: str, message: str) -> None:
    """The error names the file and the line."""
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        (read_template_blocks if name.startswith("templates") else read_word_tables)(folder)


def test_the_files_that_ship_can_be_read() -> None:
    """The templates of the shipped model are many, in many blocks, and use columns that the tables have."""
    columns = {column for rows in read_word_tables().values() for column in rows[0]}
    assert {"they", "one", "adj", "kind"} <= columns
    assert sum(len(block.pairs) for block in read_template_blocks(SYNTHETIC_FOLDER)) >= 100

"""Reads tables of words and templates of comments from the folder ``synthetic_tables``, and from others of the same form.

Tables of words are written as ``[table: column | column]``, then a line for each row. Templates come in blocks::

    == capability xN kind,kind        N comments a side of each template; only groups of these kinds (left out: of all)
    a fine comment || toxic: its twin
    + a fine comment of a pool        the pools of a block meet at random, with the same words on both sides;
    - hateful: an abusive one         either pool may be left out

In a template, ``{column}`` is replaced by the entry of a row, ``{a column}`` puts the article before it, and ``{column2}`` is the entry of
a second row. ``singles.jsonl`` holds comments that were written singly.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from model.comment import Label

__all__ = [
    "SYNTHETIC_FOLDER",
    "SyntheticComment",
    "Template",
    "TemplateBlock",
    "read_single_comments",
    "read_template_blocks",
    "read_word_tables",
]

SYNTHETIC_FOLDER = Path(__file__).with_name("synthetic_tables")
"""The tables and templates of the comments that the shipped model learns from."""

_BLOCK = re.compile(r"== (?P<capability>[a-z_]+(?:/[a-z_]+)?) x(?P<times>\d+)(?: (?P<kinds>[a-z,]+))?")


@dataclass(frozen=True, slots=True)
class SyntheticComment:
    """One comment that was made or written to teach or to test a capability.

    Attributes:
        text: the comment.
        label: its right label.
        capability: the capability that it teaches or tests.
        group: plural name of the group that it speaks of ("Muslims"), if it speaks of one.
        pair: the same for the two comments of a minimal pair, else None.
    """

    text: str
    label: Label
    capability: str
    group: str | None
    pair: str | None


@dataclass(frozen=True, slots=True)
class Template:
    """The text of a template, with its slots, and the right label of comments made from it."""

    text: str
    label: Label


@dataclass(frozen=True, slots=True)
class TemplateBlock:
    """Templates that teach one capability.

    Attributes:
        capability: the capability.
        times: number of uses of each template.
        kinds: the kinds of groups that they suit; empty for all.
        pairs: a fine template with its twin.
        fine, abusive: pools, whose templates meet at random.
    """

    capability: str
    times: int
    kinds: frozenset[str]
    pairs: tuple[tuple[Template, Template], ...]
    fine: tuple[Template, ...]
    abusive: tuple[Template, ...]


def read_word_tables(folder: Path = SYNTHETIC_FOLDER) -> dict[str, tuple[dict[str, str], ...]]:
    """Return the tables of words: name of the table → rows, each column → entry.

    Raises:
        ValueError: a line of a table has too few or too many entries; the message names the file and the line.
    """
    word_tables: dict[str, tuple[dict[str, str], ...]] = {}
    name, columns = "", [""]
    for path, number, line in _lines("[", *(folder / name for name in ("groups.txt", "words.txt", "names.txt"))):
        if line.startswith("["):
            name, _, header = line.strip("[]").partition(": ")
            columns = header.split(" | ")
            word_tables[name] = ()
            continue
        entries = line.split(" | ")
        if len(entries) != len(columns):
            raise ValueError(f"{path.name}:{number}: {len(entries)} entries for the columns {', '.join(columns)}: write as many")
        word_tables[name] += (dict(zip(columns, entries, strict=True)),)
    return word_tables


def read_template_blocks(folder: Path) -> list[TemplateBlock]:
    """Return the blocks of all files whose names hold a "_", in the order of these names.

    Raises:
        ValueError: a line is neither the head of a block nor a template; the message names the file and the line.
    """
    blocks: list[tuple[re.Match[str], list[str]]] = []
    for path, number, line in _lines("==", *sorted(folder.glob("*_*.txt"))):
        header = _BLOCK.fullmatch(line)
        if header:
            blocks.append((header, []))
        elif " || " not in line and line[:2] not in {"+ ", "- "}:
            raise ValueError(
                f"{path.name}:{number}: neither a block nor a template: write '== capability xN', '… || label: …', '+ …' or '- label: …'"
            )
        else:
            blocks[-1][1].append(line)
    return [_parse_block(header, lines) for header, lines in blocks]


def read_single_comments(folder: Path) -> Iterator[SyntheticComment]:
    """Yield the comments that were written singly, or as a pair of single ones."""
    for _, number, line in _lines("{", folder / "singles.jsonl"):
        row = json.loads(line)
        comments = [(Label(key), row[key]) for key in ("fine", "toxic", "hateful") if key in row]
        for label, text in comments:
            yield SyntheticComment(text, label, row["capability"], row.get("group"), f"single.{number}" if len(comments) > 1 else None)


def _parse_block(header: re.Match[str], lines: Sequence[str]) -> TemplateBlock:
    sides = [line.partition(" || ") for line in lines]
    return TemplateBlock(
        capability=header["capability"],
        times=int(header["times"]),
        kinds=frozenset((header["kinds"] or "").split(",")) - {""},
        pairs=tuple((Template(fine, Label.FINE), _parse_abusive(twin)) for fine, _, twin in sides if twin),
        fine=tuple(Template(line[2:], Label.FINE) for line in lines if line.startswith("+ ")),
        abusive=tuple(_parse_abusive(line[2:]) for line in lines if line.startswith("- ")),
    )


def _parse_abusive(text: str) -> Template:
    label, _, template = text.partition(": ")
    return Template(template, Label(label))


def _lines(first: str, *paths: Path) -> Iterator[tuple[Path, int, str]]:
    """Yield file, number and text of the lines that are neither empty nor remarks; the first of each file has to start with ``first``."""
    for path in paths:
        is_first = True
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line or line.startswith("# "):
                continue
            if is_first and not line.startswith(first):
                raise ValueError(f"{path.name}:{number}: the first line has to start with {first!r}")
            is_first = False
            yield path, number, line

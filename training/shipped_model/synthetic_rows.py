"""Lessons: comments of our own that teach what public corpora teach wrongly.

A classifier that reads words and pairs of words learns from the corpora that a group's name is abuse, that "kill" is a threat
and that "you" is an insult. The lessons show both sides of each such word: a fine and an abusive comment that are made of the
same fills and differ in what matters. They are only for training; what judges uses other templates and other words.

The folder ``lessons`` holds tables of words (``[table: column | column]``, then rows; ``{column}`` in a template stands for the
row's entry, ``{a column}`` puts the article before it, ``{column2}`` is of a second row) and templates in blocks::

    == capability xN kind,kind        N comments a side of each template; only groups of these kinds (left out: of all)
    a fine comment || toxic: its twin
    + a fine comment of a pool        the pools of a block meet at random, with the same fills on both sides;
    - hateful: an abusive one         either pool may be left out

``singles.jsonl`` holds comments that were written singly. An attack on a group that the Words of the design do not protect
(age) is toxic where the template says hateful.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from model.comment import Label

__all__ = ["LESSONS_FOLDER", "Lesson", "lessons", "tables"]

LESSONS_FOLDER = Path(__file__).with_name("synthetic_tables")

_SLOT = re.compile(r"\{(a )?([a-z]+)([2-9]?)\}")
_BLOCK = re.compile(r"== (?P<capability>[a-z_]+(?:/[a-z_]+)?) x(?P<times>\d+)(?: (?P<kinds>[a-z,]+))?")
_SPOKEN_VOWEL = re.compile(r"[aeio]|u(?!k|ni|s[ae]|ti)|honest|SUV|LGBT", re.IGNORECASE)
_UNPROTECTED = frozenset({"age"})
_OF_GROUP = frozenset({"they", "one", "adj"})


@dataclass(frozen=True, slots=True)
class Lesson:
    """One comment to learn from.

    Attributes:
        text: the comment.
        label: what it is.
        capability: what it teaches.
        group: plural name of the group that it speaks of ("Muslims"), if it speaks of one.
        pair: the same for the two comments of a minimal pair, else None.
    """

    text: str
    label: Label
    capability: str
    group: str | None
    pair: str | None


@dataclass(frozen=True, slots=True)
class _Side:
    """A template, and the label that what it makes deserves."""

    template: str
    label: Label


@dataclass(frozen=True, slots=True)
class _Block:
    """Templates that teach one capability.

    Attributes:
        capability: what they teach.
        times: how often each is used.
        kinds: kinds of groups that they suit; empty for all.
        pairs: a fine template with its twin.
        fine, abusive: pools, whose templates meet at random.
    """

    capability: str
    times: int
    kinds: frozenset[str]
    pairs: tuple[tuple[_Side, _Side], ...]
    fine: tuple[_Side, ...]
    abusive: tuple[_Side, ...]


def lessons(seed: int = 0, folder: Path = LESSONS_FOLDER, *, frames: Sequence[str] = ()) -> tuple[Lesson, ...]:
    """Return all lessons: those made of templates, then those written singly; no text twice.

    Args:
        seed: of the choice of words and of how the comments are written; the same seed gives the same lessons.
        folder: where tables, templates (in files whose names hold a "_") and singles lie.
        frames: what may stand around a comment, which is put for "{}"; those of the lessons if empty.
    """
    dealer = _Dealer(tables(folder), random.Random(seed), frames or _FRAMES)  # noqa: S311 - nothing secret hangs on it
    made = chain.from_iterable(_taught(block, number, dealer) for number, block in enumerate(_blocks(folder)))
    return tuple({lesson.text: lesson for lesson in chain(made, _singles(folder))}.values())


def tables(folder: Path = LESSONS_FOLDER) -> dict[str, tuple[dict[str, str], ...]]:
    """Return the tables of words: name of the table → rows, each column → entry.

    Raises:
        ValueError: a line of a table has too few or too many entries; it names the file and line.
    """
    read: dict[str, tuple[dict[str, str], ...]] = {}
    name, columns = "", [""]
    for path, number, line in _lines("[", *(folder / name for name in ("groups.txt", "words.txt", "names.txt"))):
        if line.startswith("["):
            name, _, header = line.strip("[]").partition(": ")
            columns = header.split(" | ")
            read[name] = ()
            continue
        entries = line.split(" | ")
        if len(entries) != len(columns):
            raise ValueError(f"{path.name}:{number}: {len(entries)} entries for the columns {', '.join(columns)}: write as many")
        read[name] += (dict(zip(columns, entries, strict=True)),)
    return read


class _Dealer:
    """Hands out rows of the tables so that each is used about as often as the others."""

    def __init__(self, words: Mapping[str, Sequence[Mapping[str, str]]], source: random.Random, frames: Sequence[str]) -> None:
        self.random, self._frames = source, frames
        self._words = words
        self._table_of = {column: name for name, rows in words.items() for column in rows[0]}
        self._used: dict[str, Counter[int]] = {name: Counter() for name in words}

    def fills(self, templates: Sequence[str], kinds: frozenset[str]) -> dict[str, str]:
        """Return what the slots of the templates stand for, the same in all of them."""
        slots = sorted({(column, turn) for template in templates for _, column, turn in _SLOT.findall(template)})
        found: dict[str, str] = {}
        for table, turn in sorted({(self._table_of[column], turn) for column, turn in slots}):
            row = self._row(table, kinds, frozenset(found.values()) - kinds)
            found.update({column + turn: entry for column, entry in row.items()})
        return found

    def frame(self) -> str:
        """Return what stands around a comment: mostly nothing, else words that could stand around any."""
        return "{}" if self.random.random() < 0.8 else self.random.choice(self._frames)

    def _row(self, table: str, kinds: frozenset[str], taken: frozenset[str]) -> Mapping[str, str]:
        used, rows = self._used[table], self._words[table]
        free = [
            number
            for number, row in enumerate(rows)
            if (table != "group" or not kinds or row["kind"] in kinds) and taken.isdisjoint(tuple(row.values())[:3])
        ]
        least = min(used[number] for number in free)
        number = self.random.choice([number for number in free if used[number] == least])
        used[number] += 1
        return rows[number]


def _taught(block: _Block, number: int, dealer: _Dealer) -> Iterator[Lesson]:
    """Yield what one block teaches."""
    for line, sides in enumerate(block.pairs):
        for time in range(block.times):
            yield from _written(sides, block, dealer, pair=f"{number}.{line}.{time}")
    pools = [_turns(pool, dealer.random) for pool in (block.fine, block.abusive) if pool]
    for _ in range(block.times * max(len(block.fine), len(block.abusive))):
        yield from _written([next(turns) for turns in pools], block, dealer, pair=None)


def _turns(pool: Sequence[_Side], source: random.Random) -> Iterator[_Side]:
    """Yield the templates of a pool again and again, each time in another order."""
    while True:
        yield from source.sample(pool, len(pool))


def _written(sides: Sequence[_Side], block: _Block, dealer: _Dealer, *, pair: str | None) -> Iterator[Lesson]:
    """Yield the comments of both sides, with the same fills and written in the same manner."""
    fills = dealer.fills([side.template for side in sides], block.kinds)
    manner = dealer.random.random()
    frame = dealer.frame()
    for side in sides:
        kinds = {fills[f"kind{turn}"] for _, column, turn in _SLOT.findall(side.template) if column in _OF_GROUP}
        text = _SLOT.sub(lambda found: _fill(found, fills), side.template)
        label = Label.TOXIC if side.label is Label.HATEFUL and kinds and kinds <= _UNPROTECTED else side.label
        about = fills.get("they") if _speaks_of_group(side.template) else None
        yield Lesson(_in_manner(_framed(text, frame), manner), label, block.capability, about, pair)


def _speaks_of_group(template: str) -> bool:
    return any(column in _OF_GROUP for _, column, _ in _SLOT.findall(template))


def _fill(found: re.Match[str], fills: Mapping[str, str]) -> str:
    article, column, turn = found.groups()
    word = fills[column + turn]
    return f"{'an' if _SPOKEN_VOWEL.match(word) else 'a'} {word}" if article else word


def _framed(text: str, frame: str) -> str:
    before, after = frame.split("{}")
    stop = "." if re.match(" [A-Z]", after) and text[-1].isalnum() else ""
    return before + text + stop + after


_FRAMES = (
    *("tbh {}", "{} tbh", "imo {}", "{} imo", "honestly {}", "ok so {}", "well, {}", "{} just saying", "update: {}", "edit: {}", "> {}"),
    *("@user {}", "@user @user {}", "{} #justsaying", "rt @user: {}", "{} smh", "{} ...", "{} https://t.co/abc", "no but really, {}"),
    *(
        "like i told my brother, {}",
        "{}, that's all",
        "Long time reader, first time commenting. {}",
        "Not sure if this is the right place, but {}",
    ),
    *("I read the whole thread before writing this. {}", "{} That is all I have to say about it.", "{} What do the others here think?"),
    *(
        "{} Anyway, back to work.",
        "{} Sent from my phone, so excuse the typing.",
        "Page 3 of this discussion and we are where we started. {}",
    ),
    "The article is longer than it needs to be, and half of it repeats last week's. {} Let's see what the next one brings.",
    "We talked about this at dinner yesterday and it went on until midnight. {} I had not thought about it for years.",
)


def _in_manner(text: str, manner: float) -> str:
    """Return a text as somebody types it: 0 to 1 tells how carelessly."""
    if manner < 0.3:
        proper = re.sub(r"\bi\b(?!\.)", "I", text)
        return proper[0].upper() + proper[1:] + ("" if proper[-1] in "?!.…" or not proper[-1].isalpha() else ".")
    if manner > 0.97:
        return text.upper()
    text = text.lower()
    if manner > 0.85:
        return _mistyped(text, manner)
    return re.sub(r"['’]", "", text) if manner > 0.75 else text


def _mistyped(text: str, manner: float) -> str:
    """Return a text with two letters swapped in one of its longer words."""
    words = list(re.finditer(r"[a-z]{5,}", text))
    if not words:
        return text
    word = words[int(manner * 997) % len(words)]
    at = word.start() + 1 + int(manner * 9973) % (len(word[0]) - 3)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _blocks(folder: Path) -> list[_Block]:
    """Return the blocks of all template files, in the order of their names."""
    found: list[tuple[re.Match[str], list[str]]] = []
    for path, number, line in _lines("==", *sorted(folder.glob("*_*.txt"))):
        header = _BLOCK.fullmatch(line)
        if header:
            found.append((header, []))
        elif " || " not in line and line[:2] not in {"+ ", "- "}:
            raise ValueError(
                f"{path.name}:{number}: neither a block nor a template: write '== capability xN', '… || label: …', '+ …' or '- label: …'"
            )
        else:
            found[-1][1].append(line)
    return [_block(header, lines) for header, lines in found]


def _block(header: re.Match[str], lines: Sequence[str]) -> _Block:
    pairs = tuple((_Side(fine, Label.FINE), _abusive(other)) for fine, _, other in (line.partition(" || ") for line in lines) if other)
    return _Block(
        capability=header["capability"],
        times=int(header["times"]),
        kinds=frozenset((header["kinds"] or "").split(",")) - {""},
        pairs=pairs,
        fine=tuple(_Side(line[2:], Label.FINE) for line in lines if line.startswith("+ ")),
        abusive=tuple(_abusive(line[2:]) for line in lines if line.startswith("- ")),
    )


def _abusive(text: str) -> _Side:
    label, _, template = text.partition(": ")
    return _Side(template, Label(label))


def _singles(folder: Path) -> Iterator[Lesson]:
    """Yield the comments that were written singly."""
    for _, number, line in _lines("{", folder / "singles.jsonl"):
        row = json.loads(line)
        said = [(Label(key), row[key]) for key in ("fine", "toxic", "hateful") if key in row]
        for label, text in said:
            yield Lesson(text, label, row["capability"], row.get("group"), f"single.{number}" if len(said) > 1 else None)


def _lines(first: str, *paths: Path) -> Iterator[tuple[Path, int, str]]:
    """Yield file, number and text of the lines that are neither empty nor remarks; the first of each file starts with ``first``."""
    for path in paths:
        begun = False
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line or line.startswith("# "):
                continue
            begun = begun or line.startswith(first)
            if not begun:
                raise ValueError(f"{path.name}:{number}: the first line has to start with {first!r}")
            yield path, number, line

"""Makes the authored comments: fills the slots of their lines, and writes them more or less carelessly."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from model.comment import Label
from training.authored.comment_tables import SLOT, TAUGHT_ATTRIBUTES, CommentBlock, CommentTables, read_comment_tables
from training.authored.writing_manner import FRAMES, put_in_frame, write_in_manner

__all__ = ["AUTHORED_FOLDER", "AuthoredComment", "make_authored_comments"]

AUTHORED_FOLDER = Path(__file__).with_name("comments")
"""The files of the comments that the shipped model learns from."""

_AS_WRITTEN = 0.55
_IN_FRAME = 0.08
"""Shares of the further comments of a line that are written as it stands, and that stand among other words."""

_SPOKEN_VOWEL = re.compile(r"[aeio]|u(?!k|ni|s[ae]|ti)|honest|LGBT", re.IGNORECASE)

_OBSCENE = re.compile(
    r"fuck|f+u+c+k+|\bf+[u*v]?c?k+(?:in|ing|ed|er|off)?\b|f\*|shit|sh1t|\bshat\b|bitch|b[1i]a?tch|cunt|\bass(?:es)?\b|\bass?(?:hole|hat|wipe|face)"
    r"|arse|jackass|(?:dumb|bad|kick|half|smart)-?ass|\bdick(?:s|head|face|wad)?\b|\bcocks?(?:ucker)?\b|cock(?:sucker|womble)|\btwat|wank|bastard|"
    r"\bslut|whore|\bpiss|bollocks|bellend|tosser|tosspot|knobhead|\bknob\b|prick\b|pussy|pussies|douche|motherf|\bmofo\b|\bstfu\b|\bgtfo|\bwtf\b|"
    r"\bomfg\b|\bffs\b|\bfml\b|\blmf?ao+\b|\bgfys?\b|\bdamn|goddamn|\bcrap|nigg|fagg?ot|\bfags?\b|\btits?\b|\bslag\b|\bskank|\bsmd\b|\bpos\b|"
    r"(?:stupid|dumb|kill|ugly)b[i1]tch|suckm|\ba-hole|a\$\$|\bazz",
    re.IGNORECASE,
)
_DEMEANING_COLUMNS = frozenset({"insult", "crudeinsult", "adjective", "fagword", "raceslur", "joinedinsult"})


@dataclass(frozen=True, slots=True)
class AuthoredComment:
    """One comment that was written to teach or to test a kind.

    Attributes:
        text: the comment.
        parent_text: what it answers, where its meaning depends on that; else None.
        label: its right label.
        attributes: each of ``TAUGHT_ATTRIBUTES`` → whether it holds; None where that is unknown.
        kind: what it is an example of, such as "K5".
    """

    text: str
    parent_text: str | None
    label: Label
    attributes: dict[str, bool | None]
    kind: str


def make_authored_comments(folder: Path = AUTHORED_FOLDER, *, seed: int = 0) -> tuple[AuthoredComment, ...]:
    """Return the comments of a folder; the same seed gives the same ones, and none occurs twice.

    Args:
        folder: where the files lie; see :mod:`training.authored.comment_tables`.
        seed: of the choice of words and of how the comments are written. A line's comments do not depend on the other lines.

    Raises:
        TableError: a file cannot be understood.
    """
    tables = read_comment_tables(folder)
    comments: dict[tuple[str, str | None], AuthoredComment] = {}
    for block in tables.blocks:
        for parent, line in block.lines:
            chance = random.Random(f"{seed} {block.kind} {block.label} {parent} {line}")  # noqa: S311 - not used for security
            for comment in _fill_line(parent, line, block, _WordDealer(tables, chance)):
                comments.setdefault((_bare(comment.text), comment.parent_text), comment)
    return tuple(comments.values())


class _WordDealer:
    """Deals the entries of each list in an order of chance, each once before one comes again."""

    def __init__(self, tables: CommentTables, chance: random.Random) -> None:
        self.chance = chance
        self._tables, self._table_of = tables, tables.table_of
        self._left: dict[tuple[str, str], list[dict[str, str]]] = {}

    def deal(self, text: str) -> dict[str, str]:
        """Return the words for the slots of a text: column and turn → word. No row is used twice."""
        rows: dict[tuple[str, str], dict[str, str]] = {}
        words: dict[str, str] = {}
        for _, column, turn in SLOT.findall(text):
            table = self._table_of[column]
            if (table, turn) not in rows:
                rows[table, turn] = self._deal_row(table, turn, [row for (name, _), row in rows.items() if name == table])
            entry = rows[table, turn][column]
            words[column + turn] = fill_slots(entry, self.deal(entry)) if "{" in entry else entry
        return words

    def _deal_row(self, table: str, turn: str, used: Sequence[dict[str, str]]) -> dict[str, str]:
        left = self._left.setdefault((table, turn), [])
        while True:
            if not left:
                left += self.chance.sample(self._tables.rows[table], len(self._tables.rows[table]))
            row = left.pop()
            if row not in used or len(self._tables.rows[table]) == 1:
                return row


def _fill_line(parent: str | None, line: str, block: CommentBlock, dealer: _WordDealer) -> Iterator[AuthoredComment]:
    """Yield the comments that one line makes."""
    if "raw" in block.manner:
        yield _comment(None, line, block, demeaning=False)
        return
    slots = SLOT.findall(f"{parent} {line}")
    demeaning = block.label is not Label.FINE and any(column in _DEMEANING_COLUMNS for _, column, _ in SLOT.findall(line))
    for turn in range(block.times if slots else 1):
        words = dealer.deal(f"{parent} {line}")
        text = fill_slots(line, words)
        if turn and "plain" not in block.manner:
            text = _write(text, dealer.chance, frames=parent is None)
        yield _comment(None if parent is None else fill_slots(parent, words), text, block, demeaning=demeaning)


def fill_slots(text: str, words: dict[str, str]) -> str:
    """Return a text with its slots filled, and with a new line where it holds a backslash and an n."""

    def fill(slot: re.Match[str]) -> str:
        article, column, turn = slot.groups()
        word = words[column + turn]
        return f"{'an' if _SPOKEN_VOWEL.match(word) else 'a'} {word}" if article else word

    return SLOT.sub(fill, text).replace("\\n", "\n").strip()


def _write(text: str, chance: random.Random, *, frames: bool) -> str:
    """Return a text as somebody types it, now and then among other words."""
    if frames and chance.random() < _IN_FRAME:
        text = put_in_frame(text, chance.choice(FRAMES))
    return text if chance.random() < _AS_WRITTEN else write_in_manner(text, chance.random())


def _comment(parent: str | None, text: str, block: CommentBlock, *, demeaning: bool) -> AuthoredComment:
    attributes: dict[str, bool | None] = dict.fromkeys(TAUGHT_ATTRIBUTES, None if "unknown" in block.manner else False)
    if "unknown" not in block.manner:
        if demeaning:
            attributes["insult"] = True
        if "clean" not in block.manner and _OBSCENE.search(text):
            attributes["profanity"] = None if "quoted" in block.manner else True
    return AuthoredComment(text, parent, block.label, attributes | block.attributes, block.kind)


def _bare(text: str) -> str:
    """Return a text without case and blanks at its end."""
    return " ".join(text.casefold().split())

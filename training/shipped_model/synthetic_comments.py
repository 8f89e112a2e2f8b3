"""Makes comments from templates and tables of words, to train or test a classifier where public corpora mislead it.

A classifier that reads words and pairs of words learns from the corpora that a group's name is abuse, that "kill" is a threat
and that "you" is an insult. These comments show both sides of each such word: a fine and an abusive comment made of the
same words, which differ in meaning. The behaviour suite makes its own comments from other templates and words.

An attack on a group that is not protected (age) is toxic where the template says hateful.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from model.comment import Label
from training.authored.writing_manner import FRAMES, put_in_frame, write_in_manner
from training.shipped_model.synthetic_templates import (
    SYNTHETIC_FOLDER,
    SyntheticComment,
    Template,
    TemplateBlock,
    read_single_comments,
    read_template_blocks,
    read_word_tables,
)

__all__ = ["make_synthetic_comments"]

_SLOT = re.compile(r"\{(a )?([a-z]+)([2-9]?)\}")
_SPOKEN_VOWEL = re.compile(r"[aeio]|u(?!k|ni|s[ae]|ti)|honest|SUV|LGBT", re.IGNORECASE)
_UNPROTECTED_KINDS = frozenset({"age"})
_GROUP_COLUMNS = frozenset({"they", "one", "adj"})
_SHARE_WITHOUT_FRAME = 0.8
_COMPARED_ENTRIES = 3  # of a row, none of which a comment uses twice


def make_synthetic_comments(seed: int = 0, folder: Path = SYNTHETIC_FOLDER, *, frames: Sequence[str] = ()) -> tuple[SyntheticComment, ...]:
    """Return all comments: those made of templates, then those written singly; no text twice.

    Args:
        seed: of the choice of words and of how the comments are written; the same seed gives the same comments.
        folder: where tables, templates and singles lie; see :mod:`training.shipped_model.synthetic_templates`.
        frames: texts to put around a comment, whose place is "{}"; ``writing_manner.FRAMES`` if empty.
    """
    dealer = _WordDealer(read_word_tables(folder), random.Random(seed), frames or FRAMES)  # noqa: S311 - not used for security
    blocks = enumerate(read_template_blocks(folder))
    from_templates = chain.from_iterable(_fill_block(block, number, dealer) for number, block in blocks)
    return tuple({comment.text: comment for comment in chain(from_templates, read_single_comments(folder))}.values())


class _WordDealer:
    """Draws rows of the tables of words so that all are used about equally often."""

    def __init__(self, words: Mapping[str, Sequence[Mapping[str, str]]], source: random.Random, frames: Sequence[str]) -> None:
        self.random, self._frames = source, frames
        self._words = words
        self._table_of = {column: name for name, rows in words.items() for column in rows[0]}
        self._uses: dict[str, Counter[int]] = {name: Counter() for name in words}

    def deal(self, templates: Sequence[str], kinds: frozenset[str]) -> dict[str, str]:
        """Return the words for the slots of the templates, the same in all of them: column and turn → word."""
        slots = sorted({(column, turn) for template in templates for _, column, turn in _SLOT.findall(template)})
        words: dict[str, str] = {}
        for table, turn in sorted({(self._table_of[column], turn) for column, turn in slots}):
            row = self._deal_row(table, kinds, frozenset(words.values()) - kinds)
            words.update({column + turn: entry for column, entry in row.items()})
        return words

    def deal_frame(self) -> str:
        """Return the frame of a comment, mostly an empty one."""
        return "{}" if self.random.random() < _SHARE_WITHOUT_FRAME else self.random.choice(self._frames)

    def _deal_row(self, table: str, kinds: frozenset[str], used_entries: frozenset[str]) -> Mapping[str, str]:
        uses, rows = self._uses[table], self._words[table]
        free = [
            number
            for number, row in enumerate(rows)
            if (table != "group" or not kinds or row["kind"] in kinds) and used_entries.isdisjoint(tuple(row.values())[:_COMPARED_ENTRIES])
        ]
        fewest = min(uses[number] for number in free)
        number = self.random.choice([number for number in free if uses[number] == fewest])
        uses[number] += 1
        return rows[number]


def _fill_block(block: TemplateBlock, number: int, dealer: _WordDealer) -> Iterator[SyntheticComment]:
    """Yield the comments that one block makes; its number names the pairs."""
    for line, pair in enumerate(block.pairs):
        for repetition in range(block.times):
            yield from _fill_templates(pair, block, dealer, pair=f"{number}.{line}.{repetition}")
    pools = [_repeat_shuffled(pool, dealer.random) for pool in (block.fine, block.abusive) if pool]
    for _ in range(block.times * max(len(block.fine), len(block.abusive))):
        yield from _fill_templates([next(pool) for pool in pools], block, dealer, pair=None)


def _repeat_shuffled(pool: Sequence[Template], source: random.Random) -> Iterator[Template]:
    """Yield the templates of a pool again and again, each time in another order."""
    while True:
        yield from source.sample(pool, len(pool))


def _fill_templates(
    templates: Sequence[Template], block: TemplateBlock, dealer: _WordDealer, *, pair: str | None
) -> Iterator[SyntheticComment]:
    """Yield a comment for each template, made of the same words and written in the same manner."""
    words = dealer.deal([template.text for template in templates], block.kinds)
    manner = dealer.random.random()
    frame = dealer.deal_frame()
    for template in templates:
        kinds = {words[f"kind{turn}"] for _, column, turn in _SLOT.findall(template.text) if column in _GROUP_COLUMNS}
        text = _SLOT.sub(lambda slot: _fill_slot(slot, words), template.text)
        label = Label.TOXIC if template.label is Label.HATEFUL and kinds and kinds <= _UNPROTECTED_KINDS else template.label
        group = words.get("they") if _speaks_of_group(template.text) else None
        yield SyntheticComment(write_in_manner(put_in_frame(text, frame), manner), label, block.capability, group, pair)


def _speaks_of_group(template: str) -> bool:
    return any(column in _GROUP_COLUMNS for _, column, _ in _SLOT.findall(template))


def _fill_slot(slot: re.Match[str], words: Mapping[str, str]) -> str:
    article, column, turn = slot.groups()
    word = words[column + turn]
    return f"{'an' if _SPOKEN_VOWEL.match(word) else 'a'} {word}" if article else word

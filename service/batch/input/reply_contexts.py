"""What comments answer, found in the dump itself: the texts of recent comments are remembered, within bounds, until replies come."""

import sys
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from service.batch.columnar.chunks import Chunk
from service.batch.input.values import parse_parent
from service.batch.rows import Row, RowId

__all__ = ["ReplyContexts"]

_MAX_LETTERS = 400
"""Letters that are remembered of a text; the encoder reads some thirty words of them."""
_MAX_SIZE = 16 << 20
_ENTRY_SIZE = 250
"""Bytes that an entry takes besides its text and its id, roughly."""


class _Remembered(NamedTuple):
    """What is remembered of a comment: the beginning of its text, and the title of what it comments on."""

    text: str | None
    title: str | None


class ReplyContexts:
    """Gives rows the texts of the comments that they answer, and titles, where the rows before them have these.

    A title belongs to a whole thread, so a reply has that of its parent. Of what has been remembered, the longest unused is forgotten
    first. No row is lost or changed in any other way.

    Args:
        max_size: the bytes that may be remembered, roughly.
    """

    def __init__(self, max_size: int = _MAX_SIZE) -> None:
        self._entries: OrderedDict[str, _Remembered] = OrderedDict()
        self._max_size = max_size
        self._size = 0

    def complete_rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield rows with what they answer."""
        for row in rows:
            parent_text, title = self._complete(row.id, row.text, row.parent, (row.parent_text, row.title), row.member)
            yield row if parent_text is row.parent_text and title is row.title else row._replace(parent_text=parent_text, title=title)

    def complete_chunk(self, chunk: Chunk) -> Chunk:
        """Return a chunk whose rows have what they answer."""
        known = zip(chunk.parent_texts, chunk.titles, strict=True)
        columns = (chunk.ids, chunk.texts, chunk.parents, known, chunk.members)
        contexts = [self._complete(*values) for values in zip(*columns, strict=True)]
        return replace(chunk, parent_texts=[text for text, _ in contexts], titles=[title for _, title in contexts])

    def _complete(
        self, row_id: RowId | None, text: str | None, parent: str | None, known: tuple[str | None, str | None], member: str | None
    ) -> tuple[str | None, str | None]:
        """Return the text of a row's parent and its title, those that are known if they are, and remember the row for its replies."""
        parent_text, title = known
        if parent is not None and (remembered := self._entries.get(_scoped_id(parent, member))) is not None:
            self._entries.move_to_end(_scoped_id(parent, member))
            parent_text = remembered.text if parent_text is None else parent_text
            title = remembered.title if title is None else title
        # As the parent of another row it may be written otherwise, with a prefix or as a number.
        if (text is not None or title is not None) and (key := parse_parent(row_id)) is not None:
            self._remember(_scoped_id(key, member), _Remembered(text and text[:_MAX_LETTERS], title and title[:_MAX_LETTERS]))
        return parent_text, title

    def _remember(self, key: str, entry: _Remembered) -> None:
        if (earlier := self._entries.pop(key, None)) is not None:
            self._size -= _entry_size(key, earlier)
        self._entries[key] = entry
        self._size += _entry_size(key, entry)
        while self._size > self._max_size:
            self._size -= _entry_size(*self._entries.popitem(last=False))


def _scoped_id(comment_id: str, member: str | None) -> str:
    """Return an id that tells comments apart which two members of an archive, such as two sites, call the same."""
    return comment_id if member is None else f"{member}\0{comment_id}"


def _entry_size(key: str, entry: _Remembered) -> int:
    return _ENTRY_SIZE + sum(map(sys.getsizeof, (key, entry.text, entry.title)))

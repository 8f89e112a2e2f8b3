"""Texts that are stored in parts: lists of strings, runs of rich text, and documents of editors, put together again."""

from collections.abc import Iterator, Mapping

__all__ = ["is_in_parts", "join_text_parts", "may_be_text"]

_MAX_PARTS = 100_000
_MAX_DEPTH = 40
_TEXT_KEYS = ("text", "plain_text", "simpleText", "insert", "value", "plain", "rendered", "raw", "body", "#text", "_", "$t")
"""Fields of a part that hold its text; the first that is a string is read."""
_LIST_KEYS = ("runs", "content", "children", "parts", "blocks", "nodes", "ops", "segments", "takeoutSegments", "text")
_BLOCK_TYPES = frozenset(
    {
        *("paragraph", "heading", "blockquote", "listItem", "list-item", "list_item", "codeBlock", "code_block", "code-block"),
        *("unstyled", "header-one", "header-two", "p", "li", "tableRow", "table_row", "header"),
    }
)
_DOCUMENT_TYPES = ("doc", "document", "root")
_BREAK_TYPES = frozenset({"hardBreak", "hard_break", "break", "br"})


def join_text_parts(value: object) -> str | None:
    """Return the text that the parts of a value make together.

    Strings and the texts of objects are put together as they stand; whole strings that do not carry the space between them get a
    space. Paragraphs of a document are lines of their own.

    Args:
        value: a list of parts, or an object that holds a text or parts.

    Returns:
        The text; None if there is none in it.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(part is None or isinstance(part, str) for part in value):
        return _join_strings([part for part in value if isinstance(part, str)])
    pieces: list[str] = []
    for number, piece in enumerate(_pieces(value, 0)):
        if number >= _MAX_PARTS:
            return None
        if piece == "\n" and (not pieces or pieces[-1].endswith("\n")):
            continue
        pieces.append(piece)
    return "".join(pieces).rstrip("\n") if pieces else None


def _is_document(value: object) -> bool:
    """Tell whether an object is a document of an editor: a text in paragraphs and other nodes."""
    return isinstance(value, Mapping) and value.get("type") in _DOCUMENT_TYPES and isinstance(value.get("content"), list)


def is_in_parts(value: object) -> bool:
    """Tell whether a value is a text in parts: a list of them, or a document of an editor."""
    return _is_document(value) or (isinstance(value, list) and join_text_parts(value) is not None)


def may_be_text(value: object, *, in_replies: bool) -> bool:
    """Tell whether a nested field holds a text; among the replies, one may be gone."""
    if value is None:
        return in_replies
    return isinstance(value, str) or (isinstance(value, list | dict) and join_text_parts(value) is not None)


def _join_strings(strings: list[str]) -> str | None:
    """Join strings: as they are if some carry the space between them, and otherwise with one."""
    if not strings:
        return None
    inner_edges = [*(string[:1] for string in strings[1:]), *(string[-1:] for string in strings[:-1])]
    return ("" if any(edge.isspace() for edge in inner_edges) else " ").join(strings)


def _pieces(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth > _MAX_DEPTH:
        return
    elif isinstance(value, list):
        for part in value:
            yield from _pieces(part, depth + 1)
    elif isinstance(value, Mapping):
        yield from _object_pieces(value, depth)


def _object_pieces(value: Mapping[str, object], depth: int) -> Iterator[str]:
    kind = value.get("type")
    if kind in _BREAK_TYPES:
        yield "\n"
        return
    text = next((value[key] for key in _TEXT_KEYS if isinstance(value.get(key), str)), None)
    is_block = isinstance(kind, str) and kind in _BLOCK_TYPES
    if is_block:
        yield "\n"
    if isinstance(text, str):
        yield text
    else:
        inner = next((value[key] for key in _LIST_KEYS if isinstance(value.get(key), list | dict)), None)
        if inner is not None:
            yield from _pieces(inner, depth + 1)
    if is_block:
        yield "\n"

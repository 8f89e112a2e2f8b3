"""Where the records are in an XML document of an unknown kind: the elements with a text in them that are repeated."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from xml.parsers import expat

from service.batch.input.columns.known_names import TEXT_NAMES
from service.batch.input.formats.xml.xml_schema import XmlSchema, column_of_element

__all__ = ["survey_xml"]

_MAX_PATHS = 1000
_MAX_DEPTH = 30
_MAX_LISTED = 8


class _Stop(Exception):  # noqa: N818 - a signal that passes through expat, not an error of ours
    """Enough has been seen, or the document declares entities."""


@dataclass
class _Element:
    """What is known of the elements at one path.

    Attributes:
        count: how many there are.
        texts: the name of an attribute, of an element in it that has none itself, or of the element for its own text → its letters.
        is_leaf: whether none of them has elements.
        has_attributes: whether one of them has attributes.
    """

    count: int = 0
    texts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    is_leaf: bool = True
    has_attributes: bool = False


def survey_xml(head: bytes) -> tuple[XmlSchema | None, list[str]]:
    """Find the elements of a document that are records.

    Args:
        head: the first bytes of the document.

    Returns:
        Where the records are, None if there are none with a text; and the names of the elements in the document, the most frequent first,
        eight at most.
    """
    elements = _count_elements(head)
    frequent = sorted(elements, key=lambda key: -elements[key].count)
    names = list(dict.fromkeys(key[-1] for key in frequent))[:_MAX_LISTED]
    records = [key for key in elements if _may_be_record(key, elements)]
    if not records:
        return None, names
    best = max(records, key=lambda key: (_has_known_text(elements[key]), sum(elements[key].texts.values()), len(key)))
    text_name = _text_name(elements[best])
    # Questions and answers, say, are records beside each other, if both have a text of the same name.
    others = [
        key
        for key in records
        if text_name in elements[key].texts and elements[key].texts[text_name] and key[-1] != text_name and key != best[:-1]
    ]
    parents = {key[-1]: key[:-1] for key in (*others, best)}
    is_text = text_name in parents
    schema = XmlSchema(frozenset(parents), parents, plain_attributes=True, own_text=text_name if is_text else "", nests=not is_text)
    return schema, names


def _count_elements(head: bytes) -> dict[tuple[str, ...], _Element]:
    """Return path → what is in the elements there, as far as the head of a document goes."""
    elements: dict[tuple[str, ...], _Element] = {}
    path: list[str] = []
    texts: list[int] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if path and (parent := elements.get(tuple(path))) is not None:
            parent.is_leaf = False
        name = column_of_element(name, attributes)
        path.append(name)
        texts.append(0)
        key = tuple(path)
        if len(path) > _MAX_DEPTH or (key not in elements and len(elements) >= _MAX_PATHS):
            raise _Stop
        element = elements.setdefault(key, _Element())
        element.count += 1
        for attribute, value in attributes.items():
            if attribute == "name" and value == name:
                continue
            element.has_attributes = True
            element.texts[attribute] += _letters(value)

    def add(text: str) -> None:
        if texts:
            texts[-1] += _letters(text)

    def end(_: str) -> None:
        letters, key = texts.pop(), tuple(path)
        name = path.pop()
        if letters and elements[key].is_leaf:
            elements[key].texts[name] += letters
            if (parent := elements.get(tuple(path))) is not None:
                parent.texts[name] += letters

    def refuse(*_: object) -> int:
        raise _Stop

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = begin, add, end
    parser.EntityDeclHandler = lambda *_: refuse() and None
    # A program may have written something before the document.
    head = head[max(head.find(b"<?xml"), 0) :]
    # What comes before something broken, or before the end of the head, is enough.
    with suppress(expat.ExpatError, ValueError, LookupError, _Stop):
        parser.Parse(head, False)
    # A text that is longer than the head counts as far as it has been read.
    while path:
        end(path[-1])
    return elements


def _may_be_record(key: tuple[str, ...], elements: dict[tuple[str, ...], _Element]) -> bool:
    """Tell whether elements are records: those in a larger one that hold a text, or that are texts repeated in the same element."""
    element = elements[key]
    if len(key) < len(("root", "record")) or not any(element.texts.values()):
        return False
    return not element.is_leaf or element.has_attributes or element.count > elements[key[:-1]].count


def _has_known_text(element: _Element) -> bool:
    return any(letters and name.casefold() in TEXT_NAMES for name, letters in element.texts.items())


def _text_name(element: _Element) -> str:
    """Return the name of the text of a record: one that is known, or that with most letters."""
    return max(element.texts, key=lambda name: (name.casefold() in TEXT_NAMES, element.texts[name]))


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))

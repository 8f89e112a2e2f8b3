"""The description of a kind of XML document: where its records are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ReferredTitles", "XmlSchema", "column_of_element"]

_COLUMN_ELEMENTS = frozenset({"field", "column", "col", "cell", "property", "str", "int", "long", "float", "double", "date", "bool"})
_MAX_COLUMN_LENGTH = 100


def column_of_element(name: str, attributes: Mapping[str, str]) -> str:
    """Return the column that an element is of: its attribute ``name`` where databases write one, and otherwise its own name."""
    column = attributes.get("name", "") if name in _COLUMN_ELEMENTS else ""
    return column if column.strip() and len(column) <= _MAX_COLUMN_LENGTH else name


@dataclass(frozen=True)
class ReferredTitles:
    """Titles that stand elsewhere in a document, in elements that records refer to by a key, such as threads.

    Attributes:
        element: the path of these elements.
        key: their attribute that holds the key.
        title: the name of the element in them that holds the title.
        reference: the field of a record that holds the key.
        field: the field of a record that gets the title.
    """

    element: str
    key: str
    title: str
    reference: str
    field: str


@dataclass(frozen=True)
class XmlSchema:
    """Where the records are in a kind of XML document.

    Attributes:
        record: the names of the elements that are records.
        parents: for each element that is a record or contains records, the names of the elements around it.
        context: for the path of each element whose text belongs to the records beside it, such as the title of the page that is
            commented on: what the records call it. It holds until the next ``holder`` begins.
        holder: the name of the element that contains records and their context.
        document_context: the same as ``context`` for texts that belong to all records of a document, such as the name of the site; of
            several elements with the same name in records, the first that is not empty counts.
        titles: the titles that records refer to; None if there are none.
        plain_attributes: whether attributes of a record are fields like elements in it, without ``@`` before their names.
        own_text: the field that holds the text of a record that has some besides its elements; empty if records have none.
        joined: the attributes of elements in a record of which there may be several, whose values are joined by line ends.
        replaced: the elements in a record of which only the last counts, such as those of the newest revision.
        nests: whether a record in another one is a record of its own, which answers it.
    """

    record: frozenset[str]
    parents: dict[str, tuple[str, ...]]
    context: dict[str, str] = field(default_factory=dict)
    holder: str = ""
    document_context: dict[str, str] = field(default_factory=dict)
    titles: ReferredTitles | None = None
    plain_attributes: bool = False
    own_text: str = ""
    joined: frozenset[str] = frozenset()
    replaced: frozenset[str] = frozenset()
    nests: bool = False

    @property
    def roots(self) -> frozenset[str]:
        """The names of the elements that documents of this kind consist of."""
        return frozenset(path[0] for path in self.parents.values() if path)

"""The description of a platform's dumps: the names of their fields, and how their records become comments."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from model.comment import Format
from service.batch.input.columns.column_names import find_columns
from service.batch.rows import Columns, Reason

__all__ = ["ANY_HTML_TABLE", "ANY_TABLE", "ENVELOPE_FIELD", "FILE_FIELD", "FORMAT_FIELD", "REMARK_FIELD", "Platform", "RecordFields"]

RecordFields = Mapping[str, object]
FORMAT_FIELD = "\0format"
"""The field in which ``prepare`` puts the format of a text, where one dump holds texts in several formats."""
REMARK_FIELD = "\0remark"
"""The field in which ``prepare`` puts a remark for people about how it read a record, such as that an encoding was mended."""
ENVELOPE_FIELD = "\0envelope"
"""The field in which a platform that needs it finds what stood around the record: a mapping, empty where nothing did."""
FILE_FIELD = "\0file"
"""The field in which a platform that needs it finds the name of the file, or of the archive and its member."""

_MAX_RECOGNISED_RECORDS = 20


@dataclass(frozen=True)
class Platform:
    """The dumps of one platform, or one kind of them.

    Attributes:
        name: what ``--format`` calls the platform; empty for any table.
        description: what people call the records, such as ``comments of Reddit``; empty for any table.
        signatures: sets of field names in small letters; a dump with all names of one set is of this platform.
        recognises: tells by the values of a record whether it may be of this platform, where names alone do not tell; then a dump is of
            it if one of its first records is recognised, and if the names fit, where there are signatures.
        columns: the fields that hold text, id and so on, in what ``prepare`` returns.
        format: how the texts are written.
        prepare: returns the fields that ``columns`` names, made from those of a record, and the reason if it is no comment; None
            leaves the fields as they are.
        unfold: returns the records that one record contains; None where a record is one comment at most.
        extra_fields: the fields that ``prepare`` needs besides those of ``columns``.
        needs_context: whether ``prepare`` and ``unfold`` find ``ENVELOPE_FIELD`` and ``FILE_FIELD`` among the fields.
    """

    name: str
    description: str
    signatures: tuple[frozenset[str], ...]
    columns: Columns
    format: Format = Format.PLAIN
    prepare: Callable[[RecordFields], tuple[RecordFields, Reason | None]] | None = None
    unfold: Callable[[RecordFields], Iterable[RecordFields]] | None = None
    extra_fields: tuple[str, ...] = ()
    recognises: Callable[[RecordFields], bool] | None = None
    needs_context: bool = False

    @property
    def is_flat(self) -> bool:
        """Whether a row needs the fields in ``columns``, and no others."""
        return self.prepare is None and self.unfold is None

    def matches(self, names: Iterable[str], sample: Iterable[RecordFields] = ()) -> bool:
        """Tell whether records with fields of these names are of this platform.

        Args:
            names: the names.
            sample: some of the records, which only platforms with ``recognises`` look at.
        """
        folded = {name.strip().casefold() for name in names}
        if self.recognises is None:
            return any(signature <= folded for signature in self.signatures)
        has_names = not self.signatures or any(signature <= folded for signature in self.signatures)
        return has_names and any(map(self.recognises, islice(sample, _MAX_RECOGNISED_RECORDS)))

    def find_signature(self, names: Iterable[str]) -> list[str]:
        """Return the names, among those of a file, by which it is of this platform; none where they are not what tells."""
        folded = {name.strip().casefold() for name in names}
        return sorted(next((signature for signature in self.signatures if signature <= folded), ()))

    def find_own_columns(self, names: list[str]) -> Columns:
        """Return ``columns`` as a file spells them; some exports have changed the case of their headers over the years.

        Args:
            names: the columns of the file.
        """

        def spelling(name: str) -> str:
            return next(iter(find_columns(names, name)), name)

        columns = self.columns
        others = (columns.id, columns.author, columns.parent, columns.time, columns.parent_text, columns.title, columns.place)
        return Columns(spelling(columns.text), *(None if name is None else spelling(name) for name in others))


ANY_TABLE = Platform("", "", (), Columns("text", "id"))
"""A table of no known platform, whose columns are chosen by their names."""

ANY_HTML_TABLE = Platform("", "", (), Columns("text", "id"), Format.HTML)
"""Such a table whose texts are written in HTML."""

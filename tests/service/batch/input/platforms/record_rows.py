"""A helper with which tests read records of a platform that are no file yet."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.batch.input.platforms.known_platforms import recognise_platform
from service.batch.input.platforms.row_builder import build_rows
from service.batch.input.records import DumpRecord
from service.batch.rows import DumpOptions, Row

__all__ = ["read_records"]


def read_records(
    records: Sequence[Mapping[str, Any]], description: str, *, envelope: Mapping[str, object] | None = None, file: str = "dump"
) -> list[Row]:
    """Return the rows of some records, which must be recognised as what the description says.

    Args:
        records: the records, as a reader finds them in a file.
        description: what their platform is called.
        envelope: what stands around them.
        file: the name of their file.
    """
    names = list(dict.fromkeys(name for record in records for name in record))
    platform = recognise_platform(names, records)
    assert platform is not None
    assert platform.description == description
    dump_records = [DumpRecord(number, None, record, None, envelope) for number, record in enumerate(records, start=1)]
    columns = platform.find_own_columns(names)
    return list(build_rows(dump_records, platform, columns, options=DumpOptions(contexts=True), names=names, strict=False, file=file))

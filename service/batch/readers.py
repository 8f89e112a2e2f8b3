"""From a file of comments to its rows, lazily: the format is found from the content, not from the name alone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

from model.errors import DumpError
from service.batch.columnar import MAGIC, open_parquet
from service.batch.columns import knows_text
from service.batch.delimited import header_of, read_csv
from service.batch.jsonlines import BLANK, read_jsonl
from service.batch.rows import ReadAs, Reading, Wanted
from service.batch.streams import STDIN, Source, open_source

__all__ = ["open_reading"]

_LOOK = 20
_NOT_JSON = object()
_JSON_SUFFIXES = {".jsonl", ".ndjson", ".json"}
_CSV_SUFFIXES = {".csv", ".tsv", ".tab"}
_FOREIGN = {
    b"\x1f\x8b": "compressed with gzip; unpack it first: gunzip -c FILE | tipstaff score -",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first: zstd -dc FILE | tipstaff score -",
    b"BZh91AY&SY": "compressed with bzip2; unpack it first: bunzip2 -c FILE | tipstaff score -",
    b"\xfd7zXZ": "compressed with xz; unpack it first: xz -dc FILE | tipstaff score -",
    b"PK\x03\x04": "a ZIP archive or a spreadsheet; unpack it, or save it as CSV",
    b"\xff\xfe\x00\x00": "UTF-32; convert it first: iconv -f UTF-32 -t UTF-8 FILE | tipstaff score -",
    b"\x00\x00\xfe\xff": "UTF-32; convert it first: iconv -f UTF-32 -t UTF-8 FILE | tipstaff score -",
}


@contextmanager
def open_reading(path: str, wanted: Wanted) -> Iterator[Reading]:
    """Open a file of comments: JSON Lines, delimited text or Parquet.

    Args:
        path: the file; ``-`` is standard input.
        wanted: what the caller knows about it.

    Raises:
        DumpError: the file is of another kind, is damaged, or does not say which column holds the text.
        OSError: it cannot be opened or read.
    """
    with open_source(path) as source:
        for magic, what in _FOREIGN.items():
            if source.head.startswith(magic):
                raise DumpError(f"{source.name} is {what}")
        if source.head.startswith(MAGIC):
            if path == STDIN or source.size is None:
                raise DumpError(f"{source.name} is a Parquet file in a pipe, which cannot be read; name the file itself")
            with open_parquet(path, wanted) as reading:
                yield reading
        elif (wanted.read_as or _format_of(source, wanted)) is ReadAs.JSONL:
            yield read_jsonl(source, wanted)
        else:
            yield read_csv(source, wanted)


def _format_of(source: Source, wanted: Wanted) -> ReadAs:
    first = [line for line in source.head_text.split("\n") if line.strip(BLANK)][:_LOOK]
    if not first:
        return ReadAs.CSV
    suffix = PurePath(source.name).suffix.lower()
    start = first[0].lstrip(BLANK)
    parsed = [_parsed(line) for line in first]
    if start[0] in "{[":
        if _spans_lines(start, parsed):
            raise DumpError(f"{source.name} is one JSON document; write one object a line: jq -c '.[]' FILE (of an array)")
        return ReadAs.JSONL
    if suffix in _JSON_SUFFIXES and parsed[0] is not _NOT_JSON:
        return ReadAs.JSONL
    if suffix in _CSV_SUFFIXES or knows_text(header_of(source.head_text, wanted)[1], wanted):
        return ReadAs.CSV
    looks = suffix in _JSON_SUFFIXES or any(isinstance(value, dict) for value in parsed) or _NOT_JSON not in parsed
    return ReadAs.JSONL if looks else ReadAs.CSV


def _spans_lines(start: str, parsed: list[object]) -> bool:
    """Tell whether a text that begins like JSON is one document rather than one in each line."""
    if len(parsed) == 1 and isinstance(parsed[0], list):
        return any(isinstance(value, dict) for value in parsed[0])
    if start.strip(BLANK) == "[":
        return True
    broken = parsed[0] is _NOT_JSON and not any(isinstance(value, dict) for value in parsed)
    return broken and (start.strip(BLANK) == "{" or start.startswith("[{"))


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return _NOT_JSON

"""Judged rows as JSON Lines, CSV or Parquet, into an open file."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import numpy as np

from model.comment import LABELS, VERDICTS
from service.batch.columnar.arrow_columns import ArrowColumn, arrow_constant
from service.batch.rows import RowId, WriteAs
from service.batch.scored_chunks import ScoredChunk

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COLUMNS", "Sink", "columns_of", "ending", "quoted", "schema_of", "sink_for"]

COLUMNS = (
    *("id", "label", "fine", "toxic", "hateful", "verdict", "model", "reason"),
    *("dump", "row", "author", "parent", "created_at", "foreign"),
)
"""The columns of every output, in order; those that are kept follow."""

_ROW_GROUP = 1 << 16
# Columns of few different values. A dictionary of all authors and threads takes 15 MB and makes the file no smaller.
_REPEATED = ("label", "verdict", "model", "reason", "dump", "language")
_NOBODY_ASKED = "nobody asked"
_JSON_BOOLS: Mapping[bool | None, str] = {None: "null", False: "false", True: "true"}
_CSV_BOOLS: Mapping[bool | None, str] = {None: "", False: "false", True: "true"}
_encode: Callable[[str], str] = encode_basestring


class Sink(Protocol):
    """Takes judged rows, some at a time."""

    def write(self, judged: ScoredChunk) -> None:
        """Write rows below those that were written before."""

    def finish(self) -> None:
        """Write what is held back; nothing follows."""

    def abandon(self) -> None:
        """Let go of the file, which is about to vanish; nothing follows. Never raises."""


@contextmanager
def ending(sink: Sink) -> Iterator[None]:
    """Finish a sink when the block ends well, abandon it when it raises."""
    try:
        yield
        sink.finish()
    except BaseException:
        sink.abandon()
        raise


def columns_of(keep: Sequence[str], *, language: bool = False) -> tuple[str, ...]:
    """Return the columns of an output: a kept one that is called as one of ours gets ``kept_`` before its name.

    Args:
        keep: columns of the input that are passed on.
        language: whether there is one with the language.
    """
    ours = (*COLUMNS, "language") if language else COLUMNS
    return (*ours, *(f"kept_{name}" if name in ours else name for name in keep))


def sink_for(write_as: WriteAs, file: BinaryIO, *, keep: Sequence[str] = (), language: bool = False, header: bool = True) -> Sink:
    """Return what writes rows into an open file.

    Args:
        write_as: the format.
        file: where to.
        keep: columns of the input that are passed on.
        language: whether there is a column with the language.
        header: whether a CSV file begins with the names of its columns.
    """
    if write_as is WriteAs.JSONL:
        return _JsonLines(file, keep, language)
    if write_as is WriteAs.CSV:
        return _Csv(file, keep, language, header=header)
    return _Parquet(file, keep, language)


class _JsonLines:
    def __init__(self, file: BinaryIO, keep: Sequence[str], language: bool) -> None:
        self._file = file
        names = columns_of(keep, language=language)[-len(keep) :] if keep else ()
        self._keep, self._names = keep, [f",{_encode(name)}:" for name in names]

    def write(self, judged: ScoredChunk) -> None:
        tail = f'"model":{_encode(judged.version)},"reason":'
        dump = f',"dump":{_encode(judged.dump)},"row":'
        none = '"label":null,"fine":null,"toxic":null,"hateful":null,"verdict":null'
        written = [
            f'{{"id":{_json(row_id)},{none},{tail}{_encode(reason)}{dump}{self._rest(*rest)}}}\n'
            if reason is not None
            else f'{{"id":{_json(row_id)},"label":"{LABELS[label]}","fine":{fine!r},"toxic":{toxic!r},"hateful":{hateful!r},'
            f'"verdict":"{VERDICTS[verdict]}",{tail}null{dump}{self._rest(*rest)}}}\n'
            for row_id, label, (fine, toxic, hateful), verdict, reason, *rest in _by_row(judged, self._keep)
        ]
        self._file.write("".join(written).encode())

    def _rest(  # noqa: PLR0917 - one call for each row: keywords cost a tenth of the writing
        self,
        line: int,
        author: str | None,
        parent: str | None,
        time: str | None,
        foreign: bool | None,
        language: str | None,
        *extra: object,
    ) -> str:
        created = f'"{time}"' if time is not None else "null"
        kept = "".join(f"{name}{_json(value)}" for name, value in zip(self._names, extra, strict=True))
        spoken = "" if language is _NOBODY_ASKED else f',"language":{_json(language)}'
        people = f'"author":{_json(author)},"parent":{_json(parent)}'
        return f'{line},{people},"created_at":{created},"foreign":{_JSON_BOOLS[foreign]}{spoken}{kept}'

    def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass


def _json(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return _encode(value)
    if type(value) is int:
        return str(value)
    return _whole(json.dumps(value, ensure_ascii=False, default=str))


def _whole(text: str) -> str:
    """Put U+FFFD where half a surrogate pair would break the encoding."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Csv:
    def __init__(self, file: BinaryIO, keep: Sequence[str], language: bool, *, header: bool) -> None:
        self._file = file
        self._keep = keep
        if header:
            self._file.write((",".join(map(quoted, columns_of(keep, language=language))) + "\n").encode())

    def write(self, judged: ScoredChunk) -> None:
        version, dump = quoted(judged.version), quoted(judged.dump)
        written = [
            f"{quoted(row_id)},,,,,,{version},{quoted(reason)},{dump},{self._rest(*rest)}\n"
            if reason is not None
            else f"{quoted(row_id)},{LABELS[label]},{fine!r},{toxic!r},{hateful!r},{VERDICTS[verdict]},{version},,{dump},"
            f"{self._rest(*rest)}\n"
            for row_id, label, (fine, toxic, hateful), verdict, reason, *rest in _by_row(judged, self._keep)
        ]
        self._file.write("".join(written).encode())

    def _rest(  # noqa: PLR0917 - one call for each row: keywords cost a tenth of the writing
        self,
        line: int,
        author: str | None,
        parent: str | None,
        time: str | None,
        foreign: bool | None,
        language: str | None,
        *extra: object,
    ) -> str:
        kept = "".join("," + quoted(_plain(value) or "") for value in extra)
        spoken = "" if language is _NOBODY_ASKED else f",{language or ''}"
        return f"{line},{quoted(author or '')},{quoted(parent or '')},{time or ''},{_CSV_BOOLS[foreign]}{spoken}{kept}"

    def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass


def _plain(value: object) -> str | None:
    """Return a kept value as text, None where there is none."""
    return value if value is None or isinstance(value, str) else _json(value)


def quoted(cell: RowId) -> str:
    """Return a cell of CSV, in quotes if it needs them."""
    # Not csv.writer: it leaves a lone carriage return bare (until Python 3.13), and every reader ends the row there.
    text = str(cell)
    return '"' + text.replace('"', '""') + '"' if any(char in text for char in ',"\r\n') else text


def _by_row(judged: ScoredChunk, keep: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield for each row its id, label, scores, verdict, reason; then what ``_rest`` takes."""
    chunk = judged.chunk
    columns = (judged.ids, judged.labels.tolist(), judged.scores.tolist(), judged.verdicts.tolist(), judged.reasons)
    languages = [_NOBODY_ASKED] * len(chunk) if judged.languages is None else judged.languages
    foreign = [None] * len(chunk) if judged.foreign is None else judged.foreign
    rest = (chunk.lines, chunk.authors, chunk.parents, chunk.created(), foreign, languages, *(chunk.extra[name] for name in keep))
    return zip(*columns, *rest, strict=True)


def schema_of(columns: Sequence[str]) -> "pa.Schema":
    """Return the types of the columns in Parquet; what is kept is text."""
    import pyarrow as pa

    known = dict.fromkeys(("fine", "toxic", "hateful"), pa.float64()) | {"row": pa.int64(), "created_at": pa.timestamp("us", tz="UTC")}
    known["foreign"] = pa.bool_()
    return pa.schema([(name, known.get(name, pa.string())) for name in columns])


class _Parquet:
    """Collects rows into row groups: readers want large ones, memory small ones."""

    def __init__(self, file: BinaryIO, keep: Sequence[str], language: bool) -> None:
        import pyarrow.parquet as pq

        self._keep = keep
        self._schema = schema_of(columns_of(keep, language=language))
        repeated = [name for name in _REPEATED if name in self._schema.names]
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd", use_dictionary=repeated)
        self._held: list[pa.RecordBatch] = []
        self._count = 0

    def write(self, judged: ScoredChunk) -> None:
        import pyarrow as pa

        missing = judged.labels < 0
        chunk = judged.chunk
        columns = [
            judged.ids.array.cast(pa.string()) if isinstance(judged.ids, ArrowColumn) else [str(row_id) for row_id in judged.ids],
            _named(judged.labels, tuple(map(str, LABELS))),
            *(pa.array(column, mask=missing) for column in judged.scores.T),
            _named(judged.verdicts, tuple(map(str, VERDICTS))),
            pa.repeat(arrow_constant(judged.version), len(chunk)),
            judged.reasons,
            pa.repeat(arrow_constant(judged.dump), len(chunk)),
            np.asarray(chunk.lines),
            chunk.authors,
            chunk.parents,
            chunk.times,
            pa.nulls(len(chunk), pa.bool_()) if judged.foreign is None else judged.foreign,
            *([judged.languages] if judged.languages is not None else []),
            *([_plain(value) for value in chunk.extra[name]] for name in self._keep),
        ]
        arrays = [_array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._held.append(pa.record_batch(arrays, schema=self._schema))
        self._count += len(chunk)
        if self._count >= _ROW_GROUP:
            self._write_group()

    def finish(self) -> None:
        if self._held:
            self._write_group()
        self._writer.close()

    def abandon(self) -> None:
        # The writer would try once more when it is collected, long after its file is gone.
        with suppress(Exception):
            self._writer.close()
        self._writer.is_open = False

    def _write_group(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_batches(self._held))
        self._held, self._count = [], 0


def _array(column: Any, kind: "pa.DataType") -> "pa.Array[Any]":
    import pyarrow as pa

    if isinstance(column, ArrowColumn):
        return column.array
    return column if isinstance(column, pa.Array) else pa.array(column, kind)


def _named(codes: "np.ndarray[tuple[int], np.dtype[np.int8]]", names: tuple[str, ...]) -> "pa.Array":
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), arrow_constant(names)).cast(pa.string())

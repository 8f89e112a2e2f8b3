"""Where judged rows go: JSON Lines, CSV or Parquet, into a file that appears only when it is whole, or to standard output."""

import errno
import io
import json
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

from model.comment import LABELS, VERDICTS
from model.errors import DumpError
from service.batch.rows import RowId, WriteAs

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["COLUMNS", "Judged", "Sink", "format_by_name", "open_sink"]

COLUMNS = ("id", "label", "fine", "toxic", "hateful", "verdict", "model", "reason")
"""The columns of every output, in order."""

_BUFFER = 1 << 20
_ROW_GROUP = 1 << 16


@dataclass(frozen=True)
class Judged:
    """n rows with their judgement, column by column.

    Attributes:
        ids: (n,) what each row is called.
        labels: (n,) int8 codes into ``LABELS``, -1 where there is a reason.
        scores: (n, 3) probabilities in the order of ``LABELS``; NaN where there is a reason.
        verdicts: (n,) int8 codes into ``VERDICTS``, -1 where there is a reason.
        reasons: (n,) why a row was not judged, None where it was.
        version: the artefact that judged.
    """

    ids: Sequence[RowId]
    labels: npt.NDArray[np.int8]
    scores: npt.NDArray[np.float64]
    verdicts: npt.NDArray[np.int8]
    reasons: Sequence[str | None]
    version: str


class Sink(Protocol):
    """Takes judged rows, some at a time."""

    def write(self, judged: Judged) -> None:
        """Write rows below those that were written before."""

    def finish(self) -> None:
        """Write what is held back; nothing follows."""

    def abandon(self) -> None:
        """Let go of the file, which is about to vanish; nothing follows. Never raises."""


def format_by_name(out: Path) -> WriteAs:
    """Tell the format from a file's name.

    Raises:
        DumpError: the name says none.
    """
    formats = {".jsonl": WriteAs.JSONL, ".ndjson": WriteAs.JSONL, ".csv": WriteAs.CSV, ".parquet": WriteAs.PARQUET, ".pq": WriteAs.PARQUET}
    try:
        return formats[out.suffix.lower()]
    except KeyError:
        raise DumpError(f"{out}: the name does not say the format; end it in {', '.join(formats)}, or give --to") from None


@contextmanager
def open_sink(out: Path | None, write_as: WriteAs) -> Iterator[Sink]:
    """Open a sink; the file appears under its name when the block ends well, and not at all when it raises.

    Args:
        out: the file, replaced if it is there; None is standard output.
        write_as: the format.

    Raises:
        OSError: the file cannot be written; it names the file.
    """
    sinks: dict[WriteAs, Callable[[BinaryIO], Sink]] = {WriteAs.JSONL: _JsonLines, WriteAs.CSV: _Csv, WriteAs.PARQUET: _Parquet}
    with _standard_output() if out is None else _replacement(out) as file:
        sink = sinks[write_as](file)
        try:
            yield sink
            sink.finish()
        except BaseException:
            sink.abandon()
            raise


@contextmanager
def _standard_output() -> Iterator[BinaryIO]:
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@contextmanager
def _replacement(out: Path) -> Iterator[BinaryIO]:
    target = Path(os.path.realpath(out))
    mode = _mode_of(target)
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder; name a file in it", str(out))
    if mode is not None and not stat.S_ISREG(mode):
        # A device or a pipe is written to, never replaced.
        with _open(target, "wb", out) as file:
            yield file
        return
    part = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with _open(part, "xb", out) as file:
            if mode is not None:
                part.chmod(stat.S_IMODE(mode))
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _mode_of(target: Path) -> int | None:
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


def _open(path: Path, mode: str, out: Path) -> BinaryIO:
    try:
        return io.BufferedWriter(_Output(path, mode, out), _BUFFER)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(out)) from error


class _Output(io.FileIO):
    """A file whose errors of writing name it as the caller does; the operating system's do not name it at all."""

    def __init__(self, path: Path, mode: str, out: Path) -> None:
        super().__init__(path, mode)
        self._out = out

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._out)) from error


class _JsonLines:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._encode = json.JSONEncoder(ensure_ascii=False).encode

    def write(self, judged: Judged) -> None:
        tail = f'"model":{self._encode(judged.version)},"reason":'
        none = '"label":null,"fine":null,"toxic":null,"hateful":null,"verdict":null'
        written = [
            f'{{"id":{self._encode(row_id)},{none},{tail}{self._encode(reason)}}}\n'
            if reason is not None
            else f'{{"id":{self._encode(row_id)},"label":"{LABELS[label]}","fine":{fine!r},"toxic":{toxic!r},"hateful":{hateful!r},'
            f'"verdict":"{VERDICTS[verdict]}",{tail}null}}\n'
            for row_id, label, (fine, toxic, hateful), verdict, reason in _by_row(judged)
        ]
        self._file.write("".join(written).encode())

    def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass


class _Csv:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._file.write(f"{','.join(COLUMNS)}\n".encode())

    def write(self, judged: Judged) -> None:
        version = _quoted(judged.version)
        written = [
            f"{_quoted(row_id)},,,,,,{version},{_quoted(reason)}\n"
            if reason is not None
            else f"{_quoted(row_id)},{LABELS[label]},{fine!r},{toxic!r},{hateful!r},{VERDICTS[verdict]},{version},\n"
            for row_id, label, (fine, toxic, hateful), verdict, reason in _by_row(judged)
        ]
        self._file.write("".join(written).encode())

    def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass


def _quoted(cell: RowId) -> str:
    # Not csv.writer: it leaves a lone carriage return bare (until Python 3.13), and every reader ends the row there.
    text = str(cell)
    return '"' + text.replace('"', '""') + '"' if any(char in text for char in ',"\r\n') else text


def _by_row(judged: Judged) -> Iterator[tuple[RowId, int, list[float], int, str | None]]:
    return zip(judged.ids, judged.labels.tolist(), judged.scores.tolist(), judged.verdicts.tolist(), judged.reasons, strict=True)


class _Parquet:
    """Collects rows into row groups: readers want large ones, memory small ones."""

    def __init__(self, file: BinaryIO) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        numbers = {"fine", "toxic", "hateful"}
        self._schema = pa.schema([(name, pa.float64() if name in numbers else pa.string()) for name in COLUMNS])
        self._writer = pq.ParquetWriter(file, self._schema)
        self._held: list[pa.RecordBatch] = []
        self._count = 0

    def write(self, judged: Judged) -> None:
        import pyarrow as pa

        missing = judged.labels < 0
        columns = [
            [str(row_id) for row_id in judged.ids],
            [LABELS[code] if code >= 0 else None for code in judged.labels.tolist()],
            *(pa.array(column, mask=missing) for column in judged.scores.T),
            [VERDICTS[code] if code >= 0 else None for code in judged.verdicts.tolist()],
            [judged.version] * len(judged.ids),
            list(judged.reasons),
        ]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._held.append(pa.record_batch(arrays, schema=self._schema))
        self._count += len(judged.ids)
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

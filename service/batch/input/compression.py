"""Bytes out of gzip, bzip2, xz and zstd, in bounded memory; where a stream breaks off or is damaged, it ends and says so."""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from model.errors import DumpError
from service.batch.rows import Reason

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["Damage", "Unpacked", "compression_of"]

_CHUNK = 1 << 16
_MOST_OUT = 1 << 18
_ZSTD_SLICE = 1 << 10
"""Bytes of zstd that are unpacked at once: there is no bound for what they hold but 128 KiB for each 4 of them."""
_ZSTD_WINDOW = 1 << 31
"""The window of Reddit's dumps, ``zstd --long=31``."""
_XZ_MEMORY = 1 << 28
_FREE = 1 << 30
_MOST_RATIO = 1100
"""How often larger than packed a stream of more than ``_FREE`` bytes may be; gzip cannot pass 1032."""


class Damage(NamedTuple):
    """Why a stream ends before its end, and at which byte of the packed file, as far as it was read."""

    reason: Reason
    offset: int


class _Decoder(Protocol):
    """One member of a compressed file, as ``bz2.BZ2Decompressor`` has it."""

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(31)
        self._full = False

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        found = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._full = len(found) == max_length
        return found

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._full and not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


class _Zstd:
    def __init__(self) -> None:
        import zstandard

        self._inner = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self._left = b""

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        self._left += data
        now, self._left = self._left[:_ZSTD_SLICE], self._left[_ZSTD_SLICE:]
        return self._inner.decompress(now) if now else b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._left

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data + self._left


def _bzip2() -> _Decoder:
    return bz2.BZ2Decompressor()


def _xz() -> _Decoder:
    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)


_MAGIC: tuple[tuple[bytes, Callable[[], _Decoder]], ...] = (
    (b"\x1f\x8b\x08", _Gzip),
    (b"BZh", _bzip2),
    (b"\xfd7zXZ\x00", _xz),
    (b"\x28\xb5\x2f\xfd", _Zstd),
    *((bytes([0x50 + number]) + b"\x2a\x4d\x18", _Zstd) for number in range(16)),
)
_BZIP2_BLOCK = (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")


def compression_of(head: bytes) -> Callable[[], _Decoder] | None:
    """Return what unpacks bytes that begin like that, None if they are not compressed."""
    for magic, make in _MAGIC:
        if head.startswith(magic) and (magic != b"BZh" or (head[3:4].isdigit() and head[4:10] in _BZIP2_BLOCK)):
            return make
    return None


class Unpacked(io.RawIOBase):
    """The bytes of a compressed stream, all of its members one after another.

    Attributes:
        damage: why the stream ended before its end; None as long as it did not.
    """

    def __init__(self, file: BinaryIO, name: str, make: Callable[[], _Decoder]) -> None:
        """Unpack a stream.

        Args:
            file: the packed bytes.
            name: what messages call them.
            make: begins a member.
        """
        self._file = file
        self._name = name
        self._make = make
        self._decoder = make()
        self._out = memoryview(b"")
        self._pending = b""
        self._taken = self._given = 0
        self._ended = False
        self.damage: Damage | None = None

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read bytes; raises DumpError where a stream unpacks to a thousand times its size, as only a trap does."""
        while not self._out and not self._ended:
            self._out = memoryview(self._step())
        view = memoryview(buffer).cast("B")
        count = min(len(view), len(self._out))
        view[:count] = self._out[:count]
        self._out = self._out[count:]
        return count

    def _step(self) -> bytes:
        if self._decoder.eof:
            self._next_member()
            return b""
        data, self._pending = self._pending, b""
        at_end = False
        if not data and self._decoder.needs_input:
            data = self._read()
            at_end = not data
        try:
            found = self._decoder.decompress(data, _MOST_OUT)
        except Exception as error:
            self._end(Reason.DAMAGED if _is_damage(error) else None, error)
            return b""
        if at_end and not found and not self._decoder.eof:
            self._end(Reason.TRUNCATED)
        self._given += len(found)
        if self._given > _FREE and self._given > _MOST_RATIO * self._taken:
            raise DumpError(f"{self._name} unpacks to more than {_MOST_RATIO} times its size, as only a trap does; unpack it yourself")
        return found

    def _next_member(self) -> None:
        # Tapes and some writers fill the last block up with zeros.
        rest = self._decoder.unused_data.lstrip(b"\0")
        while len(rest) < 10:
            more = self._read()
            if not more:
                break
            rest = (rest + more).lstrip(b"\0")
        make = compression_of(rest)
        if not rest:
            self._end(None)
        elif make is None:
            self._end(Reason.DAMAGED)
        else:
            self._decoder, self._pending = make(), rest

    def _read(self) -> bytes:
        found = self._file.read(_CHUNK) or b""
        self._taken += len(found)
        return found

    def _end(self, reason: Reason | None, error: Exception | None = None) -> None:
        if error is not None and reason is None:
            raise error
        self._ended = True
        if reason is not None:
            self.damage = Damage(reason, self._taken)


def _is_damage(error: Exception) -> bool:
    import zstandard

    return isinstance(error, zlib.error | lzma.LZMAError | zstandard.ZstdError | OSError | EOFError | ValueError)

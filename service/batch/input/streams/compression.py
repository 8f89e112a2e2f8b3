"""Decompression of gzip, bzip2, xz and zstd in bounded memory; a stream that is cut off or damaged ends there, and says why."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import BinaryIO, NamedTuple, Protocol

from service.batch.input.streams.byte_stream import ByteStream
from service.batch.rows import Reason

__all__ = ["DecompressedStream", "StreamDamage", "find_decoder"]

_CHUNK_SIZE = 1 << 16
_MAX_OUTPUT = 1 << 18
_ZSTD_SLICE = 1 << 10
"""Bytes of zstd that are decompressed at once: 4 of them can hold 128 KiB, and the decoder knows no other bound."""
_ZSTD_WINDOW = 1 << 31
"""The window of Reddit's dumps, ``zstd --long=31``."""
_XZ_MEMORY = 1 << 28
_MAX_SIGNATURE_LENGTH = 10
_WINDOW_BITS_GZIP = 31
"""What zlib calls a window of 32 KiB with the header and the checksum of gzip."""


class StreamDamage(NamedTuple):
    """Why a stream ends too early.

    Attributes:
        reason: truncated or damaged.
        offset: how many bytes of the compressed file had been read.
    """

    reason: Reason
    offset: int


class _Decoder(Protocol):
    """Decodes one member of a compressed file; the interface is that of ``bz2.BZ2Decompressor``."""

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


class _GzipDecoder:
    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(_WINDOW_BITS_GZIP)
        self._has_more_output = False

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        output = self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)
        self._has_more_output = len(output) == max_length
        return output

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        return not self._has_more_output and not self._decoder.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data


class _ZstdDecoder:
    def __init__(self) -> None:
        import zstandard

        self._decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self._input = b""

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        self._input += data
        piece, self._input = self._input[:_ZSTD_SLICE], self._input[_ZSTD_SLICE:]
        return self._decoder.decompress(piece) if piece else b""

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        return not self._input

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data + self._input


def _bzip2_decoder() -> _Decoder:
    return bz2.BZ2Decompressor()


def _xz_decoder() -> _Decoder:
    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)


_BZIP2_SIGNATURE = b"BZh"
_SIGNATURES: tuple[tuple[bytes, Callable[[], _Decoder]], ...] = (
    (b"\x1f\x8b\x08", _GzipDecoder),
    (_BZIP2_SIGNATURE, _bzip2_decoder),
    (b"\xfd7zXZ\x00", _xz_decoder),
    (b"\x28\xb5\x2f\xfd", _ZstdDecoder),
    *((bytes([0x50 + number]) + b"\x2a\x4d\x18", _ZstdDecoder) for number in range(16)),
)
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")


def find_decoder(head: bytes) -> Callable[[], _Decoder] | None:
    """Return the factory of decoders for a stream that begins with these bytes; None if it is not compressed."""
    for signature, decoder_factory in _SIGNATURES:
        if head.startswith(signature) and (signature != _BZIP2_SIGNATURE or _is_bzip2(head)):
            return decoder_factory
    return None


def _is_bzip2(head: bytes) -> bool:
    """Tell bzip2 from a text that happens to begin with ``BZh``: block size and first block must follow."""
    return head[3:4].isdigit() and head[4:10] in _BZIP2_BLOCKS


class DecompressedStream(ByteStream):
    """The decompressed bytes of a stream, all of its members one after another.

    Attributes:
        damage: why the stream ended too early; None as long as it has not.
    """

    def __init__(self, file: BinaryIO, decoder_factory: Callable[[], _Decoder], count_output: Callable[[int], None]) -> None:
        """Begin to decompress a stream.

        Args:
            file: the compressed bytes.
            decoder_factory: makes the decoder of the first member.
            count_output: is called with the number of bytes that have been decompressed; it raises an error when they are too many.
        """
        self._file = file
        self._decoder = decoder_factory()
        self._output = memoryview(b"")
        self._pending_input = b""
        self._input_size = 0
        self._count_output = count_output
        self._at_end = False
        self.damage: StreamDamage | None = None

    def next_bytes(self, size: int) -> memoryview:
        """Return the next decompressed bytes.

        Raises:
            UnsafeFileError: the stream decompresses to far more than its size, as only a decompression bomb does.
        """
        while not self._output and not self._at_end:
            self._output = memoryview(self._decompress())
        data, self._output = self._output[:size], self._output[size:]
        return data

    def _decompress(self) -> bytes:
        """Decompress some bytes; none where a member ends, or the stream."""
        if self._decoder.eof:
            self._begin_next_member()
            return b""
        data, self._pending_input = self._pending_input, b""
        is_exhausted = False
        if not data and self._decoder.needs_input:
            data = self._read_input()
            is_exhausted = not data
        try:
            output = self._decoder.decompress(data, _MAX_OUTPUT)
        except Exception as error:
            if not _is_damage(error):
                raise
            self._end(Reason.DAMAGED)
            return b""
        if is_exhausted and not output and not self._decoder.eof:
            self._end(Reason.TRUNCATED)
        self._count_output(len(output))
        return output

    def _begin_next_member(self) -> None:
        # Tape drives and some programs pad the last block with zeros.
        head = self._decoder.unused_data.lstrip(b"\0")
        while len(head) < _MAX_SIGNATURE_LENGTH:
            chunk = self._read_input()
            if not chunk:
                break
            head = (head + chunk).lstrip(b"\0")
        decoder_factory = find_decoder(head)
        if not head:
            self._end(None)
        elif decoder_factory is None:
            self._end(Reason.DAMAGED)
        else:
            self._decoder, self._pending_input = decoder_factory(), head

    def _read_input(self) -> bytes:
        data = self._file.read(_CHUNK_SIZE) or b""
        self._input_size += len(data)
        return data

    def _end(self, reason: Reason | None) -> None:
        self._at_end = True
        if reason is not None:
            self.damage = StreamDamage(reason, self._input_size)


def _is_damage(error: Exception) -> bool:
    import zstandard

    return isinstance(error, zlib.error | lzma.LZMAError | zstandard.ZstdError | OSError | EOFError | ValueError)

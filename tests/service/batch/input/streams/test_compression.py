"""Compressed dumps give the rows of the original; where one is truncated or damaged, a last row has the reason."""

import gzip
from pathlib import Path

import pytest
import zstandard

from model.errors import UnsafeFileError
from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import DumpReader, cells, read_file
from tests.service.batch.input.packing import COMPRESSORS
from tests.service.batch.input.platforms.sample import Sample
from tests.service.batch.input.platforms.samples import every_sample


@every_sample
@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_each_kind_of_dump_is_read_compressed(tmp_path: Path, sample: Sample, suffix: str) -> None:
    """The rows equal those of the file before it was compressed."""
    path = tmp_path / f"{sample.name}.{suffix}"
    path.write_bytes(COMPRESSORS[suffix](sample.content))
    assert [cells(row) for row in read_file(path).rows] == sample.rows


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_all_members_of_a_compressed_file_are_read(read_dump: DumpReader, suffix: str) -> None:
    """A file may consist of several members one after another, with zeros behind the last."""
    pieces = [COMPRESSORS[suffix](b'{"text":"%d"}\n' % number) for number in range(20)]
    rows = read_dump(b"".join(pieces) + (b"" if suffix in {"zst", "xz"} else b"\0" * 1000)).rows
    assert [row.text for row in rows] == [str(number) for number in range(20)]


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_a_truncated_file_ends_with_a_row_that_says_so(read_dump: DumpReader, suffix: str) -> None:
    """The rows before the cut are read; the last row has the reason and the byte of the file."""
    whole = b"".join(b'{"id":%d,"text":"text %d"}\n' % (number, number * 7919 % 10007) for number in range(50_000))
    packed = COMPRESSORS[suffix](whole)
    for cut in (len(packed) // 2, len(packed) - 3):
        rows = read_dump(packed[:cut]).rows
        assert (rows[-1].reason, rows[-1].offset) == (Reason.TRUNCATED, cut)
        assert {row.reason for row in rows[:-2]} <= {None}


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz"])
def test_a_damaged_file_ends_with_a_row_that_says_so(read_dump: DumpReader, suffix: str) -> None:
    """These formats have checksums, so that a wrong byte is always noticed."""
    content = bytearray(COMPRESSORS[suffix](b"".join(b'{"id":%d,"text":"text %d"}\n' % (at, at * 7919 % 10007) for at in range(50_000))))
    content[len(content) * 9 // 10] ^= 0xFF
    assert read_dump(bytes(content)).rows[-1].reason in {Reason.DAMAGED, Reason.TRUNCATED}


def test_other_bytes_behind_the_last_member_are_damage(read_dump: DumpReader) -> None:
    """They are not passed over in silence."""
    assert [row.reason for row in read_dump(gzip.compress(b'{"text":"a"}') + b"and more of it").rows] == [None, Reason.DAMAGED]


def test_a_file_that_unpacks_to_a_thousand_times_its_size_is_refused(tmp_path: Path) -> None:
    """A decompression bomb ends the reading before it takes an hour."""
    path = tmp_path / "x.jsonl.zst"
    trap = zstandard.ZstdCompressor().compress((b" " * ((1 << 21) - 1) + b"\n") * 128)
    path.write_bytes(zstandard.ZstdCompressor().compress(b'{"text":"bait"}\n') + trap * 5)
    with pytest.raises(UnsafeFileError, match="trap"):
        read_file(path)

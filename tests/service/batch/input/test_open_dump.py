"""Whatever a file holds, it is read or refused, and never raises anything but a DumpError or an UnsafeFileError."""

from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import DumpError, UnsafeFileError
from service.batch.rows import Row
from tests.service.batch.input.dump_reader import DumpReader
from tests.service.batch.input.packing import COMPRESSORS, pack_tar, pack_zip
from tests.service.batch.input.platforms.sample import Sample
from tests.service.batch.input.platforms.samples import SAMPLES


def rows_unless_refused(read_dump: DumpReader, content: bytes, name: str) -> list[Row]:
    """Return the rows; none if the dump is refused, in one line."""
    try:
        return read_dump(content, name).rows
    except (DumpError, UnsafeFileError) as error:
        assert str(error).isprintable()  # noqa: PT017 - a dump may be refused or read
        return []


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(read_dump: DumpReader, content: bytes) -> None:
    """Reading raises nothing but a DumpError, and every row has a text or a reason."""
    for row in rows_unless_refused(read_dump, content, "x"):
        assert (row.text is None) == (row.reason is not None)


@given(st.sampled_from(SAMPLES), st.data())
@settings(max_examples=300)
def test_a_dump_cut_anywhere_is_read_or_refused(read_dump: DumpReader, sample: Sample, data: st.DataObject) -> None:
    """Reading raises nothing but a DumpError, and every row has a text or a reason."""
    cut = data.draw(st.integers(0, len(sample.content)))
    for row in rows_unless_refused(read_dump, sample.content[:cut], sample.name):
        assert (row.text is None) == (row.reason is not None)


@given(st.sampled_from(SAMPLES), st.sampled_from([None, *COMPRESSORS, "zip", "tar"]), st.data())
@settings(max_examples=600)
def test_a_dump_with_bad_bytes_is_read_or_refused(read_dump: DumpReader, sample: Sample, packing: str | None, data: st.DataObject) -> None:
    """Up to three other bytes make reading raise nothing but a DumpError, and everything in the rows can be written as UTF-8."""
    content = sample.content
    if packing in COMPRESSORS:
        content = COMPRESSORS[packing](content)
    elif packing is not None:
        content = (pack_zip if packing == "zip" else pack_tar)({"a.json": content, "b.csv": content})
    bad = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(st.integers(0, 255))
    for row in rows_unless_refused(read_dump, bytes(bad), sample.name):
        assert (row.text is None) == (row.reason is not None)
        (row.text or "").encode()
        str(row.id).encode()
        (row.author or "").encode()
        (row.parent or "").encode()

"""Dumps of every kind become rows: who wrote what when, in answer to what; what is no comment says why."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import feather

from model.errors import DumpError
from service.batch.input.open_dump import open_dump
from service.batch.input.shards import open_shard as read_shard
from service.batch.input.shards import plan_shards
from service.batch.input.values import parse_time
from service.batch.rows import DumpOptions, ReadAs, Reason, Row
from tests.service.batch.input.samples import SAMPLES, Sample

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
ReadBytes = Callable[..., list[Row]]


def told(row: Row) -> tuple[object, ...]:
    return (row.id, row.text, row.reason, row.author, row.parent, row.created_at.isoformat() if row.created_at else None)


@every_sample
def test_each_kind_of_dump_is_known_by_its_content(tmp_path: Path, sample: Sample) -> None:
    """The kind, and of each row id, text or reason, author, parent and time, are what the schema says, whatever the file is called."""
    for name in (sample.name, "dump"):
        if name == "dump" and sample.name == "forum.csv":
            continue
        path = tmp_path / name
        path.write_bytes(sample.content)
        with open_dump(str(path), DumpOptions()) as reading:
            rows = list(reading.rows)
        assert reading.description == sample.kind
        assert [told(row) for row in rows] == sample.rows
        assert {str(row.format) for row in rows if row.reason is None} == {sample.format}


def zstd(content: bytes) -> bytes:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(content)


PACKED: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd}


@every_sample
@pytest.mark.parametrize("suffix", PACKED)
def test_each_kind_of_dump_is_read_compressed(tmp_path: Path, sample: Sample, suffix: str) -> None:
    """The rows are those of the file as it was before."""
    path = tmp_path / f"{sample.name}.{suffix}"
    path.write_bytes(PACKED[suffix](sample.content))
    with open_dump(str(path), DumpOptions()) as reading:
        assert [told(row) for row in reading.rows] == sample.rows


@pytest.mark.parametrize("suffix", PACKED)
def test_all_members_of_a_compressed_file_are_read(read_bytes: ReadBytes, suffix: str) -> None:
    """Files that were packed in pieces and put one after another, with zeros at the end, are whole."""
    pieces = [PACKED[suffix](b'{"text":"%d"}\n' % number) for number in range(20)]
    rows = read_bytes(b"".join(pieces) + (b"" if suffix in {"zst", "xz"} else b"\0" * 1000))
    assert [row.text for row in rows] == [str(number) for number in range(20)]


@pytest.mark.parametrize("suffix", PACKED)
def test_a_compressed_file_that_breaks_off_says_so(read_bytes: ReadBytes, suffix: str) -> None:
    """What was whole is read; the last row has the reason and the byte of the file."""
    whole = b"".join(b'{"id":%d,"text":"text %d"}\n' % (number, number * 7919 % 10007) for number in range(50_000))
    packed = PACKED[suffix](whole)
    for cut in (len(packed) // 2, len(packed) - 3):
        rows = read_bytes(packed[:cut])
        assert (rows[-1].reason, rows[-1].offset) == (Reason.TRUNCATED, cut)
        assert {row.reason for row in rows[:-2]} <= {None}
    bad = bytearray(packed)
    bad[len(bad) * 9 // 10] ^= 0xFF
    rows = read_bytes(bytes(bad))
    assert rows[-1].reason in {Reason.DAMAGED, Reason.TRUNCATED} or len(rows) == 50_000


def test_something_behind_a_compressed_file_says_so(read_bytes: ReadBytes) -> None:
    """Bytes that are no further member are damage, not silence."""
    assert [row.reason for row in read_bytes(gzip.compress(b'{"text":"a"}') + b"and more of it")] == [None, Reason.DAMAGED]


def test_a_file_that_unpacks_to_a_thousand_times_its_size_is_refused(tmp_path: Path) -> None:
    """A trap ends the reading, before it takes an hour."""
    path = tmp_path / "x.jsonl.zst"
    trap = zstandard.ZstdCompressor().compress((b" " * ((1 << 21) - 1) + b"\n") * 128)
    path.write_bytes(zstandard.ZstdCompressor().compress(b'{"text":"bait"}\n') + trap * 5)
    with pytest.raises(DumpError, match="trap"), open_dump(str(path), DumpOptions()) as reading:
        list(reading.rows)


def tar(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=tarfile.PAX_FORMAT) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("link.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return buffer.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


OUTBOX = next(sample for sample in SAMPLES if sample.name == "outbox.json")


@pytest.mark.parametrize("pack", [tar, zipped, lambda files: tar(files, "w"), lambda files: tar(files, "w:xz")])
def test_an_archive_of_mastodon_is_read_without_unpacking_it(read_bytes: ReadBytes, pack: Callable[[dict[str, bytes]], bytes]) -> None:
    """Pictures, the profile and likes are passed over; the outbox is read wherever it lies, even where a name would escape."""
    long = "x" * 150 + "/"
    for place in ("outbox.json", "../../outbox.json", f"{long}outbox.json"):
        files = {"actor.json": b'{"type":"Person"}', "avatar.png": b"\x89PNG" * 9, place: OUTBOX.content, "likes.json": b"{}"}
        rows = read_bytes(pack(files), "archive.tar.gz")
        assert [told(row) for row in rows] == OUTBOX.rows
        assert [row.line for row in rows] == [1, 2]


@every_sample
def test_each_kind_of_dump_is_read_in_an_archive(read_bytes: ReadBytes, sample: Sample) -> None:
    """Every format is found in ZIP and tar too, compressed once more or not."""
    suffix = Path(sample.name).suffix
    name = sample.name if suffix in {".json", ".jsonl", ".csv", ".xml", ".html", ".txt", ".sql"} else f"{sample.name}.jsonl"
    assert [told(row) for row in read_bytes(zipped({name: sample.content}))] == sample.rows
    assert [told(row) for row in read_bytes(tar({f"{name}.gz": gzip.compress(sample.content)}))] == sample.rows


def test_all_dumps_in_an_archive_are_read(read_bytes: ReadBytes) -> None:
    """Rows are numbered through; a file that is no dump has its row."""
    files = {"a.jsonl": b'{"text":"a"}\n{"text":"b"}\n', "b.csv": b"name,age\nann,7\n", "c.csv": b"text\nc\n"}
    for packed in (zipped(files), tar(files)):
        assert [(row.line, row.id, row.text, row.reason) for row in read_bytes(packed)] == [
            (1, None, "a", None),
            (2, None, "b", None),
            (3, "b.csv", None, Reason.NOT_A_COMMENT),
            (4, None, "c", None),
        ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"}), "spreadsheet"),
        (zipped({"picture.png": b"x"}), "holds no file"),
        (zipped({"a.jsonl": b'{"text":"a"}'})[:40], "damaged ZIP"),
        (b'<?xml version="1.0"?><!DOCTYPE disqus [<!ENTITY a "aaa">]><disqus><post dsq:id="1"/></disqus>', "entities"),
        (b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel/></rss>', "entities"),
        (b"<html><body><p>nothing said</p></body></html>", "no comments"),
        (b"<html>" + b'<div class="comment"><p>x</p>' * 5000, "nested deeper"),
        (b"one\ntwo\nthree\n", "--lines"),
    ],
)
def test_what_is_no_dump_or_a_trap_is_refused(read_bytes: ReadBytes, content: bytes, words: str) -> None:
    """One line says what is wrong and what to do."""
    with pytest.raises(DumpError, match=words) as caught:
        read_bytes(content, "dump")
    assert str(caught.value).isprintable()


def test_xml_that_is_broken_costs_one_comment(read_bytes: ReadBytes) -> None:
    """Reading goes on with the next comment; signs that XML forbids cost none."""
    content = next(sample for sample in SAMPLES if sample.name == "blog.xml").content
    rows = read_bytes(content.replace(b"So <b>", b"So \x08<b>"), "a.xml")
    assert [row.id for row in rows] == ["1", "2", "3"]
    broken = content.replace(b"<wp:comment_parent>0</wp:comment_parent>\n<wp:commentmeta>", b"<wp:commentmeta></oops>")
    rows = read_bytes(broken, "a.xml")
    assert [(row.id, row.reason) for row in rows] == [("1", Reason.NOT_XML), ("2", None), ("3", Reason.NOT_A_COMMENT)]
    assert broken[rows[0].offset :].startswith(b"<wp:comment>")
    rows = read_bytes(content.replace(b"[CDATA[no]]", b"[CDATA[\xff]]"), "a.xml")
    assert [row.reason for row in rows] == [None, Reason.NOT_XML, Reason.NOT_A_COMMENT]


def rows_or_none(read_bytes: ReadBytes, content: bytes, name: str) -> list[Row]:
    message = ""
    try:
        return read_bytes(content, name)
    except DumpError as error:
        message = str(error)
    assert message.isprintable()
    return []


@given(st.sampled_from(SAMPLES), st.data())
@settings(max_examples=300)
def test_a_dump_cut_anywhere_is_read_or_refused(read_bytes: ReadBytes, sample: Sample, data: st.DataObject) -> None:
    """Every row has a text or a reason; what was whole before the cut is read as before, but for the last one."""
    cut = data.draw(st.integers(0, len(sample.content)))
    for row in rows_or_none(read_bytes, sample.content[:cut], sample.name):
        assert (row.text is None) == (row.reason is not None)


@given(st.sampled_from(SAMPLES), st.sampled_from([None, *PACKED, "zip", "tar"]), st.data())
@settings(max_examples=600)
def test_a_dump_with_bad_bytes_is_read_or_refused(read_bytes: ReadBytes, sample: Sample, packing: str | None, data: st.DataObject) -> None:
    """Whatever three bytes become, compressed or not, nothing is raised but a DumpError, and every row has a text or a reason."""
    content = sample.content
    if packing in PACKED:
        content = PACKED[packing](content)
    elif packing is not None:
        content = (zipped if packing == "zip" else tar)({"a.json": content, "b.csv": content})
    bad = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(st.integers(0, 255))
    for row in rows_or_none(read_bytes, bytes(bad), sample.name):
        assert (row.text is None) == (row.reason is not None)
        (row.text or "").encode()
        str(row.id).encode()
        (row.author or "").encode()
        (row.parent or "").encode()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
SHAPES_AND_NAMES = [
    ("reddit", ("id", "body", "author", "parent_id", "created_utc")),
    ("hackernews", ("id", "by", "type", "time", "text", "parent", "deleted")),
    ("coral", ("id", "revisions", "authorID", "storyID", "createdAt", "deletedAt")),
    ("discourse", ("raw", "cooked", "topic_id", "post_number", "reply_to_post_number", "deleted_at", "post_type")),
    ("youtube", ("id", "kind", "snippet", "replies", "items", "etag")),
    ("mastodon", ("id", "type", "object", "actor", "published")),
]


@given(st.sampled_from(SHAPES_AND_NAMES), st.data())
@settings(max_examples=300)
def test_records_may_hold_anything(read_bytes: ReadBytes, shape: tuple[str, tuple[str, ...]], data: st.DataObject) -> None:
    """Values of any type in the fields of a known dump give rows, never an error."""
    name, names = shape
    rows = data.draw(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(names, VALUES)), min_size=1, max_size=4))
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    found = read_bytes(content, "x.jsonl", DumpOptions(ReadAs(name)))
    assert len(found) >= len(rows) or name == "youtube"
    for row in found:
        assert (row.text is None) == (row.reason is not None)
        str(row.id).encode()


def test_lines_of_plain_text_are_comments_when_asked_for(tmp_path: Path) -> None:
    """With ``lines``, each line is one; parts of the file give the same rows."""
    path = tmp_path / "x.txt"
    path.write_bytes("één, two\n\n\nthree\nf\xfcr\n".encode())
    wanted = DumpOptions(lines=True)
    with open_dump(str(path), wanted) as reading:
        rows = list(reading.rows)
    assert [(row.line, row.text) for row in rows] == [(1, "één, two"), (4, "three"), (5, "für")]
    parts: list[Row] = []
    for shard in plan_shards(str(path), wanted, size=3):
        with read_shard(shard, wanted) as reading:
            parts += reading.rows
    assert parts == rows


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-32", "cp1251"])
def test_tables_of_other_encodings_are_read(read_bytes: ReadBytes, encoding: str) -> None:
    """What spreadsheets wrote before UTF-8 is found out, and can be read."""
    text = (
        "Это просто ужасно глупый комментарий, уходи отсюда"
        if encoding == "cp1251"
        else "Für größere Übel wären schöne Äpfel nötig, Müller"
    )
    rows = read_bytes(("id;text\n" + "".join(f"{n};{text} {n}\n" for n in range(20))).encode(encoding), "x.csv")
    assert [row.text for row in rows] == [f"{text} {n}" for n in range(20)]


def test_a_format_can_be_told(read_bytes: ReadBytes) -> None:
    """Who knows better than the content says so."""
    rows = read_bytes(b"a <b>page</b>?\n\nno\n", "x.html", DumpOptions(ReadAs.TEXT))
    assert [row.text for row in rows] == ["a <b>page</b>?", "no"]
    with pytest.raises(DumpError, match="parquet"):
        read_bytes(b"text\nx\n", "x", DumpOptions(ReadAs.PARQUET))


def test_columns_that_are_named_are_taken_and_kept(read_bytes: ReadBytes) -> None:
    """Text, id, author, parent and time may be anywhere; whatever else is asked for is passed on."""
    content = b"a,b,c,d,e,f\nhi,1,ann,0.0,1577836800,blue\n"
    wanted = DumpOptions(None, "a", "b", ("f", "a"), author_column="c", parent_column="d", time_column="e")
    assert [(*told(row), row.extra) for row in read_bytes(content, "x", wanted)] == [
        ("1", "hi", None, "ann", None, "2020-01-01T00:00:00+00:00", {"f": "blue", "a": "hi"})
    ]
    with pytest.raises(DumpError, match="--keep"):
        read_bytes(content, "x", DumpOptions(None, "a", keep=("z",)))
    kept = read_bytes(SAMPLES[1].content, "x.xml", DumpOptions(keep=("wp:comment_approved", "title")))
    assert kept[0].extra == {"wp:comment_approved": "1", "title": "Post"}


def test_a_file_behind_a_url_is_read(tmp_path: Path) -> None:
    """What fsspec opens is read and cut into parts as a file is."""
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps({"text": f"text {n}"}) + "\n" for n in range(100)))
    parts: list[Row] = []
    shards = plan_shards(path.as_uri(), DumpOptions(), size=500)
    for shard in shards:
        with read_shard(shard, DumpOptions()) as reading:
            parts += reading.rows
    with open_dump(str(path), DumpOptions()) as reading:
        assert parts == list(reading.rows)
    assert len(shards) > 2
    with pytest.raises(DumpError, match="cannot be opened"), open_dump("nosuch://x", DumpOptions()):
        pass
    with pytest.raises(FileNotFoundError), open_dump(f"{path.as_uri()}x", DumpOptions()):
        pass


@pytest.mark.parametrize("kind", ["parquet", "feather", "stream"])
def test_tables_of_hacker_news_are_read(tmp_path: Path, kind: str) -> None:
    """Parquet and Arrow files, compressed or not: parents that became decimal numbers are ids again, times are those of UTC."""
    table = pa.table(
        {
            "id": [2, 1, 3],
            "type": ["comment", "story", "comment"],
            "by": ["ann", "bob", None],
            "time": pa.array([datetime(2020, 1, 1)] * 3, pa.timestamp("us")),
            "text": ["a", None, None],
            "parent": [1.0, None, 2.0],
            "deleted": [None, None, True],
        }
    )
    path = tmp_path / "x"
    if kind == "parquet":
        pq.write_table(table, path)
    elif kind == "feather":
        feather.write_feather(table, str(path))
    else:
        with path.open("wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
    expected = [(2, "a", None, "ann", "1"), (1, None, "not-a-comment", "bob", None), (3, None, "deleted", None, "2")]
    for packed in (path, tmp_path / "x.gz"):
        if packed != path:
            packed.write_bytes(gzip.compress(path.read_bytes()))
        with open_dump(str(packed), DumpOptions()) as reading:
            rows = list(reading.rows)
        assert [told(row)[:5] for row in rows] == expected
        assert {row.created_at for row in rows} == {datetime(2020, 1, 1, tzinfo=UTC)}


@given(st.data())
def test_a_damaged_row_group_costs_its_own_rows(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Every row that the file counts is a text or a reason, whichever byte of the pages is bad."""
    path = tmp_path_factory.mktemp("parquet") / "x.parquet"
    pq.write_table(pa.table({"text": [f"text {n * 7919}" for n in range(60)]}), path, row_group_size=20)
    content = bytearray(path.read_bytes())
    end = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for _ in range(3):
        content[data.draw(st.integers(4, end - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with open_dump(str(path), DumpOptions()) as reading:
        rows = list(reading.rows)
    assert [row.line for row in rows] == list(range(1, 61))
    assert all((row.text is None) == (row.reason is not None) for row in rows)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '<div class="wpd-thread-list"><div id="wpd-comm-7_0" class="comment wpd-comment"><div class="wpd-comment-wrap">'
            '<div class="wpd-comment-author">Ann</div><div class="wpd-comment-date" title="x">1 hour ago</div>'
            '<div class="wpd-comment-text"><p>So good</p></div><div class="wpd-comment-footer"><button>Reply</button></div>'
            "</div></div></div>",
            [("Ann", "<p>So good</p>")],
        ),
        (
            '<div itemscope itemtype="https://schema.org/Comment"><span itemprop="author">Ann</span>'
            '<time itemprop="dateCreated" datetime="2020-01-01">long ago</time><p itemprop="text">So <i>good</i></p><a>Like</a></div>',
            [("Ann", "So <i>good</i>")],
        ),
        (
            '<script type="application/ld+json">{"@type":"Article","comment":[{"@type":"Comment","text":"So good",'
            '"author":{"@type":"Person","name":"Ann"},"comment":{"@type":"Comment","text":"no","author":"Bob"}}]}</script>',
            [("Ann", "So good"), ("Bob", "no")],
        ),
        (
            '<ul class="comments"><li><span class="author">Ann</span><span class="date">today</span><p>So good</p></li>'
            '<li><span class="author">Bob</span><p>no</p></li></ul>',
            [("Ann", "So good"), ("Bob", "no")],
        ),
    ],
    ids=["wpDiscuz", "microdata", "JSON-LD", "list"],
)
def test_comments_on_pages_are_told_from_what_is_around_them(read_bytes: ReadBytes, body: str, expected: list[tuple[str, str]]) -> None:
    """Names, dates and buttons are not in the texts."""
    rows = read_bytes(f"<!doctype html><body><p>The post</p>{body}<footer>Imprint</footer></body>".encode(), "x.html")
    assert [(row.author, (row.text or "").strip()) for row in rows] == expected


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (1577836800, True),
        ("1577836800", True),
        (1577836800.0, True),
        (1577836800000, True),
        ("2020-01-01T00:00:00Z", True),
        ("2020-01-01T01:00:00+01:00", True),
        ("2020-01-01 00:00:00 UTC", True),
        ("2020-01-01", True),
        ("Wed, 01 Jan 2020 00:00:00 GMT", True),
        ({"$date": "2020-01-01T00:00:00Z"}, True),
        ("yesterday", False),
        (True, False),
        (float("nan"), False),
        (10**400, False),
        ([], False),
    ],
)
def test_times_are_those_of_utc(value: object, time: bool) -> None:
    """Numbers and words of many kinds tell the same moment; what tells none is none."""
    assert parse_time(value) == (datetime(2020, 1, 1, tzinfo=UTC) if time else None)

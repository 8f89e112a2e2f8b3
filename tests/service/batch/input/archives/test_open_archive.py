"""The dumps in an archive are read where they are; nothing is unpacked."""

import gzip
import io
import shlex
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from model.errors import DumpError
from service.batch.rows import ReadAs, Reason
from tests.service.batch.input.dump_reader import DumpReader, cells, read_file, reasons, texts
from tests.service.batch.input.packing import pack_tar, pack_zip
from tests.service.batch.input.platforms.sample import Sample
from tests.service.batch.input.platforms.samples import SAMPLES, every_sample

OUTBOX = next(sample for sample in SAMPLES if sample.name == "outbox.json")
Packer = Callable[[dict[str, bytes]], bytes]


@pytest.mark.parametrize("pack", [pack_tar, pack_zip, lambda files: pack_tar(files, "w"), lambda files: pack_tar(files, "w:xz")])
def test_an_archive_of_mastodon_is_read_without_unpacking_it(read_dump: DumpReader, pack: Packer) -> None:
    """Pictures, profile and likes are passed over; the outbox is read wherever it is, even where its name leads out of the archive."""
    long = "x" * 150 + "/"
    for place in ("outbox.json", "../../outbox.json", f"{long}outbox.json"):
        files = {"actor.json": b'{"type":"Person"}', "avatar.png": b"\x89PNG" * 9, place: OUTBOX.content, "likes.json": b"{}"}
        rows = read_dump(pack(files), "archive.tar.gz").rows
        assert [cells(row) for row in rows] == OUTBOX.rows
        assert [row.line for row in rows] == [1, 2, 3]


@every_sample
def test_each_kind_of_dump_is_read_in_an_archive(read_dump: DumpReader, sample: Sample) -> None:
    """Every format is read in ZIP and in tar, even where the member is compressed itself."""
    suffix = Path(sample.name).suffix
    name = sample.name if suffix in {".json", ".jsonl", ".csv", ".xml", ".html", ".txt", ".sql"} else f"{sample.name}.jsonl"
    assert [cells(row) for row in read_dump(pack_zip({name: sample.content})).rows] == sample.rows
    assert [cells(row) for row in read_dump(pack_tar({f"{name}.gz": gzip.compress(sample.content)})).rows] == sample.rows


def test_a_member_without_a_name_is_passed_over(read_dump: DumpReader) -> None:
    """A ZIP archive may name a member with nothing at all; the others are read."""
    nameless = zipfile.ZipInfo("x")
    nameless.filename = ""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(nameless, b"id,text\n1,hi\n")
        archive.writestr("a.csv", b"id,text\n2,you\n")
    assert [row.text for row in read_dump(buffer.getvalue()).rows] == ["you"]


def test_all_dumps_in_an_archive_are_read(read_dump: DumpReader) -> None:
    """Each member is named and has its own numbers; one that cannot be read has a row that says so, and a remark why."""
    files = {"a.jsonl": b'{"text":"a"}\n{"text":"b"}\n', "b.csv": b"name,age\nann,7\n", "c.csv": b"text\nc\n"}
    for packed in (pack_zip(files), pack_tar(files)):
        dump = read_dump(packed)
        assert [(row.member, row.line, row.id, row.text, row.reason) for row in dump.rows] == [
            ("a.jsonl", 1, None, "a", None),
            ("a.jsonl", 2, None, "b", None),
            ("b.csv", 1, None, None, Reason.NOT_READ),
            ("c.csv", 2, None, "c", None),
        ]
        assert len(dump.remarks) == 2
        assert dump.remarks[0].startswith("not read: b.csv: ")
        assert "--text-column" in dump.remarks[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pack_zip({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}), "office"),
        (pack_zip({"picture.png": b"x"}), "holds no file"),
        (pack_zip({"a.jsonl": b'{"text":"a"}'})[:40], "damaged ZIP"),
    ],
    # An archive holds the time at which it was made, so its bytes are no name that all workers agree on.
    ids=["an office document", "no dump", "cut short"],
)
def test_archives_without_dumps_are_refused(read_dump: DumpReader, content: bytes, message: str) -> None:
    """The message is one line that says what is wrong."""
    with pytest.raises(DumpError, match=message) as refusal:
        read_dump(content, "dump")
    assert str(refusal.value).isprintable()


def test_archives_in_archives_are_read(read_dump: DumpReader) -> None:
    """A table that was packed twice is read where it is; a fourth archive within each other is not."""
    table = b"id,text\n1,hi\n"
    packed = pack_zip({"inner.zip": pack_zip({"train.csv": table}), "b.tar.gz": pack_tar({"c.csv": table})})
    rows = read_dump(gzip.compress(packed)).rows
    assert [(row.member, row.id, row.text) for row in rows] == [("inner.zip/train.csv", "1", "hi"), ("b.tar.gz/c.csv", "1", "hi")]
    deep = pack_zip({"d.zip": pack_zip({"c.zip": packed})})
    content = read_dump(deep)
    assert reasons(content.rows) == [Reason.NOT_READ, Reason.NOT_READ]
    assert "unpack it" in content.remarks[0]


@pytest.mark.parametrize("pack", [pack_tar, pack_zip])
def test_members_without_the_columns_of_the_caller_are_read_by_their_own(read_dump: DumpReader, pack: Packer) -> None:
    """A column that one table has does not cost the rows of the others; what the caller keeps is null there."""
    lines = b"".join(b'{"id":%d,"body":"b","score":%d}\n' % (number, number) for number in range(5000))
    files = {"a.csv": b"id,text\n1,a\n", "b.csv": b"id,kommentar,score\n2,b,7\n", "c.jsonl": lines, "d.csv": b"x,y\n1,2\n"}
    content = read_dump(pack(files), text_column="kommentar", keep=("score",))
    assert texts(content.rows) == ["a", "b", *["b"] * 5000, None]
    assert [(row.extra or {}).get("score") for row in content.rows[:3]] == [None, "7", None]
    assert content.rows[-1].reason is Reason.NOT_READ
    assert "“kommentar”" in content.remarks[0]
    assert "read by columns of their own, without “kommentar”, “score”: a.csv, c.jsonl" in content.remarks


def test_a_column_that_no_member_has_is_a_mistake(read_dump: DumpReader) -> None:
    """Otherwise a slip of the pen would be read over."""
    with pytest.raises(DumpError, match="no file in it has the column “komentar”; check --text-column"):
        read_dump(pack_zip({"a.csv": b"id,text\n1,a\n", "b.csv": b"id,kommentar\n2,b\n"}), text_column="komentar")


@pytest.mark.parametrize("pack", [pack_tar, pack_zip])
def test_the_command_that_reads_a_member_by_itself_works(read_dump: DumpReader, pack: Packer) -> None:
    """What the remark tells a person to type gives the bytes of the member."""
    member = b"x,y\n1,2\n"
    prefix = "./" if pack is pack_tar else ""
    remark = next(
        remark for remark in read_dump(pack({f"{prefix}a b.csv": member, "c.csv": b"text\nhi\n"}), "my dump").remarks if " | " in remark
    )
    command = shlex.split(remark.partition(" by: ")[2].partition(" | ")[0])
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    assert subprocess.run(command, check=True, capture_output=True).stdout == member


def test_plain_text_beside_tables_is_not_taken_for_comments(read_dump: DumpReader) -> None:
    """It may be anything; by itself, or where the caller says so, it is read."""
    text = b"First,\n\nsecond.\n"
    files = {"notes.txt": text, "a.csv": b"text\nhi\n", "mail": text}
    content = read_dump(pack_zip(files))
    assert [(row.member, row.reason) for row in content.rows] == [
        ("notes.txt", Reason.NOT_READ),
        ("a.csv", None),
        ("mail", Reason.NOT_READ),
    ]
    assert "--format text" in content.remarks[0]
    assert texts(read_dump(pack_zip({"notes.txt": text})).rows) == ["First,", "second."]
    assert texts(read_dump(pack_zip({"notes.txt": text, "mail": text}), read_as=ReadAs.TEXT).rows) == ["First,", "second."] * 2


def test_everything_that_is_passed_over_is_said(read_dump: DumpReader) -> None:
    """Pictures, programs and words about the data make no rows; one remark counts them, and names some."""
    files = {
        "comments.csv": b"text\nhi\n",
        "README": b"What\n\nthis is.\n",
        "LICENSE.txt": b"All\n\nrights.\n",
        "code/load.py": b"import this\n",
        "site.js": b"function f() { return 1 }\n",
        "img/a.png": b"\x89PNG",
        "thumb": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        "empty.csv": b"",
        ".git/HEAD": b"ref: refs/heads/main\n",
    }
    content = read_dump(pack_zip(files), "all.zip")
    assert texts(content.rows) == ["hi"]
    (remark,) = content.remarks
    assert "8 of 9 files" in remark
    for words in ("2 media", "documentation (README, LICENSE.txt)", "(code/load.py, site.js)", "1 empty (empty.csv)", "1 hidden"):
        assert words in remark


def test_many_members_that_cannot_be_read_make_few_remarks(read_dump: DumpReader) -> None:
    """Those that cannot be read for the same reason are counted; each has its row."""
    content = read_dump(pack_zip({"ok.csv": b"text\nhi\n"} | {f"{number}.csv": b"x,y\n1,2\n" for number in range(300)}))
    assert reasons(content.rows) == [None] + [Reason.NOT_READ] * 300
    assert len(content.remarks) == 3
    assert content.remarks[0].startswith("not read: 0.csv: ")
    assert content.remarks[1] == "not read: 299 more, for the same reason as 0.csv: 1.csv, 2.csv, …"


def test_a_page_without_comments_in_an_archive_is_not_a_comment(read_dump: DumpReader) -> None:
    """Among saved pages there may be one without comments; it has a row that does not count as lost."""
    page = b'<html><ul><li class="comment" id="comment-1"><div class="comment-content"><p>hi</p></div></li></ul></html>'
    content = read_dump(pack_zip({"a.html": page, "b.html": b"<html><p>About us</p></html>"}))
    assert [(row.member, row.text, row.reason) for row in content.rows] == [
        ("a.html", "<p>hi</p>", None),
        ("b.html", None, Reason.NOT_A_COMMENT),
    ]
    assert "pages without comments (b.html)" in content.remarks[-1]


def test_what_describes_the_comments_is_not_taken_for_one(read_dump: DumpReader) -> None:
    """A lone object with a text under another name is left unread, one without texts is passed over, a comment by itself is read."""
    files = {
        "c.jsonl": b'{"id":1,"text":"hi"}\n',
        "posts/7.json": b'{"id":7,"body":"a post of its own"}',
        "about_it.json": b'{"name":"Comments","description":"All that people said to each other, in ten years."}',
        "counts.json": b'{"comments":2,"labels":{"toxic":1}}',
        "splits.json": b'{"train":[1,2],"test":[3]}',
    }
    content = read_dump(pack_zip(files))
    assert [(row.member, row.text, row.reason) for row in content.rows] == [
        ("c.jsonl", "hi", None),
        ("posts/7.json", "a post of its own", None),
        ("about_it.json", None, Reason.NOT_READ),
    ]
    assert "--text-column description" in content.remarks[0]
    assert "2 JSON without texts (counts.json, splits.json)" in content.remarks[-1]


def test_an_archive_is_described_by_the_first_member_that_is_read(read_dump: DumpReader) -> None:
    """Members before it that cannot be read, or hold no row, tell nothing."""
    files = {"a.7z": b"7z\xbc\xaf\x27\x1c\0\4", "head.csv": b"id,text\n", "b.csv": b"nr,comment\n1,hi\n"}
    content = read_dump(pack_zip(files))
    assert content.description == "CSV in a ZIP archive"
    assert texts(content.rows) == [None, "hi"]


def test_a_tar_archive_that_is_cut_off_says_so_once(read_dump: DumpReader) -> None:
    """What can still be read is, the member that is cut off has a reason, and one more row stands for whatever came behind it."""
    table = b"text\n" + b"".join(b"comment %d\n" % (number * 7919 % 10007) for number in range(20_000))
    for packed in (pack_tar({"a.csv": table, "b.csv": table})[:30_000], pack_tar({"a.csv": table, "b.csv": table}, "w")[:90_000]):
        content = read_dump(packed)
        assert [(row.member, row.reason) for row in content.rows[-2:]] == [("a.csv", Reason.TRUNCATED), (None, Reason.TRUNCATED)]
        assert content.rows[0].text == "comment 0"
        assert [remark for remark in content.remarks if "cut off" in remark]


def test_files_that_may_hold_the_same_comments_are_pointed_out(read_dump: DumpReader) -> None:
    """A table in two formats is read twice, and a remark says so."""
    content = read_dump(pack_zip({"a/c.csv": b"text\nhi\n", "a/c.jsonl": b'{"text":"hi"}\n', "b/c.csv": b"text\nhi\n"}))
    assert texts(content.rows) == ["hi", "hi", "hi"]
    assert [remark for remark in content.remarks if "same comments" in remark and "a/c.csv and a/c.jsonl" in remark] == content.remarks


def test_google_comments_are_read_by_their_content(read_dump: DumpReader) -> None:
    """Whatever the language of folders and headers, texts of comments are read or said to be unread; other tables are passed over."""
    folder = "Takeout/YouTube y YouTube Music"
    files = {
        "Takeout/archive_browser.html": b"<html>",
        f"{folder}/suscripciones/suscripciones.csv": b"Channel Id,Channel Url,Channel title\nUC1,http://y/1,Songs of the sea\n",
        f"{folder}/comentarios/directo.csv": b'X,Y\n1,"{""takeoutSegments"":[{""text"":""hola""}]}"\n',
        "Takeout/Keep/note.json": b'{"title":"Milk","textContent":"Buy milk"}',
    }
    rows = read_dump(pack_zip(files)).rows
    assert [(row.member, row.text is None) for row in rows if row.text != "hola"] in ([], [(f"{folder}/comentarios/directo.csv", True)])


def test_a_folder_is_read_like_an_archive(tmp_path: Path) -> None:
    """Files are read in the order of their paths, links are not followed, and one that cannot be read says so."""
    for name, content in {
        "b.csv": b"text\nb\n",
        "a/c.jsonl.gz": gzip.compress(b'{"text":"c"}\n'),
        "d.7z": b"7z\xbc\xaf\x27\x1c\0\4",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "e.csv").symlink_to(tmp_path / "b.csv")
    dump = read_file(f"{tmp_path}/")
    assert [(row.member, row.text, row.reason) for row in dump.rows] == [
        ("b.csv", "b", None),
        ("d.7z", None, Reason.NOT_READ),
        ("a/c.jsonl.gz", "c", None),
    ]
    assert "not read: d.7z is a 7z archive" in dump.remarks[0]
    assert dump.description == "CSV in a folder"


def test_a_folder_without_dumps_is_refused(tmp_path: Path) -> None:
    """The message says that there is none."""
    with pytest.raises(DumpError, match="holds no file that could be a dump"):
        read_file(tmp_path)


@pytest.mark.parametrize("pack", [pack_tar, pack_zip])
def test_a_damaged_member_costs_no_other(read_dump: DumpReader, pack: Packer) -> None:
    """A member whose own compression is damaged ends with a row that says so, and the next one is read."""
    files = {"a.jsonl.gz": gzip.compress(b'{"text":"a"}\n' * 9000)[:-20], "b.jsonl": b'{"text":"b"}\n'}
    rows = read_dump(pack(files)).rows
    assert rows[-2].reason is Reason.TRUNCATED
    assert rows[-1].text == "b"

"""Each archive as it was downloaded gives exactly the comments in it, once, and says what was passed over."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from service.batch.rows import Reason
from tests.service.batch.input.archives.whole_exports import WHOLE_EXPORTS, WholeExport
from tests.service.batch.input.dump_reader import DumpContent, DumpReader, read_file

every_export = pytest.mark.parametrize("export", WHOLE_EXPORTS, ids=[export.name for export in WHOLE_EXPORTS])


def judged(content: DumpContent) -> list[tuple[str | None, str | None, str]]:
    """Return member, author and text of the rows that are judged."""
    return [(row.member, row.author, row.text) for row in content.rows if row.text is not None]


@every_export
def test_an_export_gives_its_comments_and_nothing_else(read_dump: DumpReader, export: WholeExport) -> None:
    """Nothing is left unread that might be a comment, and a remark counts what was passed over."""
    content = read_dump(export.content, export.name)

    assert judged(content) == export.judged
    assert Reason.NOT_READ not in {row.reason for row in content.rows}
    assert [remark for remark in content.remarks if "hold no comments and were passed over" in remark] == content.remarks[-1:]


@every_export
def test_an_unpacked_export_gives_the_same(tmp_path: Path, export: WholeExport) -> None:
    """A folder with the files of the archive holds the same comments; only their order is that of the paths."""
    if export.name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(export.content)) as zip_file:
            zip_file.extractall(tmp_path)
    else:
        with tarfile.open(fileobj=io.BytesIO(export.content)) as tar_file:
            tar_file.extractall(tmp_path, [member for member in tar_file.getmembers() if member.isreg()])
    content = read_file(tmp_path)

    assert sorted(judged(content), key=str) == sorted(export.judged, key=str)
    assert Reason.NOT_READ not in {row.reason for row in content.rows}

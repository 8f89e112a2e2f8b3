"""Detection of files that are no text by their first bytes: columnar files and archives."""

import re
import tarfile
from contextlib import suppress

from model.errors import DumpError
from service.batch.input.detection.file_kinds import COLUMNAR_SIGNATURES, Container
from service.batch.input.formats.repositories.repository_blocks import begins_repository

__all__ = ["detect_binary_container"]

_FEATHER_1_SIGNATURE = b"FEA1"
_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
"""What ZIP archives begin with; the second is an empty one."""
_SQLITE_SIGNATURE = b"SQLite format 3\0"
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What Excel's older files begin with, and those that are protected by a password; so do other files of that time."""
_WORKBOOK_STREAM = "Workbook".encode("utf-16-le")
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_OPEN_DOCUMENT_OFFSET = 30
_OFFICE_PART = re.compile(rb"PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|docProps/|customXml/|xl/)", re.DOTALL)
_SPREADSHEET_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_TAR_SIGNATURE = b"ustar"
_TAR_SIGNATURE_OFFSET = 257


def detect_binary_container(head: bytes, name: str) -> Container | None:
    """Recognise a file that is no text; None for any other.

    Args:
        head: its first bytes.
        name: its name, for messages.

    Raises:
        DumpError: it is of a kind that is known and not read.
    """
    if head.startswith(_FEATHER_1_SIGNATURE):
        raise DumpError(f"{name} is a Feather file of version 1, which is not read; write it anew as version 2, or as Parquet")
    for container, signature in COLUMNAR_SIGNATURES.items():
        if head.startswith(signature):
            return container
    if head.startswith(_SQLITE_SIGNATURE):
        return Container.SQLITE
    if _is_spreadsheet(head, name):
        return Container.SPREADSHEET
    if begins_repository(head):
        return Container.REPOSITORY
    if head.startswith(_ZIP_SIGNATURES):
        return Container.ZIP
    return Container.TAR if head.startswith(_TAR_SIGNATURE, _TAR_SIGNATURE_OFFSET) or _is_old_tar(head) else None


def _is_spreadsheet(head: bytes, name: str) -> bool:
    """Tell whether a file is one of Excel's or OpenDocument's spreadsheets, most of which are ZIP archives."""
    has_suffix = name.lower().endswith(_SPREADSHEET_SUFFIXES)
    if head.startswith(_OLE_SIGNATURE):
        return has_suffix or _WORKBOOK_STREAM in head
    if not head.startswith(_ZIP_SIGNATURES):
        return False
    if has_suffix or head.startswith(_OPEN_DOCUMENT, _OPEN_DOCUMENT_OFFSET):
        return True
    # A spreadsheet within an archive brings the same names, but not those of the archive's own first file.
    return _OFFICE_PART.match(head) is not None and b"[Content_Types].xml" in head and b"xl/" in head


def _is_old_tar(head: bytes) -> bool:
    """Tell whether a file begins as tar archives did before they had a signature: only the checksum of the first header tells."""
    header = head[: tarfile.BLOCKSIZE]
    if len(header) < tarfile.BLOCKSIZE or header[_TAR_SIGNATURE_OFFSET:].strip(b"\0") or not header[:1].strip(b"\0"):
        return False
    with suppress(tarfile.HeaderError):
        tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
        return True
    return False

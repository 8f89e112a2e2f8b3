"""The choice of a reader by the kind of an archive."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.batch.input.archives.member_stream import Archive, MemberCounter
from service.batch.input.archives.tar_archive import TarArchive
from service.batch.input.archives.zip_archive import ZipArchive
from service.batch.input.detection.file_kinds import Container
from service.batch.input.streams.dump_source import DumpSource, open_seekable

__all__ = ["ARCHIVE_CONTAINERS", "open_packed"]

ARCHIVE_CONTAINERS = {Container.ZIP, Container.TAR}


@contextmanager
def open_packed(source: DumpSource, container: Container, counter: MemberCounter) -> Iterator[Archive]:
    """Open a file that is an archive.

    Args:
        source: its bytes.
        container: which kind of archive it is.
        counter: counts its members.

    Raises:
        DumpError: it is damaged from its beginning.
        UnsafeFileError: it is a trap.
        OSError: it cannot be read, or copied where it must be.
    """
    if container is Container.TAR:
        yield TarArchive(source.stream, source.name, budget=source.budget, counter=counter, share=source.share)
    else:
        with open_seekable(source) as file:
            yield ZipArchive(file, source.name, budget=source.budget, counter=counter)

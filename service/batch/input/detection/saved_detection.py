"""Detection of files that other programs saved: pages with all that belongs to them, exports of Movable Type, and tables of Weka."""

from model.errors import DumpError
from service.batch.input.detection.file_kinds import Container
from service.batch.input.formats.movable_type import is_movable_type
from service.batch.input.formats.pages.web_archives import is_web_archive
from service.batch.input.formats.tables.attribute_relation import is_attribute_relation

__all__ = ["detect_saved_container"]


def detect_saved_container(start: str, name: str) -> Container | None:
    """Recognise pages saved as one file, exports of Movable Type and attribute-relation files; None for any other text.

    Args:
        start: the beginning of the text, without white space before it.
        name: the name of the file.

    Raises:
        DumpError: it is a page that Safari saved in its own format.
    """
    if start.startswith("bplist00"):
        raise DumpError(f"{name} is a page as Safari saves it, which is not read; save it with the format “Page Source”")
    if is_web_archive(start):
        return Container.WEB_ARCHIVE
    if is_movable_type(start):
        return Container.MOVABLE_TYPE
    return Container.ATTRIBUTE_RELATION if is_attribute_relation(start) else None

"""Detection of files that are no text by their first bytes: columnar files and archives."""

from model.errors import DumpError
from service.batch.input.detection.file_kinds import COLUMNAR_SIGNATURES, Container

__all__ = ["detect_binary_container"]

_FEATHER_1_SIGNATURE = b"FEA1"
_ZIP_SIGNATURE = b"PK\x03\x04"
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
    if head.startswith(_ZIP_SIGNATURE):
        return Container.ZIP
    return Container.TAR if head.startswith(_TAR_SIGNATURE, _TAR_SIGNATURE_OFFSET) else None

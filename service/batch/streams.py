"""Files, URLs and standard input."""

from service.batch.dumps.sources import STDIN, size_of

__all__ = ["STDIN", "size_of"]

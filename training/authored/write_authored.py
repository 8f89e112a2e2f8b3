"""Writes the authored comments as a Parquet table: ``python -m training.authored.write_authored rows.parquet``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from model.errors import TipstaffError
from training.authored.authored_comments import AuthoredComment, make_authored_comments
from training.authored.comment_tables import TAUGHT_ATTRIBUTES
from training.authored.held_out import make_held_out_comments

__all__ = ["write_authored"]

_SPLITS = {"train": make_authored_comments, "heldout": make_held_out_comments}


def write_authored(path: Path) -> int:
    """Write all authored comments, and return their number.

    The columns are text, parent_text, label, the attributes (yes, no, or null where that is unknown), kind, and split: ``train``, or
    ``heldout`` for those that only test.

    Raises:
        OSError: the table cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [_as_record(comment, split) for split, make_comments in _SPLITS.items() for comment in make_comments()]
    schema = pa.schema(
        [
            *((name, pa.string()) for name in ("text", "parent_text", "label")),
            *((name, pa.bool_()) for name in TAUGHT_ATTRIBUTES),
            *((name, pa.string()) for name in ("kind", "split")),
        ]
    )
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return len(rows)


def _as_record(comment: AuthoredComment, split: str) -> dict[str, str | bool | None]:
    return {
        "text": comment.text,
        "parent_text": comment.parent_text,
        "label": str(comment.label),
        **comment.attributes,
        "kind": comment.kind,
        "split": split,
    }


def _main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training.authored.write_authored", description="Write the authored comments as a table."
    )
    parser.add_argument("table", type=Path, help="the Parquet file to write")
    path = parser.parse_args(arguments).table
    try:
        print(f"{path}: {write_authored(path):,} rows")
    except (OSError, TipstaffError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())

"""The options of the command become those of the readers, and a wrong one is refused with what would be right."""

import pytest
import typer

from service.batch.rows import DumpOptions, Quoting
from service.cli.scoring.score_options import ColumnOptions


def test_options_reach_the_readers() -> None:
    """Each has its field; an encoding has the name that Python gives it, and a tab can be said as a word."""
    given = ColumnOptions(encoding="windows-1252", delimiter="tab", quoting=Quoting.NONE, no_header=True, table="posts")
    assert given.dump_options(contexts=False) == DumpOptions(
        encoding="cp1252", delimiter="\t", quoting=Quoting.NONE, has_header=False, table="posts"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ColumnOptions(encoding="latin-99"), "--encoding"),
        (ColumnOptions(encoding="base64"), "--encoding"),
        (ColumnOptions(encoding="punycode"), "--encoding"),
        (ColumnOptions(delimiter=";;"), "--delimiter"),
        (ColumnOptions(delimiter='"'), "--delimiter"),
        (ColumnOptions(delimiter="é"), "--delimiter"),
    ],
    ids=["an unknown encoding", "no encoding of text", "no encoding of files", "two characters", "a quotation mark", "beyond ASCII"],
)
def test_wrong_options_are_refused(options: ColumnOptions, message: str) -> None:
    """The message names the option."""
    with pytest.raises(typer.BadParameter, match=message):
        options.dump_options(contexts=False)

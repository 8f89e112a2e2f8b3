"""Tables of Weka are read: columns as declared, values with the quotes and escapes of ARFF."""

import pytest

from model.errors import DumpError
from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import DumpReader

_HEADER = (
    "% a corpus\n\n@RELATION 'my corpus'\n\n@ATTRIBUTE @@class@@ {no,yes}\n@attribute 'the id' numeric\n@attribute text string\n\n@DATA\n"
)


def test_values_are_read_with_their_quotes_and_escapes(read_dump: DumpReader) -> None:
    """Commas and quotes in a text are part of it; a question mark stands for no value; comments and blank lines are no records."""
    data = "no,1,'well, it\\'s \\\"fine\\\"\\nnow'\n% a comment\n\nyes, 2 ,\"you, it's\"\nno,3,?\nno,4,thanks\nyes,5,'don't go'\n"
    read = read_dump((_HEADER + data).encode(), "corpus.arff", id_column="the id")
    assert read.description == "ARFF"
    assert [(row.id, row.text, row.reason) for row in read.rows] == [
        ("1", 'well, it\'s "fine"\nnow', None),
        ("2", "you, it's", None),
        ("3", None, Reason.NO_TEXT),
        ("4", "thanks", None),
        ("5", "don't go", None),
    ]
    assert (_HEADER + data).encode()[read.rows[1].offset :].startswith(b"yes, 2")


def test_records_that_list_their_columns_are_read(read_dump: DumpReader) -> None:
    """Such a line has the numbers of the columns before their values."""
    rows = read_dump((_HEADER + "{1 7, 2 'hi, you'}\n{0 yes, 2 no}\n").encode(), "corpus", id_column="the id").rows
    assert [(row.id, row.text) for row in rows] == [("7", "hi, you"), (None, "no")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [(b"no,1,'open\n", Reason.OPEN_QUOTE), (b"no,1\n", Reason.TOO_FEW_CELLS), (b"no,1,a,b\n", Reason.TOO_MANY_CELLS)],
)
def test_a_broken_line_costs_no_other(read_dump: DumpReader, line: bytes, reason: Reason) -> None:
    """It has a reason; the line behind it is read."""
    rows = read_dump(_HEADER.encode() + line + b"no,2,hi\n", "corpus.arff").rows
    assert [(row.text, row.reason) for row in rows] == [(None, reason), ("hi", None)]


def test_old_encodings_are_recognised(read_dump: DumpReader) -> None:
    """Many of these files are older than UTF-8."""
    text = "Die Züge fuhren über die Brücke, und für die Gäste gab es süße Äpfel; schöne Grüße!"
    rows = read_dump((_HEADER + f"no,1,'{text}'\n" * 3).encode("cp1252"), "corpus.arff").rows
    assert [row.text for row in rows] == [text] * 3


def test_a_file_without_columns_is_refused(read_dump: DumpReader) -> None:
    """The message says what is missing."""
    with pytest.raises(DumpError, match="@attribute"):
        read_dump(b"@relation x\n@data\n1,2\n", "corpus.arff")

"""Each record of delimited text becomes one row, however sloppy its quotes are."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.rows import MAX_ROW_LENGTH, MAX_TEXT_LENGTH, Columns, Reason
from tests.service.batch.input.dump_reader import DumpReader, read_file, reasons, texts


def test_csv_rows_that_do_not_fit_have_a_reason(read_dump: DumpReader) -> None:
    """Too few cells, too many, and bytes that are not UTF-8 cost one row each."""
    content = b"id,text,n\na,good,1\nb,few\nc,too,many,4\nd,\xff\xfe,1\ne,good,\xff\n\nf\xff,good,2\n,good,3\n"
    rows = read_dump(content).rows
    assert reasons(rows) == [None, Reason.TOO_FEW_CELLS, Reason.TOO_MANY_CELLS, Reason.NOT_UTF8, None, None, None]
    assert [row.id for row in rows] == ["a", "b", "c", "d", "e", "f\ufffd", None]
    assert [row.line for row in rows] == [2, 3, 4, 5, 6, 8, 9]


def test_a_stray_delimiter_never_hands_out_a_wrong_id(read_dump: DumpReader) -> None:
    """Where cells are shifted, an id to the right of the text cannot be trusted."""
    rows = read_dump(b"text,id\nwell, well,7\n").rows
    assert [(row.id, row.reason) for row in rows] == [(None, Reason.TOO_MANY_CELLS)]


def test_quoted_cells_may_hold_everything(read_dump: DumpReader) -> None:
    """Line ends, delimiters, doubled quotes and NUL bytes inside quotes belong to the text."""
    text = 'a "quote", a\nline, a\r\nline, a\rline\x00;\t'
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["id", "text"], ["1", text], ["2", "next"]])
    rows = read_dump(buffer.getvalue().encode()).rows
    assert texts(rows) == [text, "next"]
    assert [row.line for row in rows] == [2, 6]


def test_sloppy_quotes_in_one_line_are_forgiven(read_dump: DumpReader) -> None:
    """A cell that continues after its closing quote is still read."""
    rows = read_dump(b'id,text\n1,"so" he said\n2,he said "so"\n').rows
    assert texts(rows) == ["so he said", 'he said "so"']


@pytest.mark.parametrize(
    "below",
    [b"2,plain\n3,plain too\n", b'2,"quoted"\n3,plain too\n', b'2,plain\n3,"a ""nested"" quote"\n', b'2,plain\n3,"two\nlines"\n'],
)
def test_a_quote_that_is_never_closed_costs_one_row(read_dump: DumpReader, below: bytes) -> None:
    """The rows below a stray quote are read."""
    rows = read_dump(b'id,text\n1,"never closed\n' + below).rows
    assert [row.id for row in rows][1:] == ["2", "3"]
    assert reasons(rows) == [Reason.OPEN_QUOTE, None, None]


def test_long_fields_are_read_and_over_long_ones_are_not(read_dump: DumpReader) -> None:
    """A text beyond the limit of the csv module is read; one beyond ours is a row with a reason, as is an endless line."""
    long, too_long, endless = b"x" * MAX_TEXT_LENGTH, b"x" * (MAX_TEXT_LENGTH + 1), b"x" * (MAX_ROW_LENGTH + 5)
    rows = read_dump(b"id,text\n1," + long + b"\n2," + too_long + b"\n3," + endless + b"\n4,y\n").rows
    assert [(row.id, row.reason) for row in rows] == [("1", None), ("2", Reason.TOO_LONG), (None, Reason.TOO_LONG), ("4", None)]
    assert len(rows[0].text or "") == MAX_TEXT_LENGTH


def test_an_endless_quote_costs_one_row(read_dump: DumpReader) -> None:
    """A quote that stays open beyond the longest row costs its own line, and the lines below it are read."""
    lines = b"".join(b"%d,plain plain plain plain\n" % number for number in range(400_000))
    rows = read_dump(b'id,text\nx,"open\n' + lines).rows
    assert len(rows) == 400_001
    assert reasons(rows[:2]) == [Reason.OPEN_QUOTE, None]


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: not text.startswith("[")), max_size=20),
    st.sampled_from(",;\t|"),
)
def test_every_text_survives_csv(tmp_path_factory: pytest.TempPathFactory, comments: list[str], delimiter: str) -> None:
    """Reading the output of a CSV writer gives its texts, in order."""
    path = tmp_path_factory.mktemp("csv") / "x"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(
            [["id", "text"], *([str(at), text] for at, text in enumerate(comments))]
        )
    rows = read_file(path).rows
    assert texts(rows) == comments
    assert [row.id for row in rows] == [str(at) for at in range(len(comments))]


@given(st.binary(max_size=400))
def test_any_bytes_below_a_csv_header_are_rows(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever follows a header, reading ends, and every row has either a text or a reason."""
    path = tmp_path_factory.mktemp("bytes") / "x"
    path.write_bytes(b"id,text\n" + content)
    for row in read_file(path).rows:
        assert (row.text is None) == (row.reason is not None)
        (row.text or "").encode()


def test_a_header_alone_has_no_rows(read_dump: DumpReader) -> None:
    """A header is no row."""
    columns, rows, _ = read_dump(b"id,text\n")
    assert (columns, rows) == (Columns("text", "id"), [])


def test_lines_between_tabs_are_records_whatever_quotes_they_hold(read_dump: DumpReader) -> None:
    """In a file that was written without quotes, a quote never joins two comments, and never costs one."""
    content = b'id\ttext\n1\t"well then\n2\tyou fool\n3\tas you say"\n4\t"so" he said\n5\t"and\n6\tend\n'
    table = read_dump(content, "x.tsv")
    assert texts(table.rows) == ['"well then', "you fool", 'as you say"', '"so" he said', '"and', "end"]
    assert [row.id for row in table.rows] == ["1", "2", "3", "4", "5", "6"]


def test_quoted_cells_between_tabs_may_still_span_lines(read_dump: DumpReader) -> None:
    """Lines without the tabs of a record belong to the cell that they stand in."""
    content = b'id\ttext\tn\n1\t"two\nlines"\t5\n2\t"a\ttab"\t6\n3\t"a ""quote"""\t7\n'
    assert texts(read_dump(content, "x.tsv").rows) == ["two\nlines", "a\ttab", 'a "quote"']


@given(
    st.lists(
        st.tuples(st.text(st.sampled_from('ab" ,'), max_size=9), st.text(st.sampled_from("ab,.'"), min_size=1, max_size=9)),
        min_size=1,
        max_size=9,
    )
)
def test_unquoted_tables_with_tabs_keep_every_comment(tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]) -> None:
    """A table that was joined by tabs has as many rows as lines, each with its own id."""
    path = tmp_path_factory.mktemp("tabs") / "x.tsv"
    path.write_text("id\ttext\tn\n" + "".join(f"{number}\t{text}\t{n}\n" for number, (text, n) in enumerate(cells)))
    rows = read_file(path).rows
    assert [row.id for row in rows] == [str(number) for number in range(len(cells))]
    for row, (text, _) in zip(rows, cells, strict=True):
        assert row.text == text or (len(text) > 1 and text[0] == text[-1] == '"' and row.text == text[1:-1].replace('""', '"'))


def test_a_table_of_one_column_needs_no_quotes(read_dump: DumpReader) -> None:
    """Nothing separates the cells of one column, so that a comma is part of the text; quoted cells are read as ever."""
    assert texts(read_dump(b'comment\nhello, you\n"so", he said\nfine\n', "x.csv").rows) == ["hello, you", '"so", he said', "fine"]
    assert texts(read_dump(b'comment\n"hello, you"\n"two\nlines"\nfine\n', "x.csv").rows) == ["hello, you", "two\nlines", "fine"]
    mixed = b'comment\n"two\nlines, quoted"\nnot, quoted\n'
    assert texts(read_dump(mixed, "x.csv").rows) == ["two\nlines, quoted", "not, quoted"]
    assert texts(read_dump(b'comment\n"never closed\nfine\n', "x.csv").rows) == ['"never closed', "fine"]


def test_a_repeated_header_is_no_comment(read_dump: DumpReader) -> None:
    """Files that were put together from several have their header again; it has a reason, and no id."""
    assert reasons(read_dump(b"text\nhello\n\xef\xbb\xbftext\n", "x.csv").rows) == [None, Reason.NOT_A_COMMENT]
    rows = read_dump(b"id,text\n1,hello\n\xef\xbb\xbfid,text\n2,there\nid,text\n", "x.csv").rows
    assert [(row.id, row.text, row.reason) for row in rows] == [
        ("1", "hello", None),
        (None, None, Reason.NOT_A_COMMENT),
        ("2", "there", None),
        (None, None, Reason.NOT_A_COMMENT),
    ]


def test_an_open_quote_keeps_the_id_to_its_left(read_dump: DumpReader) -> None:
    """The cells before the one that is never closed are where they should be; those after it are not."""
    assert [(row.id, row.reason) for row in read_dump(b'id,text\n7,"never, closed\n8,"nor this\n').rows] == [
        ("7", Reason.OPEN_QUOTE),
        ("8", Reason.OPEN_QUOTE),
    ]
    assert [row.id for row in read_dump(b'text,id\n"never,7\n"nor,8\n').rows] == [None, None]


def test_a_delimiter_at_the_end_of_each_line_is_no_cell(read_dump: DumpReader) -> None:
    """Some programs write one in each row, but not in the header."""
    assert texts(read_dump(b"id,text\n1,hello,\n2,there,\n", "x.csv").rows) == ["hello", "there"]


def test_the_three_headers_of_a_survey_are_no_comments(read_dump: DumpReader) -> None:
    """Qualtrics writes the question and its number below the name of each column."""
    head = b'StartDate,Q1\nStart Date,What do you think?\n"{""ImportId"":""startDate""}","{""ImportId"":""QID1""}"\n'
    rows = read_dump(head + b"2020-01-01,It is awful\n2020-01-02,I like it a lot\n", "x.csv").rows
    assert reasons(rows) == [Reason.NOT_A_COMMENT] * 2 + [None] * 2
    assert texts(rows[2:]) == ["It is awful", "I like it a lot"]


def test_spaces_before_quotes_are_no_text(read_dump: DumpReader) -> None:
    """People who write tables by hand put a space after each comma; where they quote, the quotes still count."""
    table = read_dump(b'id, text, n\n1, hello, 1\n2, "you, fool", 2\n3, "so", 3\n', "x.csv")
    assert texts(table.rows) == ["hello", "you, fool", "so"]
    table = read_dump(b'id,text\n1, "so" he said\n2, "never closed\n', "x.csv")
    assert texts(table.rows) == [' "so" he said', ' "never closed']


def test_quotes_behind_backslashes_are_part_of_the_text(read_dump: DumpReader) -> None:
    """Spark and databases write them so; a backslash elsewhere, or in a table that keeps the rules without that, is as it stands."""
    content = b'id,text\n1,"he said \\"you, fool\\" and left"\n2,"C:\\new, b"\n3,"two\nlines \\"so\\""\n4,plain\n'
    assert texts(read_dump(content, "x.csv").rows) == ['he said "you, fool" and left', "C:\\new, b", 'two\nlines "so"', "plain"]
    kept = b'id,text\n1,"a path, C:\\"\n2,fine\n'
    assert texts(read_dump(kept, "x.csv").rows) == ["a path, C:\\", "fine"]


@pytest.mark.parametrize("delimiter", ["\x01", "\x1f", "^", "~"])
def test_rare_delimiters_are_found_where_a_column_is_known(read_dump: DumpReader, delimiter: str) -> None:
    """Databases write them, because no text holds them."""
    lines = [["id", "comment", "n"], ["1", "you fool, and you", "5"], ["2", "a; b", "6"]]
    content = "".join(delimiter.join(line) + "\n" for line in lines).encode()
    assert texts(read_dump(content, "x.csv").rows) == ["you fool, and you", "a; b"]
    assert texts(read_dump(b"comment\nso ~ that ^ is it\n", "x.csv").rows) == ["so ~ that ^ is it"]

"""Records are found in XML of any kind, by the texts in it."""

import pytest

from model.errors import DumpError
from service.batch.rows import Columns
from tests.service.batch.input.dump_reader import DumpReader


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '<output><blogpost><title>T</title><comments><comment id="1" parentid="0"><name>Ann</name><text><![CDATA[hi you]]></text>'
            '</comment><comment id="2" parentid="1"><name>Bob</name><text>no</text></comment></comments></blogpost></output>',
            [("1", "hi you", None), ("2", "no", "1")],
        ),
        ('<smses count="2"><sms id="1" body="hi you"/><sms id="2" body="no" /></smses>', [("1", "hi you", None), ("2", "no", None)]),
        (
            '<corpus><comment id="1">hi you</comment><comment id="2">n<b>o</b>!</comment></corpus>',
            [("1", "hi you", None), ("2", "no!", None)],
        ),
        (
            '<t><comment id="1"><body>hi you</body><replies><comment id="2"><body>no</body><replies><comment id="3"><body>yes</body>'
            "</comment></replies></comment></replies></comment></t>",
            [("1", "hi you", None), ("2", "no", "1"), ("3", "yes", "2")],
        ),
        (
            '<thread><question id="1"><text>hi you</text></question><answer id="2"><text>no</text></answer></thread>',
            [("1", "hi you", None), ("2", "no", None)],
        ),
        (
            "<author><documents><document><![CDATA[hi you]]></document><document>no</document></documents></author>",
            [(None, "hi you", None), (None, "no", None)],
        ),
        (
            '<mysqldump><database name="f"><table_data name="comments"><row><field name="id">1</field>'
            '<field name="text">hi you</field></row>'
            '<row><field name="id">2</field><field name="text">no</field></row></table_data></database></mysqldump>',
            [("1", "hi you", None), ("2", "no", None)],
        ),
        (
            '<export><database name="f"><table name="c"><column name="id">1</column><column name="text">hi you</column></table>'
            '<table name="c"><column name="id">2</column><column name="text">no</column></table></database></export>',
            [("1", "hi you", None), ("2", "no", None)],
        ),
        (
            '<add><doc><str name="id">1</str><str name="comment">hi you</str></doc>'
            '<doc><str name="id">2</str><str name="comment">no</str></doc></add>',
            [("1", "hi you", None), ("2", "no", None)],
        ),
    ],
    ids=["elements", "attributes", "own text", "nested", "two kinds", "texts alone", "mysqldump", "phpMyAdmin", "Solr"],
)
def test_comments_are_found_wherever_they_are(read_dump: DumpReader, body: str, expected: list[tuple[str | None, str, str | None]]) -> None:
    """Whether texts are elements, attributes or all that a record has, each record is a comment; a reply in another one is its answer."""
    rows = read_dump(f'<?xml version="1.0"?>\n{body}\n'.encode(), "x.xml").rows
    assert [(row.id, row.text, row.parent) for row in rows] == expected


def test_what_a_server_wrote_before_the_document_costs_nothing(read_dump: DumpReader) -> None:
    """The documents are found behind it, one after another."""
    document = '<?xml version="1.0"?>\n<thread><post id="1"><text>hi you</text></post><post id="2"><text>no</text></post></thread>\n'
    read = read_dump(f"<br />\n<b>Notice</b>: x in <b>/a.php</b><br />\n{document}{document}".encode(), "dump")
    assert [(row.id, row.text) for row in read.rows] == [("1", "hi you"), ("2", "no")] * 2
    assert len(read.remarks) == 1


def test_columns_are_chosen_as_in_any_table(read_dump: DumpReader) -> None:
    """The caller can name them, and keep others."""
    content = b'<?xml version="1.0"?><log><entry nr="1" who="ann"><said>hi</said><post>a title</post></entry></log>'
    read = read_dump(content, "x.xml", text_column="said", id_column="nr", author_column="who", keep=("post",))
    assert (read.columns, [(row.id, row.text, row.author, row.extra) for row in read.rows]) == (
        Columns("said", "nr", author="who"),
        [("1", "hi", "ann", {"post": "a title"})],
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'<?xml version="1.0"?><settings><depth>1</depth></settings>', "<settings>, <depth>"),
        (b'<?xml version="1.0"?><users><row Id="1" AboutMe="hi"/></users>', r"Comments\.xml"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e "x">]><a><b><text>&e;</text></b></a>', "no comments|entities"),
    ],
)
def test_documents_without_comments_are_refused(read_dump: DumpReader, content: bytes, message: str) -> None:
    """The message says what is in the document, or where the comments are."""
    with pytest.raises(DumpError, match=message):
        read_dump(content, "x.xml")

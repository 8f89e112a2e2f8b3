"""Of the tables in a database those are read that hold comments, and what is not read is said."""

import pytest

from model.errors import DumpError
from service.batch.rows import ReadAs, Reason
from tests.service.batch.input.dump_reader import DumpReader, reasons, texts

_COMMENTS = "INSERT INTO comments (id, author, body) VALUES (1,'Ann','So good, thank you'),(2,'Bob','no, not at all');\n"
_USERS = "INSERT INTO users (id, name, bio) VALUES (1,'Ann','I write what I like');\n"
_PRIVATE = "INSERT INTO private_messages (id, body) VALUES (1,'only for you, my dear');\n"
_DATA = "INSERT INTO data (id, text) VALUES (1,'what people wrote here'),(2,'and here as well');\n"
_REPLIES = "INSERT INTO replies (id, body) VALUES (1,'an answer to all that');\n"
_WORDPRESS = "INSERT INTO wp_comments (comment_ID, comment_post_ID, comment_content) VALUES (1,1,'hi there');\n"
_DOUBT = (
    "INSERT INTO reviews (id, pros, cons) VALUES (1,'it is good at all','it is bad now'),(2,'so nice and so warm','so ugly and cold');\n"
)


def test_tables_of_comments_are_read_and_others_are_named(read_dump: DumpReader) -> None:
    """Each row says which table it is from, and is numbered within it."""
    dump = read_dump((_USERS + _COMMENTS + _PRIVATE + _REPLIES).encode(), "x.sql")
    assert [(row.member, row.line, row.id) for row in dump.rows] == [("comments", 1, "1"), ("comments", 2, "2"), ("replies", 1, "1")]
    assert dump.remarks == ["read as comments: comments, replies; passed over: users, private_messages (--table NAME reads one of them)"]


def test_a_table_is_read_on_request(read_dump: DumpReader) -> None:
    """--table reads one table and no other, whatever its name says."""
    content = (_COMMENTS + _PRIVATE).encode()
    dump = read_dump(content, "x.sql", table="private_messages")
    assert texts(dump.rows) == ["only for you, my dear"]
    with pytest.raises(DumpError, match=r"no table “posts”.*comments: id, author, body; private_messages"):
        read_dump(content, "x.sql", table="posts")
    with pytest.raises(DumpError, match=r"x\.sql/users.*--text-column"):
        read_dump(b"INSERT INTO users (id, age) VALUES (1,2),(2,3);", "x.sql", table="users")


def test_a_table_whose_name_says_nothing_is_read_unless_software_is_known(read_dump: DumpReader) -> None:
    """Where the table of a known software is there, only names that tell of comments count besides."""
    assert texts(read_dump(_DATA.encode(), "x.sql").rows) == ["what people wrote here", "and here as well"]
    assert texts(read_dump((_WORDPRESS + _DATA).encode(), "x.sql").rows) == ["hi there"]
    structure = "CREATE TABLE wp_comments (comment_ID int, comment_post_ID int, comment_content text);\n"
    assert texts(read_dump((structure + _DATA + _WORDPRESS).encode(), "x.sql").rows) == ["hi there"]


def test_a_table_whose_names_say_nothing_is_read_by_what_is_in_it(read_dump: DumpReader) -> None:
    """That is so where no other table is likely to hold comments, and it is said."""
    answers = ["so kann das nicht weitergehen, finde ich", "alles bestens, danke euch allen", "na ja, es geht so halbwegs"]
    survey = "".join(f"INSERT INTO umfrage (nr, ort, antworttext) VALUES ({nr},'Ulm','{text}');\n" for nr, text in enumerate(answers))
    dump = read_dump((_USERS + survey).encode(), "x.sql")
    assert texts(dump.rows) == answers
    assert any("antworttext" in remark for remark in dump.remarks)
    assert texts(read_dump((survey + _COMMENTS).encode(), "x.sql").rows) == ["So good, thank you", "no, not at all"]


def test_the_column_that_is_asked_for_decides(read_dump: DumpReader) -> None:
    """--text-column reads the tables that have it."""
    content = (_COMMENTS + _USERS).encode()
    dump = read_dump(content, "x.sql", text_column="bio")
    assert texts(dump.rows) == ["I write what I like"]


def test_columns_without_names_go_by_numbers(read_dump: DumpReader) -> None:
    """Their content chooses, unless the caller does."""
    content = b"INSERT INTO comments VALUES (1,'Ann','So good, thank you very much'),(2,'Bob','no, this is not good at all');\n"
    assert texts(read_dump(content, "x.sql").rows)[0] == "So good, thank you very much"
    dump = read_dump(content, "x.sql", text_column="2", id_column="1")
    assert [(row.id, row.text) for row in dump.rows] == [("1", "Ann"), ("2", "Bob")]


def test_a_table_in_doubt_is_loud(read_dump: DumpReader) -> None:
    """Beside other tables it is a row that is not read, with the reason; alone it is refused, with what to say."""
    with pytest.raises(DumpError, match=r"pros.*cons.*--text-column"):
        read_dump(_DOUBT.encode(), "x.sql")
    dump = read_dump((_DOUBT + _COMMENTS).encode(), "x.sql")
    assert reasons(dump.rows) == [None, None, Reason.NOT_READ]
    assert dump.rows[-1].member == "reviews"
    assert any("pros" in remark for remark in dump.remarks)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_USERS, r"no table is known to hold comments.*--table.*users: id, name, bio"),
        ("CREATE TABLE comments (id int, text text);", "no rows of any table"),
    ],
)
def test_a_dump_without_comments_is_refused(read_dump: DumpReader, content: str, message: str) -> None:
    """The message says what is in it."""
    with pytest.raises(DumpError, match=message):
        read_dump(content.encode(), "x.sql")


def test_tables_of_articles_are_passed_over(read_dump: DumpReader) -> None:
    """What others comment on has an address of its own."""
    posts = "INSERT INTO posts (id, slug, body) VALUES (1,'a-post','The article itself, which is long');\n"
    assert texts(read_dump((posts + _COMMENTS).encode(), "x.sql").rows) == ["So good, thank you", "no, not at all"]


def test_a_platform_that_is_asked_for_is_read_and_no_other(read_dump: DumpReader) -> None:
    """--format wordpress reads its tables of comments from a dump, too."""
    dump = read_dump((_DATA + _COMMENTS + _WORDPRESS).encode(), "x.sql", read_as=ReadAs.WORDPRESS)
    assert [row.member for row in dump.rows] == ["wp_comments"]


def test_columns_to_keep_are_kept(read_dump: DumpReader) -> None:
    """Whatever the table, a column is passed on by its name; one that the first table lacks is refused."""
    dump = read_dump(_COMMENTS.encode(), "x.sql", keep=("author",))
    assert [row.extra for row in dump.rows] == [{"author": "Ann"}, {"author": "Bob"}]
    with pytest.raises(DumpError, match=r"--keep.*author"):
        read_dump(_COMMENTS.encode(), "x.sql", keep=("age",))

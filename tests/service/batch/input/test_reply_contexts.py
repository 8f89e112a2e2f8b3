"""What comments answer, found in the dump itself, in bounded memory; no row is lost or otherwise changed."""

from hypothesis import given
from hypothesis import strategies as st

from service.batch.columnar.chunks import Chunk
from service.batch.input.reply_contexts import ReplyContexts
from service.batch.rows import Reason, Row

IDS = st.none() | st.sampled_from(["a", "b", "t1_a", 7, "7", 0])
TEXTS = st.none() | st.text(max_size=3)
PARENTS = st.none() | st.sampled_from(["a", "b", "7"])
NOTHING = dict.fromkeys(("reason", "author", "created_at", "extra", "offset"), st.none())
ROWS = st.lists(st.builds(Row, line=st.just(1), id=IDS, text=TEXTS, parent=PARENTS, parent_text=TEXTS, title=TEXTS, **NOTHING), max_size=12)


def contexts(rows: list[Row]) -> list[tuple[str | None, str | None]]:
    """Return the text of the parent and the title that each row is completed with."""
    return [(row.parent_text, row.title) for row in ReplyContexts().complete_rows(rows)]


def test_replies_have_the_text_of_their_parent_and_the_title_of_their_thread() -> None:
    """A story without text gives its title; a reply to a reply inherits it; a comment that answers nothing has none."""
    rows = [
        Row(1, "s1", None, Reason.NOT_A_COMMENT, title="Bread"),
        Row(2, "t1_k1", "I like rye.", parent="s1"),
        Row(3, "k2", "So do I.", parent="k1"),
        Row(4, 5, "[x]", parent="gone"),
        Row(5, "k3", "What?", parent="5"),
    ]
    assert contexts(rows) == [(None, "Bread"), (None, "Bread"), ("I like rye.", "Bread"), (None, None), ("[x]", None)]


def test_what_the_dump_says_itself_comes_first() -> None:
    """A row that has the text of its parent, or a title, keeps it."""
    rows = [Row(1, "a", "remembered", title="old"), Row(2, "b", "x", parent="a", parent_text="said", title="new")]
    assert contexts(rows)[1] == ("said", "new")


def test_members_of_an_archive_have_threads_of_their_own() -> None:
    """Two sites in one archive call different comments the same; a reply never gets what the other site says."""
    rows = [Row(1, "1", "of a", member="a.xml"), Row(1, "1", "of b", member="b.xml"), Row(2, "2", "x", parent="1", member="a.xml")]
    assert contexts(rows)[2] == ("of a", None)


def test_little_is_remembered() -> None:
    """Of a long text the beginning is; of many texts those that were used last; a thread stays while it is answered."""
    remembered = ReplyContexts(max_size=20_000)
    rows = [Row(0, "thread", "y" * 1000, title="T")]
    rows += [Row(at, f"k{at}", "x" * 10_000, parent="thread") for at in range(1, 200)]
    rows += [Row(200, "z", "late", parent="k1"), Row(201, "z2", "late", parent="k199")]
    completed = list(remembered.complete_rows(rows))

    assert len(completed) == len(rows)
    assert {row.parent_text for row in completed[1:200]} == {"y" * 400}
    assert [row.parent_text for row in completed[200:]] == [None, "x" * 400]
    assert completed[201].title == "T"


@given(ROWS)
def test_rows_and_chunks_are_completed_alike(rows: list[Row]) -> None:
    """Whether rows come one by one or in columns, they get the same contexts, and nothing else changes."""
    completed = list(ReplyContexts().complete_rows(rows))
    chunk = ReplyContexts().complete_chunk(Chunk.from_rows(rows))

    assert [(row.parent_text, row.title) for row in completed] == list(zip(chunk.parent_texts, chunk.titles, strict=True))
    assert [row._replace(parent_text=None, title=None) for row in completed] == [row._replace(parent_text=None, title=None) for row in rows]

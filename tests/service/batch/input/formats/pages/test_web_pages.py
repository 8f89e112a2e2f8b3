"""The comments on a saved page become rows, without the page around them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import DumpError
from tests.service.batch.input.dump_reader import DumpReader
from tests.service.batch.input.formats.pages.page_samples import LISTS, PAGE_COMMENTS, THEMES, read_page_sample


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '<div class="wpd-thread-list"><div id="wpd-comm-7_0" class="comment wpd-comment"><div class="wpd-comment-wrap">'
            '<div class="wpd-comment-author">Ann</div><div class="wpd-comment-date" title="x">1 hour ago</div>'
            '<div class="wpd-comment-text"><p>So good</p></div><div class="wpd-comment-footer"><button>Reply</button></div>'
            "</div></div></div>",
            [("Ann", "<p>So good</p>")],
        ),
        (
            '<div itemscope itemtype="https://schema.org/Comment"><span itemprop="author">Ann</span>'
            '<time itemprop="dateCreated" datetime="2020-01-01">long ago</time><p itemprop="text">So <i>good</i></p><a>Like</a></div>',
            [("Ann", "So <i>good</i>")],
        ),
        (
            '<script type="application/ld+json">{"@type":"Article","comment":[{"@type":"Comment","text":"So good",'
            '"author":{"@type":"Person","name":"Ann"},"comment":{"@type":"Comment","text":"no","author":"Bob"}}]}</script>',
            [("Ann", "So good"), ("Bob", "no")],
        ),
        (
            '<ul class="comments"><li><span class="author">Ann</span><span class="date">today</span><p>So good</p></li>'
            '<li><span class="author">Bob</span><p>no</p></li></ul>',
            [("Ann", "So good"), ("Bob", "no")],
        ),
    ],
    ids=["wpDiscuz", "microdata", "JSON-LD", "list"],
)
def test_comments_are_read_without_names_dates_and_buttons(read_dump: DumpReader, body: str, expected: list[tuple[str, str]]) -> None:
    """These are no part of the texts, in any kind of mark-up."""
    rows = read_dump(f"<!doctype html><body><p>The post</p>{body}<footer>Imprint</footer></body>".encode(), "x.html").rows
    assert [(row.author, (row.text or "").strip()) for row in rows] == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html><body><p>nothing said</p></body></html>", "no comments"),
        (b'<html><p>A post</p><iframe id="dsq-app1" src="./A post_files/saved_resource.html"></iframe>', "A post_files/saved_resource"),
        (b"<html>" + b'<div class="comment"><p>x</p>' * 5000, "nested deeper"),
    ],
)
def test_pages_without_comments_and_traps_are_refused(read_dump: DumpReader, content: bytes, message: str) -> None:
    """A page that would take for ever to search is refused before it is."""
    with pytest.raises(DumpError, match=message):
        read_dump(content, "dump")


@pytest.mark.parametrize("name", sorted(PAGE_COMMENTS))
def test_pages_of_known_programs_are_read_whole(read_dump: DumpReader, name: str) -> None:
    """Every comment has its own id, author, parent, time and text, and nothing of what is around it."""
    rows = read_dump(read_page_sample(name), name).rows
    assert [(row.id, row.author, row.parent, row.created_at and row.created_at.isoformat(), row.text) for row in rows] == PAGE_COMMENTS[
        name
    ]


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_names_dates_and_buttons_in_the_element_of_the_text_are_no_text(read_dump: DumpReader, theme: str) -> None:
    """Wherever a theme puts them, they do not count as words of the author."""
    comment = THEMES[theme].replace("DATE", "January 1, 2023 at 10:00 am").replace("TEXT", "<p>So good.</p><p>Thanks</p>")
    page = f'<!doctype html><ol class="commentlist"><li class="comment depth-1" id="comment-10">{comment}</li></ol>'
    row = read_dump(page.encode(), "x.html").rows[0]
    assert (row.id, row.author, row.text) == ("10", "Ann", "<p>So good.</p><p>Thanks</p>")
    assert row.created_at is not None
    assert row.created_at.isoformat() == "2023-01-01T10:00:00+00:00"


@pytest.mark.parametrize("kind", sorted(LISTS))
def test_any_list_of_comments_is_read(read_dump: DumpReader, kind: str) -> None:
    """A list that no known program writes has as many comments as it shows, with their authors and nothing but their texts."""
    rows = read_dump(f"<!doctype html><p>The post</p>{LISTS[kind]}<p>Imprint</p>".encode(), "x.html").rows
    assert [(row.author, (row.text or "").removeprefix("<p>").removesuffix("</p>")) for row in rows] == [("Ann", "So good.")]


def test_every_paragraph_of_a_comment_is_read(read_dump: DumpReader) -> None:
    """Where no element holds the whole text, no paragraph is lost."""
    page = "<ul class='comments'><li><span class='author'>Ann</span><p>One</p><blockquote>two</blockquote><p>three</p></li></ul>"
    assert [row.text for row in read_dump(f"<!doctype html>{page}".encode(), "x.html").rows] == [
        "<p>One</p><blockquote>two</blockquote><p>three</p>"
    ]


def test_what_is_gone_has_a_reason(read_dump: DumpReader) -> None:
    """Placeholders in pages are told from texts as they are elsewhere."""
    comment = b'<li class="comment" id="comment-1"><div class="comment-content"><p>[removed]</p></div></li>'
    rows = read_dump(b"<!doctype html>" + comment, "x.html").rows
    assert [(row.id, row.text, row.reason) for row in rows] == [("1", None, "removed")]


TREES: st.SearchStrategy[list[object]] = st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=4), max_leaves=12)


@given(TREES)
@settings(max_examples=40)
def test_trees_of_comments_are_read_once_each(read_dump: DumpReader, tree: list[object]) -> None:
    """However replies are nested, each comment is a row with its own text, and answers the comment that it is nested in."""
    expected: list[tuple[str, str | None, str]] = []

    def write(replies: list[object], parent: str | None) -> str:
        parts = []
        for inner in replies:
            number = str(len(expected) + 1)
            expected.append((number, parent, f"<p>text {number}</p>"))
            parts.append(
                f'<li class="comment" id="comment-{number}"><div class="comment-body"><cite class="fn">Ann</cite><p>text {number}</p></div>'
                f'<ul class="children">{write(inner if isinstance(inner, list) else [], number)}</ul></li>'
            )
        return "".join(parts)

    page = write([tree], None)
    rows = read_dump(f'<!doctype html><ol class="commentlist">{page}</ol>'.encode(), "x.html").rows
    assert [(row.id, row.parent, row.text) for row in rows] == expected


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("discordchatexporter.html", "general"),
        ("telegram.html", "A group"),
        ("drupal.html", "https://x.example/node/1"),
        ("phpbb.html", None),
    ],
)
def test_a_page_tells_where_its_comments_were_written(read_dump: DumpReader, name: str, place: str | None) -> None:
    """That is the channel of a chat, or the address that the page gives for itself."""
    assert {row.place for row in read_dump(read_page_sample(name), name).rows} == {place}


@pytest.mark.parametrize(
    "text",
    [
        "<blockquote><cite>Bob</cite> said</blockquote><p>I agree</p>",
        "<p>Just now</p>",
        "<p>Like</p>",
        "<p>Ann</p>",
        "<p>On January 5, 2020</p><p>it rained</p>",
        "<p><strong>Important:</strong></p><p>listen</p>",
        "<p>nice</p><p>by the way</p>",
        '<p>see</p><p><a href="http://x.example">here</a></p>',
        '<p><a href="#comment-4">@Bob</a> no way</p>',
        '<p>try <code class="user-name">x</code></p>',
        "<ul><li>one</li><li>two</li></ul>",
    ],
)
def test_what_only_looks_like_a_label_stays(read_dump: DumpReader, text: str) -> None:
    """Nothing that somebody wrote is taken for a name, a date or a button."""
    comment = f'<li class="comment" id="comment-1"><cite class="fn">Ann</cite><div class="comment-content">{text}</div></li>'
    assert [row.text for row in read_dump(f"<!doctype html><ol>{comment}</ol>".encode(), "x.html").rows] == [text]

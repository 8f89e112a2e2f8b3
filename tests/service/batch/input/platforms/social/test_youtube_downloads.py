"""Comments on videos as programs download them."""

from tests.service.batch.input.platforms.record_rows import read_records


def test_comments_of_a_video_may_come_one_by_one() -> None:
    """Where a document is too large to be held, the video stands around its comments."""
    comment = {"id": "UgxA", "parent": "root", "text": "nice", "author_id": "UC1", "timestamp": 1577836800, "like_count": 0}
    (row,) = read_records([comment], "comments downloaded by yt-dlp", envelope={"id": "v1", "title": "Beans"})

    assert (row.id, row.text, row.author, row.parent, row.title, row.place) == ("UgxA", "nice", "UC1", None, "Beans", "v1")


def test_a_video_is_known_by_its_comments() -> None:
    """What is not said of a video, or of who wrote a comment, is not needed: comments at the top have the word ``root`` as their parent."""
    comments = [{"id": "a", "text": "hi", "parent": "root", "timestamp": 1577836800}, {"id": "b", "text": "no", "parent": "a"}]
    rows = read_records([{"id": "v1", "comments": comments}], "comments downloaded by yt-dlp")

    assert [(row.id, row.parent, row.place) for row in rows] == [("a", None, "v1"), ("b", "a", "v1")]


def test_a_video_without_comments_has_no_rows() -> None:
    """The description of a video is no comment."""
    assert read_records([{"id": "v1", "comments": [], "extractor": "youtube", "description": "hi"}], "comments downloaded by yt-dlp") == []


def test_replies_in_a_list_of_comments_name_what_they_answer() -> None:
    """youtube-comment-downloader tells it by the id alone."""
    comments = [{"cid": key, "text": key, "votes": "0", "heart": False} for key in ("UgxA", "UgxA.b", None)]
    rows = read_records(comments, "comments downloaded by youtube-comment-downloader")

    assert [row.parent for row in rows] == [None, "UgxA", None]


def test_the_table_of_youtube_data_tools_names_what_is_answered() -> None:
    """It has columns of its own for parents and authors."""
    record = {
        **{"id": "UgxA.b", "replyCount": "", "likeCount": "0", "publishedAt": "2020-01-01T00:00:00Z", "authorName": "@ann", "text": "hi"},
        **{"authorChannelId": "UC1", "authorChannelUrl": "http://www.youtube.com/@ann", "isReply": "1", "isReplyTo": "UgxA"},
    }
    (row,) = read_records([record], "comments downloaded by YouTube Data Tools")

    assert (row.id, row.text, row.author, row.parent) == ("UgxA.b", "hi", "@ann", "UgxA")

"""Posts on Twitter, in the shapes that its archives and interfaces gave them over the years."""

from typing import Any

from service.batch.input.platforms.known_platforms import recognise_platform
from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import reasons, texts
from tests.service.batch.input.platforms.record_rows import read_records
from tests.service.batch.input.platforms.social.download_samples import archived_tweet

POSTS = "posts on Twitter"


def test_the_author_of_an_archive_is_its_owner() -> None:
    """What the file of the account says stands around the posts; older archives hold the posts without a frame."""
    tweet = archived_tweet("11", "hi")
    for record in (tweet, tweet["tweet"]):
        (row,) = read_records([record], POSTS, envelope={"account": {"username": "ann"}}, file="twitter.zip/data/tweets.js")  # type: ignore[list-item]

        assert (row.id, row.text, row.author) == ("11", "hi", "ann")


def test_what_the_user_deleted_is_not_judged() -> None:
    """A post in the file of deleted ones has that as its reason."""
    deleted = archived_tweet("11", "hi", deleted_at="Thu Jan 02 00:00:00 +0000 2020")

    assert reasons(read_records([deleted], POSTS)) == [Reason.DELETED]
    assert reasons(read_records([archived_tweet("11", "hi")], POSTS, file="twitter.zip/data/deleted-tweets.js")) == [Reason.DELETED]


def test_long_posts_are_read_whole() -> None:
    """A note is the whole of a post that the list of posts holds shortened."""
    note = {
        "noteTweet": {
            **{"noteTweetId": "99", "updatedAt": "2020-01-01T00:00:00.000Z", "createdAt": "2020-01-01T00:00:00.000Z"},
            "core": {"styletags": [], "urls": [], "text": "long " * 100, "mentions": [], "cashtags": [], "hashtags": []},
        }
    }
    (row,) = read_records([note], POSTS)

    assert (row.id, row.text, str(row.created_at)) == ("99", "long " * 100, "2020-01-01 00:00:00+00:00")


def test_messages_are_read_one_by_one() -> None:
    """Each message of a conversation has its sender, and the conversation as its place; joining one is no message."""
    message = {
        **{"recipientId": "5", "reactions": [], "text": "see https://t.co/x1 &lt;3", "mediaUrls": [], "senderId": "6", "id": "77"},
        **{
            "createdAt": "2020-01-01T00:00:00.000Z",
            "urls": [{"url": "https://t.co/x1", "expanded": "https://e.example/x", "display": "e.example/x"}],
        },
    }
    conversation = {"conversationId": "5-6", "messages": [{"messageCreate": message}, {"joinConversation": {"initiatingUserId": "5"}}]}
    first, second = read_records([{"dmConversation": conversation}], POSTS)

    assert (first.id, first.text, first.author, first.place) == ("77", "see e.example/x <3", "6", "5-6")
    assert second.reason is Reason.NOT_A_COMMENT


def test_answers_of_the_newer_interface_name_authors_by_their_ids() -> None:
    """Names come along with an answer; posts that only come along, because they are answered or quoted, are not counted."""
    answer: dict[str, Any] = {
        "data": [
            {
                **{"id": "2", "text": "no &amp; no", "author_id": "7", "created_at": "2020-01-01T00:00:00.000Z", "conversation_id": "1"},
                **{"referenced_tweets": [{"type": "replied_to", "id": "1"}], "edit_history_tweet_ids": ["2"]},
            },
            {"id": "3", "text": "RT @ann: hi", "author_id": "8", "referenced_tweets": [{"type": "retweeted", "id": "1"}]},
        ],
        "includes": {"users": [{"id": "7", "name": "Ann", "username": "ann"}], "tweets": [{"id": "1", "text": "yes", "author_id": "7"}]},
        "meta": {"result_count": 2, "newest_id": "3"},
    }
    first, second = read_records([answer], POSTS)

    assert (first.id, first.text, first.author, first.parent) == ("2", "no & no", "ann", "1")
    assert (second.id, second.author, second.reason) == ("3", "8", Reason.NOT_A_COMMENT)


def test_answers_of_the_older_interface_hold_whole_and_quoted_posts() -> None:
    """The whole text of a shortened post counts; a quoted post inside is not counted twice, and a retweet is no comment."""
    user = {"id_str": "7", "screen_name": "ann"}
    quoted = {"id_str": "1", "text": "theirs", "user": user}
    base = {"id": 2, "id_str": "2", "user": user, "in_reply_to_status_id_str": "1", "created_at": "Wed Jan 01 00:00:00 +0000 2020"}
    records = [
        {**base, "text": "shortened…", "truncated": True, "extended_tweet": {"full_text": "the whole"}, "quoted_status": quoted},
        {**base, "text": "RT …", "retweeted_status": quoted},
    ]
    rows = read_records(records, POSTS)

    assert texts(rows) == ["the whole", None]
    assert (rows[0].id, rows[0].author, rows[0].parent) == ("2", "ann", "1")
    assert rows[1].reason is Reason.NOT_A_COMMENT


def test_the_table_of_old_archives_marks_retweets() -> None:
    """``tweets.csv`` holds the id of a repeated post in a column of its own."""
    record = {
        **{"tweet_id": "2", "in_reply_to_status_id": "1", "in_reply_to_user_id": "5", "timestamp": "2012-01-31 23:59:00 +0000"},
        **{"source": "web", "text": "a &amp; b", "retweeted_status_id": "", "retweeted_status_user_id": "", "expanded_urls": ""},
    }
    first, second = read_records([record, {**record, "retweeted_status_id": "9"}], POSTS)

    assert (first.id, first.text, first.parent, str(first.created_at)) == ("2", "a & b", "1", "2012-01-31 23:59:00+00:00")
    assert second.reason is Reason.NOT_A_COMMENT


def test_scraped_posts_are_read_once() -> None:
    """What a post quotes stands inside it and is not counted."""
    quoted = {"id": 1, "rawContent": "theirs", "renderedContent": "theirs", "conversationId": 1}
    record = {
        **{"url": "https://twitter.com/ann/status/2", "date": "2020-01-01T00:00:00+00:00", "rawContent": "mine", "renderedContent": "mine"},
        **{"id": 2, "user": {"username": "ann"}, "conversationId": 1, "inReplyToTweetId": 1, "retweetedTweet": None, "quotedTweet": quoted},
    }
    (row,) = read_records([record], POSTS)

    assert (row.id, row.text, row.author, row.parent) == (2, "mine", "ann", "1")


def test_tables_of_posts_stay_tables() -> None:
    """A column ``tweet`` with texts, or ``data`` with anything else, is not of Twitter's own making."""
    for record in ({"tweet": "hi", "class": 1}, {"data": [{"text": "hi"}]}, {"data": "hi"}, {"id_str": "1", "text": "hi"}):
        assert recognise_platform(record, [record]) is None

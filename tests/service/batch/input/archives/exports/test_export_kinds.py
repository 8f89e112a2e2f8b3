"""Exports of platforms are known by the names of their files, and so are those of their files that hold comments."""

import pytest

from service.batch.input.archives.member_roles import MemberRole
from service.batch.input.archives.member_selection import MemberSelection

_READ = {MemberRole.DUMP, MemberRole.POSSIBLE, MemberRole.RECOGNISED}
_SLACK = ["channels.json", "users.json", "integration_logs.json", "general/2024-05-01.json", "general/canvas_in_the_conversation.json"]
_TWITTER = [
    *("Your archive.html", "assets/js/main.0b1c.js", "data/README.txt", "data/account.js", "data/manifest.js", "data/like.js"),
    *("data/follower.js", "data/tweets.js", "data/tweets-part1.js", "data/note-tweet.js", "data/tweet-headers.js"),
    *("data/deleted-tweets.js", "data/tweets_media/1-x.jpg", "data/direct-messages.js", "data/direct-message-headers.js"),
]
_FACEBOOK = [
    "your_facebook_activity/comments_and_reactions/comments.json",
    "your_facebook_activity/comments_and_reactions/likes_and_reactions.json",
    "your_facebook_activity/groups/your_comments_in_groups.json",
    "your_facebook_activity/messages/inbox/annebob_12/message_1.json",
    "your_facebook_activity/messages/inbox/annebob_12/photos/7.jpg",
    "your_facebook_activity/messages/autofill_information.json",
    "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json",
    "your_facebook_activity/saved_items_and_collections/saved_posts.json",
    "connections/friends/your_friends.json",
    "ads_information/ad_preferences.json",
    "personal_information/profile_information/profile_information.json",
]
_INSTAGRAM = [
    "your_instagram_activity/comments/post_comments_1.json",
    "your_instagram_activity/comments/reels_comments.json",
    "your_instagram_activity/likes/liked_comments.json",
    "your_instagram_activity/likes/liked_posts.json",
    "your_instagram_activity/media/posts_1.json",
    "your_instagram_activity/messages/inbox/x_1/message_2.json",
    "preferences/media_settings/comments_allowed_from.json",
    "ads_information/ads_and_topics/posts_viewed.json",
    "your_instagram_activity/media/stories.json",
    "your_instagram_activity/threads/threads_and_replies.json",
]
_TAKEOUT = [
    "Takeout/archive_browser.html",
    "Takeout/YouTube und YouTube Music/Kommentare/Kommentare.csv",
    "Takeout/YouTube und YouTube Music/Abos/Abos.csv",
    "Takeout/YouTube und YouTube Music/Verlauf/Wiedergabeverlauf.html",
    "Takeout/Keep/Einkaufsliste.json",
    "Takeout/Google Chat/Groups/DM 1/messages.json",
    "Takeout/Google Chat/Groups/DM 1/group_info.json",
]
_DISCORD = ["account/user.json", "messages/index.json", "messages/c81/channel.json", "messages/c81/messages.json", "servers/index.json"]
_REDDIT = ["comments.csv", "comment_headers.csv", "post_headers.csv", "posts.csv", "ip_logs.csv", "comment_votes.csv", "statistics.csv"]
_DISCOURSE_USER = ["user_archive.csv", "auth_tokens.csv", "badges.csv", "user_archive_profile.csv", "preferences.json", "likes.csv"]
_STACK_EXCHANGE = ["Badges.xml", "Comments.xml", "PostHistory.xml", "Posts.xml", "Users.xml", "Votes.xml"]
_TELEGRAM = ["result.json", "messages.html", "messages2.html", "css/style.css", "js/script.js", "photos/photo_1.jpg", "contacts/c.vcf"]
_TELEGRAM_PAGES = ["messages.html", "messages2.html", "css/style.css", "js/script.js", "images/back.png", "export_results.html"]


@pytest.mark.parametrize(
    ("paths", "read"),
    [
        (_SLACK, [3]),
        (_TWITTER, [7, 8, 9, 11, 13]),
        (_FACEBOOK, [0, 2, 3, 6]),
        (_INSTAGRAM, [0, 1, 4, 5, 8, 9]),
        (_TAKEOUT, [1, 2, 5]),
        (_DISCORD, [3]),
        (_REDDIT, [0, 3]),
        (_DISCOURSE_USER, [0]),
        (_STACK_EXCHANGE, [1, 3]),
        (_TELEGRAM, [0]),
        (_TELEGRAM_PAGES, [0, 1]),
        (["did/app.bsky.feed.post/3k.json", "did/app.bsky.feed.like/3k.json", "did/_commit.json"], [0]),
        (["data/js/tweet_index.js", "data/js/tweets/2014_01.js", "tweets.csv", "index.html"], [2]),
        (["data/js/tweet_index.js", "data/js/tweets/2014_01.js", "data/js/user_details.js"], [1]),
        (["outbox.json", "actor.json", "likes.json", "avatar.png", "media_attachments/files/1/a.json"], [0]),
        (["dump.sql.gz", "uploads/default/original/1X/a.csv", "uploads/default/original/1X/b.txt"], [0]),
    ],
    ids=["slack", "twitter", "facebook", "instagram", "takeout", "discord", "reddit", "discourse user", "stack exchange", "telegram",
         "telegram pages", "bluesky", "old twitter", "old twitter scripts", "mastodon", "discourse"],
)  # fmt: skip
@pytest.mark.parametrize("root", ["", "my export/"])
def test_only_the_files_with_comments_are_opened(paths: list[str], read: list[int], root: str) -> None:
    """Of everything that a platform puts into an export, what holds comments is read, at the root of the archive or in a folder."""
    selection = MemberSelection([root + path for path in paths])

    assert [number for number, path in enumerate(paths) if selection.role(root + path) in _READ] == read


def test_what_lies_beside_an_export_is_judged_by_itself() -> None:
    """An export says nothing about files that its platform does not put into it, in its folder or beside it."""
    selection = MemberSelection([*(f"slack/{path}" for path in _SLACK), "survey/people.json", "survey/answers.csv"])

    assert selection.role("survey/people.json") is MemberRole.DUMP
    assert selection.role("slack/comments.csv") is MemberRole.DUMP
    assert selection.role("slack/general/canvas_in_the_conversation.json") is MemberRole.COMPANION


def test_pages_of_channels_that_are_there_as_json_are_not_read_twice() -> None:
    """DiscordChatExporter writes a channel as JSON and as a page; other pages may lie beside JSON that says something else."""
    channels = ["Garden - roses [381]", "Garden - roses [382] (after 2020-01-01) [part 2]"]
    selection = MemberSelection([f"{name}.json" for name in [*channels, "post"]])

    assert [selection.role(f"{name}.html") for name in channels] == [MemberRole.TWIN, MemberRole.TWIN]
    assert [selection.role(f"{name}.html") for name in ("post", "Garden - weeds [383]")] == [MemberRole.DUMP, MemberRole.DUMP]


def test_an_export_is_recognised_while_its_files_come_in() -> None:
    """In a tar archive names become known one after another; a folder of uploads after the database is no dump."""
    selection = MemberSelection(None)
    assert selection.role("dump.sql.gz") is MemberRole.DUMP
    assert selection.role("uploads/short-url/a.csv") is MemberRole.COMPANION

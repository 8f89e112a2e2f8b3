"""The mark-up of comments on pages of forums and chats."""

from service.batch.input.formats.pages.page_markup import PageMarkup

__all__ = ["FORUM_MARKUPS"]

_DISCORD_EXPORT = PageMarkup(
    ("chatlog__message",),
    ".chatlog__message-container, .chatlog__message[data-message-id]:not(.chatlog__message-container *)",
    (".chatlog__markdown-preserve", ".preserve-whitespace", ".chatlog__content .markdown", ".chatlog__content", ".chatlog__message"),
    (".chatlog__author-name", ".chatlog__author"),
    (".chatlog__timestamp", ".chatlog__short-timestamp"),
    ids=("data-message-id", "id"),
    answers=".chatlog__reply-link, .chatlog__reference-link",
    notes=".chatlog__message-container:has(.chatlog__system-notification)",
    continues=".chatlog__message-container, .chatlog__message",
    group=".chatlog__message-group",
    place=".preamble__entry:nth-of-type(2)",
    removed=".chatlog__edited-timestamp, .chatlog__header, .chatlog__reply, .chatlog__reference, .chatlog__attachment, .chatlog__embed, "
    ".chatlog__reactions, .chatlog__message-aside, .chatlog__short-timestamp, .chatlog__sticker",
)
"""DiscordChatExporter."""

_TELEGRAM_EXPORT = PageMarkup(
    ("from_name",),
    "div.message[id^=message]:has(> .body)",
    (".body > .text", ".media_poll .question", ".body.details", ".body"),
    (".body:not(.forwarded) > .from_name",),
    (".date.details[title]",),
    ids=("id",),
    answers=".reply_to a",
    notes=".service",
    skipped='.service[id^="message-"]',
    continues=".joined",
    place=".page_header .text",
    removed=".from_name, .date, .media_wrap, .reply_to, .signature, .reactions, .userpic_wrap",
)
"""Telegram's own export."""

_OLD_REDDIT = PageMarkup(
    ("usertext-body",),
    '.commentarea .thing[data-type="comment"], .commentarea .thing.comment, .thing.comment',
    (".usertext-body .md", ".usertext-body"),
    (".tagline .author", ".tagline em"),
    (".tagline time",),
    ids=("data-fullname", "id"),
    author_attributes=("data-author",),
)

_NEW_REDDIT = PageMarkup(
    ("shreddit-comment",),
    "shreddit-comment",
    ('[slot="comment"]', '[id$="-comment-rtjson-content"]'),
    ('[slot="commentMeta"] a',),
    ("time", "faceplate-timeago"),
    ids=("thingid", "id"),
    author_attributes=("author",),
    parent_attribute="parentid",
)

_HACKER_NEWS = PageMarkup(
    ("comtr",),
    "tr.comtr",
    (".commtext", "div.comment"),
    (".hnuser",),
    (".age",),
    ids=("id",),
    indent=("td.ind", "indent"),
    removed=".reply",
)

_DISCOURSE = PageMarkup(
    ("cooked", "crawler-post"),
    ".topic-post:has(.cooked), .crawler-post",
    (".cooked", '.post[itemprop="text"]', '[itemprop="text"]', ".post"),
    (".names .username", ".names a", '.creator [itemprop="name"]', ".creator"),
    (".post-date .relative-date", ".post-time", "time"),
    ids=("data-post-number", "id"),
    holders='article[id^="post_"]',
    removed="aside.quote > .title, .lightbox-wrapper .meta",
)

_PHPBB = PageMarkup(
    ("postbody",),
    "div.post:has(.postbody)",
    (".postbody .content", ".postbody > div:not([class])"),
    (".author .username", ".author .username-coloured", ".postprofile .username", ".postprofile .username-coloured", ".author strong"),
    (".author time", ".author"),
    ids=("id",),
    removed=".signature, .notice, .attachbox",
)

_XENFORO = PageMarkup(
    ("bbWrapper", "messageText"),
    "article.message, li.message[id^=post-], article.comment.js-comment",
    (".message-userContent .message-body .bbWrapper", ".message-body .bbWrapper", ".message-body", ".messageText", ".bbWrapper"),
    (".message-name", ".messageUserInfo .username", ".message-user .username", ".comment-user", ".username"),
    (".message-attribution time", ".messageMeta .DateTime", "time", ".DateTime"),
    ids=("data-content", "id"),
    author_attributes=("data-author",),
    removed=".message-signature, .js-selectToQuoteEnd, .bbCodeBlock-expandLink, .bbCodeBlock-title, .bbCodeBlock-sourceJump",
)

_VBULLETIN = PageMarkup(
    ("post_message_", "postcontent", "js-post__content-text"),
    "li.postbit, li.postbitlegacy, li[id^=post_], div.postbit, table[id^=post]:has([id^=post_message_]), li.b-post",
    ("[id^=post_message_] .postcontent", "[id^=post_message_]", ".postcontent", ".js-post__content-text"),
    (".username strong", ".username", ".bigusername", '.author [itemprop="name"]', ".author"),
    (".postdate .date", ".b-post__timestamp time", ".b-post__timestamp", "td.thead"),
    ids=("data-node-id", "id"),
    removed=".signature, .lastedited",
)

_MYBB = PageMarkup(
    ("post_body",),
    "div.post:has(.post_body)",
    (".post_body",),
    (".author_information .largetext", ".author_information strong", ".post_author a"),
    (".post_date",),
    ids=("id",),
    removed=".signature, .post_edit, .edited_post",
)

_SIMPLE_MACHINES = PageMarkup(
    ("post_wrapper",),
    "div[id^=msg]:has(.post_wrapper), div.post_wrapper:not([id^=msg] *)",
    ("[id^=msg_].inner", ".post .inner", ".postarea .inner"),
    (".poster h4 a", ".poster h4"),
    (".keyinfo time", ".keyinfo .smalltext", ".postinfo .smalltext"),
    ids=("id",),
    holders="[id^=msg_]",
)

_INVISION = PageMarkup(
    ("ipsComment",),
    "article.ipsComment, article[id^=elComment_], div.ipsComment",
    ('[data-role="commentContent"]', ".ipsComment_content .ipsType_richText"),
    (".cAuthorPane_author", ".ipsComment_author h3", ".ipsComment_header h3", ".ipsComment_author"),
    ids=("id",),
    removed=".ipsQuote_citation",
)

_STACK_EXCHANGE = PageMarkup(
    ("comment-copy", "js-post-body"),
    "#question[data-questionid], .answer[data-answerid], li.comment[data-comment-id]",
    (".comment-copy", ".js-post-body", ".s-prose"),
    (".comment-user", '.post-signature [itemprop="author"] a', ".user-details a", ".user-details"),
    (".comment-date [title]", ".user-action-time [title]", "time"),
    ids=("data-comment-id", "data-answerid", "data-questionid"),
)

_FLARUM = PageMarkup(
    ("CommentPost",),
    ".PostStream-item:has(.CommentPost)",
    (".Post-body",),
    (".PostUser-name .username", ".PostUser-name"),
    ids=("data-id",),
)

_NODE_BB = PageMarkup(
    ("post/content",),
    '[component="post"]',
    ('[component="post/content"]',),
    ('[itemprop="author"]',),
    (".timeago",),
    ids=("data-pid",),
    author_attributes=("data-username",),
)

_MASTODON = PageMarkup(
    ("status__content",),
    ".status, .detailed-status",
    (".status__content", ".e-content"),
    (".display-name__account", ".display-name"),
    ids=("data-id",),
    removed=".status__content__spoiler-link",
)

_LOBSTERS = PageMarkup(
    ("data-shortid",),
    ".comment[data-shortid]",
    (".comment_text",),
    (".byline a:not(:has(img))",),
    ids=("data-shortid",),
)

FORUM_MARKUPS = (
    *(_DISCORD_EXPORT, _TELEGRAM_EXPORT, _OLD_REDDIT, _NEW_REDDIT, _HACKER_NEWS, _DISCOURSE, _PHPBB, _XENFORO),
    *(_VBULLETIN, _MYBB, _SIMPLE_MACHINES, _INVISION, _STACK_EXCHANGE),
    *(_FLARUM, _NODE_BB, _MASTODON, _LOBSTERS),
)
"""Forums and chats, from those that can be mistaken least."""

"""The mark-up of comments on pages of blogs and of services for comments, and on any page that lists them."""

from service.batch.input.formats.pages.forum_markups import FORUM_MARKUPS
from service.batch.input.formats.pages.page_markup import PageMarkup

__all__ = ["ANY_LIST", "PAGE_MARKUPS"]

_DISQUS = PageMarkup(
    ("post-message",),
    "#post-list li.post, .post-list li.post, li.post:has(.post-message)",
    (".post-message",),
    (".post-byline .author", ".author"),
    (".post-meta .time-ago", ".time-ago"),
    ids=("id",),
)

_BLOGGER_THREADS = PageMarkup(
    ("comment-block",),
    "li.comment[id]:has(> .comment-block)",
    (".comment-block > .comment-content", ".comment-content"),
    (".comment-header .user", "cite.user"),
    (".comment-header .datetime", ".datetime"),
    ids=("id",),
    removed=".deleted-comment-icon",
)

_BLOGGER_LIST = PageMarkup(
    ("<dt",),
    "#comments-block > dt.comment-author, #comments dl > dt.comment-author, dl > dt.comment, dl[class*=omment] > dt, "
    "dl[id*=omment] > dt, dl > dt[id]:has(+ dd.comment-body)",
    ("dd.comment-body", "dd .format_text", "dd.comment", "dd:not(.comment-footer)"),
    (),
    ("dd.comment-footer .comment-timestamp", "dd.comment-footer a", ".comment_time"),
    ids=("id",),
)
"""The name, the text and the date of a comment stand beside each other in a list of definitions."""

_YOUTUBE = PageMarkup(
    ("ytd-comment-",),
    "ytd-comment-renderer, ytd-comment-view-model",
    ("#content-text",),
    ("#author-text",),
    ("#published-time-text",),
    ids=(),
    links="#published-time-text a",
)
"""The id of a reply begins with that of the comment that it answers."""

_ISSO = PageMarkup(
    ("isso-text",),
    ".isso-comment",
    (".isso-text",),
    (".isso-author",),
    ("time",),
    ids=("id",),
)

_COMMENTO = PageMarkup(
    ("commento-",),
    '[id^="commento-comment-card-"]',
    ('[id^="commento-comment-text-"]', ".commento-body"),
    ('[id^="commento-comment-name-"]', ".commento-name"),
    ('[id^="commento-comment-timeago-"]', ".commento-timeago"),
    ids=("id",),
)

_REMARK42 = PageMarkup(
    ("comment__text",),
    "article.comment[id^=remark42], article.comment:has(> .comment__body), .comment:has(> .comment__body)",
    (".comment__text",),
    (".comment__username", ".comment__user"),
    (".comment__time",),
    ids=("id",),
)

_CORAL = PageMarkup(
    ("coral-comment-content",),
    ".coral-comment",
    (".coral-comment-content",),
    (".coral-comment-username", ".coral-username"),
    (".coral-comment-timestamp", "time"),
    ids=("data-comment-id", "id"),
)

_GISCUS = PageMarkup(
    ("gsc-comment",),
    ".gsc-comment, .gsc-reply",
    (".gsc-comment-content", ".gsc-reply-content", ".markdown"),
    (".gsc-comment-author .link-primary", ".gsc-comment-author", ".gsc-reply-author .link-primary", ".gsc-reply-author"),
    ids=(),
)

_SCRIPTED = PageMarkup(
    ("vcontent", "wl-content", "tk-content", "atk-content", "gt-comment-body"),
    ".vcard:has(.vcontent), .wl-card-item, .tk-comment, .atk-comment-wrap, .atk-comment, .gt-comment",
    (".vcontent", ".wl-content", ".tk-content", ".atk-content", ".gt-comment-body"),
    (".vnick", ".wl-nick", ".tk-nick", ".atk-nick", ".gt-comment-username"),
    (".vtime", ".wl-time", ".tk-time time", ".atk-date", ".gt-comment-date"),
    ids=("id", "data-comment-id"),
)
"""Valine, Waline, Twikoo, Artalk and Gitalk, which blogs of static pages use."""

_GITHUB = PageMarkup(
    ("timeline-comment", "review-comment", "discussion-comment"),
    ".timeline-comment, .review-comment, .discussion-comment",
    (".comment-body",),
    (".author", ".timeline-comment-header a"),
    ("relative-time", "time"),
    ids=("id",),
    holders="[id^=issuecomment-], [id^=issue-], [id^=discussioncomment-]",
)

_WPDISCUZ = PageMarkup(
    ("wpd-comment", "wc-comment"),
    "div.wpd-comment, div.wc-comment",
    ("div.wpd-comment-text", "div.wc-comment-text", "div.wpd-comment-right-text"),
    ("div.wpd-comment-author", "div.wc-comment-author"),
    ("div.wpd-comment-date", "div.wc-comment-date"),
    ids=("id",),
    is_loose=True,
)

_WORDPRESS = PageMarkup(
    (),
    "li.comment, div.comment[id^=comment-], article.comment, li.trackback, li.pingback, li.review[id], "
    ".commentlist > li, .comment-list > li, ol.wp-block-comment-template > li",
    (
        *(".wp-block-comment-content", ".comment-content", ".comment_content", ".commentContent", ".comment-text", ".commenttext"),
        *(".comment-body", ".commentBody", ".comment-entry", ".comment-inner", ".comment-wrap", ".comment-container", ".comment-block"),
    ),
    (
        *(".comment-author .fn", "cite.fn", ".fn", ".wp-block-comment-author-name", '[itemprop="author"]', ".comment-author"),
        *(
            ".comment-author-name",
            ".author-name",
            ".commentauthor",
            ".author",
            ".vcard",
            "cite",
            ".woocommerce-review__author",
            "p.comment-footer",
        ),
    ),
    (
        *("time", ".wp-block-comment-date", ".comment-metadata a", ".comment-meta a", ".comment-date", ".commentmetadata a"),
        *(".comment_date", ".date", ".comment-time"),
    ),
    holders="[id^=comment-], [id^=div-comment-], [data-comment-id]",
    notes=".trackback, .pingback",
    is_loose=True,
)

_DRUPAL = PageMarkup(
    ("field--name-comment-body", "field-name-comment-body", "submitted", "comment__author"),
    "article.comment, div.comment:has(.submitted), article.js-comment",
    (".field--name-comment-body", ".field-name-comment-body", ".comment__text-content", ".comment-body", ".content"),
    (".submitted .username", ".comment__author .username", ".username", ".comment__author"),
    (".submitted time", "time", ".submitted span[content]", ".comment__time", ".submitted"),
    ids=("data-comment-id", "id"),
    holders='a[id^="comment-"]',
    is_loose=True,
)

_MICROFORMATS = PageMarkup(
    ("u-comment",),
    ".u-comment",
    (".e-content", ".p-content"),
    (".p-author .p-name", ".p-author"),
    (".dt-published",),
)

_SCHEMA_ORG = PageMarkup(
    ("schema.org",),
    '[itemtype$="schema.org/Comment"], [itemtype$="schema.org/UserComments"], [itemtype$="schema.org/Answer"], '
    '[itemtype$="schema.org/Review"], [itemtype$="schema.org/UserReview"], [itemprop="comment"][itemscope]',
    ('[itemprop="text"]', '[itemprop="commentText"]', '[itemprop="reviewBody"]', '[itemprop="articleBody"]', '[itemprop="description"]'),
    ('[itemprop="author"] [itemprop="name"]', '[itemprop="author"]', '[itemprop="creator"]'),
    ('[itemprop="dateCreated"]', '[itemprop="datePublished"]', '[itemprop="commentTime"]', "time"),
)

PAGE_MARKUPS = (
    *FORUM_MARKUPS,
    *(_DISQUS, _BLOGGER_THREADS, _BLOGGER_LIST, _YOUTUBE, _ISSO, _COMMENTO, _REMARK42, _CORAL),
    *(_GISCUS, _SCRIPTED, _GITHUB, _WPDISCUZ, _DRUPAL, _WORDPRESS, _MICROFORMATS, _SCHEMA_ORG),
)
"""Every kind of mark-up that is known, from those that can be mistaken least; the first that yields comments is chosen."""

ANY_LIST = PageMarkup(
    (),
    "#comments li, ol.comments > li, ul.comments > li, .comment-list > *, .comments > .comment, .comments-list > *, .comment, "
    ".comment-item, .commentItem, .comment_item, .commentBox, .comment-box, #comments article, [class*=omments] article, "
    " .comment-card, .single-comment, .user-comment, .post-comment, .comment-single, .comment-wrapper, "
    "[data-comment-id], [id^=comment-], li.review, div.review, #comments .media, .comments .media, [class*=omment] > li",
    (
        *(
            ".comment-content",
            ".comment-body",
            ".comment-text",
            ".comment__body",
            ".comment__text",
            ".comment__content",
            ".comment-message",
        ),
        *(".commentText", ".comment_text", ".comment-description", ".review-text", ".review-body", ".media-body", ".body", ".content"),
        *(".text", ".message", ".markdown"),
    ),
    (".comment-author", ".comment__author", ".author", ".username", ".user-name", ".user", "cite", ".name", ".nickname"),
    ("time", ".date", ".comment-date", ".commentDate", ".commentmetadata a", ".timestamp", ".time", ".comment__date", ".posted"),
    holders="[id^=comment-], [id^=div-comment-], [data-comment-id]",
    author_attributes=("data-author", "data-username", "data-user"),
    parent_attribute="data-parent-id",
    notes=".trackback, .pingback",
    skipped="[id^=comment-body], [id^=comment-content], [id^=comment-text], [id^=comment-author], [id^=comment-form], [id^=comment-reply], "
    "[id^=comment-list], [id^=comment-meta], .pager li, .pagination li, nav li, .comment-form, #respond",
    is_loose=True,
)
"""Any list of comments; where no selector of the text matches, it is what is left of the comment without names, dates and buttons."""

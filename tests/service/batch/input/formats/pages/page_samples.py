"""Pages of blogs, forums, chats and services for comments, with a few comments each, as their programs write them."""

from pathlib import Path

__all__ = ["LISTS", "PAGE_COMMENTS", "THEMES", "read_page_sample"]

Cells = tuple[str | None, str | None, str | None, str | None, str]
"""Id, author, parent, time and text of a comment."""

_FIRST, _SECOND = "2023-01-01T10:00:00+00:00", "2023-01-02T10:00:00+00:00"
_FOLDER = Path(__file__).parent / "saved"

PAGE_COMMENTS: dict[str, list[Cells]] = {
    "discordchatexporter_before_2022.html": [
        ("10", "Ann", None, _FIRST, "So <strong>good</strong>"),
        ("11", "Ann", None, _FIRST, "and more"),
        ("12", "Bob", None, _SECOND, "no"),
    ],
    "discordchatexporter.html": [
        ("10", "Ann", None, _FIRST, "So <strong>good</strong>"),
        ("11", "Ann", None, _SECOND, "and more"),
        ("12", "Bob", "10", _SECOND, "no"),
    ],
    "telegram.html": [
        ("10", "Ann", None, _FIRST, "So <strong>good</strong>"),
        ("11", "Ann", "10", _SECOND, "and more"),
        ("12", "Bob", None, _SECOND, "no"),
    ],
    "old_reddit.html": [("a", "ann", None, _FIRST, "<p>So <strong>good</strong></p>"), ("b", "bob", "a", _SECOND, "<p>no</p>")],
    "new_reddit.html": [
        ("a", "ann", None, _FIRST, '<div id="-post-rtjson-content"><p>So good</p></div>'),
        ("b", "bob", "a", _SECOND, "<p>no</p>"),
    ],
    "hacker_news.html": [("10", "ann", None, _FIRST, "So good<p>And more</p>"), ("11", "bob", "10", _SECOND, "no")],
    "discourse_for_crawlers.html": [("1", "ann", None, _FIRST, "<p>So good</p>"), ("2", "bob", None, _SECOND, "<p>no</p>")],
    "discourse.html": [
        ("1", "ann", None, _FIRST, "<p>So good</p>"),
        ("2", "bob", None, _SECOND, '<aside class="quote no-group"><blockquote><p>So good</p></blockquote></aside><p>no</p>'),
    ],
    "phpbb.html": [
        ("10", "Ann", None, _FIRST, 'So <strong class="text-strong">good</strong>'),
        ("11", "Bob", None, _SECOND, "<blockquote><div><cite>Ann wrote:</cite>So good</div></blockquote>no"),
    ],
    "xenforo_2.html": [("10", "Ann", None, _FIRST, "So <b>good</b>"), ("11", "Bob", None, _SECOND, "no")],
    "xenforo_1.html": [("10", "Ann", None, _FIRST, "So <b>good</b>"), ("11", "Bob", None, _SECOND, "no")],
    "vbulletin_4.html": [("10", "Ann", None, _FIRST, "So <b>good</b>"), ("11", "Bob", None, _SECOND, "no")],
    "vbulletin_3.html": [("10", "Ann", None, _FIRST, "So <b>good</b>"), ("11", "Bob", None, _SECOND, "no")],
    "mybb.html": [("10", "Ann", None, _FIRST, "So <b>good</b>"), ("11", "Bob", None, _SECOND, "no")],
    "simple_machines.html": [("10", "Ann", None, _FIRST, "So <b>good</b>"), ("11", "Bob", None, _SECOND, "no")],
    "invision.html": [("10", "Ann", None, _FIRST, "<p>So good</p>"), ("11", "Bob", None, _SECOND, "<p>no</p>")],
    "stack_exchange.html": [("9", "ann", None, _FIRST, "<p>Why?</p>"), ("10", "ann", "9", _FIRST, "So <code>good</code>")],
    "disqus.html": [("10", "Ann", None, _FIRST, "<div><p>So good</p>\n</div>"), ("11", "Bob", "10", _SECOND, "<div><p>no</p></div>")],
    "blogger.html": [("10", "Ann", None, _FIRST, "So good"), ("11", "Bob", "10", _SECOND, "no")],
    "blogger_before_threads.html": [("10", "Ann", None, _FIRST, "<p>So good</p>"), ("11", "Bob", None, _SECOND, "<p>no</p>")],
    "youtube.html": [("Ugx10", "@ann", None, None, "<span>So good</span>"), ("Ugx10.9abc", "@bob", "Ugx10", None, "no")],
    "isso.html": [("10", "Ann", None, _FIRST, "<p>So good</p>"), ("11", "Bob", "10", _SECOND, "<p>no</p>")],
    "drupal.html": [("10", "Ann", None, _FIRST, "<p>So good</p>"), ("11", "Bob", "10", _SECOND, "<p>no</p>")],
    "wordpress_blocks.html": [("10", "Ann", None, _FIRST, "<p>So good</p>"), ("11", "Bob", "10", _SECOND, "<p>no</p>")],
    "woocommerce_reviews.html": [("10", "Ann", None, _FIRST, "<p>So good</p>")],
}
"""The name of a page in ``saved`` → its comments."""


def read_page_sample(name: str) -> bytes:
    """Return a page in ``saved``."""
    return (_FOLDER / name).read_bytes()


THEMES = {
    "author and text beside each other": """<div class="comment-entry"><div class="comment-text"><div class="author"><span>Ann</span>
        <div class="date">DATE</div></div><div class="text">TEXT</div></div></div>""",
    "cite and small": """<div class="comment-body"><cite>Ann</cite> Says:<br><small class="commentmetadata"><a
        href="#comment-10">DATE</a>
        </small>TEXT</div>""",
    "paragraph of meta": """<div class="comment-content"><p class="comment-info">By <a class="url fn">Ann</a> on
        <span class="comment-date">DATE</span></p>TEXT<p class="reply-link"><a href="?replytocom=10#respond">Reply</a></p></div>""",
    "paragraph without a class": """<div class="comment-content"><p>By <b class="commenter-name">Ann</b> on <em
        class="when-posted">DATE</em>:</p>
        TEXT</div>""",
    "names without classes": """<div class="comment-body"><strong>Ann</strong> | <time
        datetime="2023-01-01T10:00:00+00:00">DATE</time>TEXT
        <a href="#">Reply</a> <a href="#">Like</a> (3)</div>""",
    "heading": """<div class="comment-wrap"><h4 class="media-heading">Ann <small class="time">DATE</small></h4>TEXT
        <span class="comment-tools"><a>Reply</a> | <a>Share</a></span></div>""",
    "header and footer": """<article class="comment-body"><header class="comment-header"><b class="fn">Ann</b> <span
        class="says">says:</span>
        <time datetime="2023-01-01T10:00:00+00:00">x</time></header>TEXT<footer class="comment-footer"><span>3
        likes</span></footer></article>""",
    "permalink": """<div class="comment-text"><span class="vcard"><span class="fn">Ann</span></span> <span class="when date">
        <a href="/p#comment-10">DATE</a></span> <a class="comment-edit-link" href="x">Edit</a>TEXT</div>""",
    "list of meta": """<div class="comment-inner"><img class="avatar" alt="Ann"><ul class="comment-meta"><li
        class="comment-author-name">Ann</li>
        <li class="comment-time">DATE</li></ul><div class="comment-main">TEXT</div><div
        class="comment-rating"><a>+1</a></div></div>""",
    "in German": """<div class="comment-body"><div class="comment-author vcard"><cite class="fn">Ann</cite> <span
        class="says">sagt:</span></div>
        <div class="comment-meta commentmetadata"><a href="#comment-10">DATE</a></div>TEXT<div
        class="reply"><a>Antworten</a></div></div>""",
}
"""What is peculiar → a comment by Ann in a theme of WordPress that puts name, date or buttons into the element of the text."""

LISTS = {
    "names in bold": "<div id='comments'><ul><li><b>Ann</b> <i>January 1, 2023</i><br>So good.</li></ul></div>",
    "name in a paragraph": """<div id="comments"><ol><li id="comment-10"><p><strong>Ann</strong> said:</p><p>So good.</p>
        <p><a href="#respond">Reply</a></p></li></ol></div>""",
    "table": """<table class="comments"><tr class="comment" id="c10"><td class="author">Ann</td>
        <td class="text">So good.</td></tr></table>""",
    "Joomla": """<div class="comment-box" id="comment-item-10"><a class="comment-anchor" href="#comment-10">#10</a>
        <span class="comment-author">Ann</span><span class="comment-date">2023-01-01 10:00</span>
        <div class="comment-body" id="comment-body-10">So good.</div><span class="comments-buttons"><a>Quote</a></span></div>""",
    "K2": """<ul class="itemCommentsList"><li class="even"><span class="commentDate">Sunday, 01 January 2023 10:00</span>
        <span class="commentAuthorName">posted by Ann</span><p>So good.</p></li></ul>""",
    "Bootstrap": """<div class="comments"><div class="media"><div class="media-body"><h5 class="mt-0">Ann</h5>So good.</div></div></div>""",
    "Semantic UI": """<div class="ui comments"><div class="comment"><a class="avatar"></a><div class="content"><a class="author">Ann</a>
        <div class="metadata"><span class="date">Today</span></div><div class="text">So good.</div><div class="actions"><a>Reply</a></div>
        </div></div></div>""",
    "Thesis": """<dl id="comment_list"><dt class="comment even" id="comment-10"><span class="comment_author">Ann</span>
        <span class="comment_time">January 1, 2023</span></dt><dd class="comment">
        <div class="format_text"><p>So good.</p></div></dd></dl>""",
    "Typepad": """<div class="comments"><div class="comment" id="comment-10"><div class="comment-content"><p>So good.</p></div>
        <p class="comment-footer">Posted by: Ann | <a>January 01, 2023 at 10:00 AM</a></p></div></div>""",
    "name behind the text": """<ol class="commentlist"><li id="comment-10"><p>So good.</p><p><cite>Comment by <a>Ann</a> —
        January 1, 2023 @
        <a href="#comment-10">10:00 am</a></cite></p></li></ol>""",
    "Avada": """<ol class="commentlist"><li class="comment" id="comment-10"><div class="comment-box"><div class="comment-author meta">
        <strong>Ann</strong> January 1, 2023 at 10:00 am <a class="comment-reply-link">- Reply</a></div>
        <div class="comment-text"><p>So good.</p></div></div></li></ol>""",
    "French": """<ol class="commentlist"><li class="comment" id="comment-5"><div class="comment-body"><p class="comment-head"><strong>
        <a href="http://x">Ann</a></strong> <span>12 mars 2019 à 14 h 05 min</span></p><p>So good.</p><p>
        <a class="comment-reply-link" href="#">Répondre</a></p></div></li></ol>""",
    "name in a last paragraph": """<li class="comment" id="comment-5"><div class="comment-body"><p>So good.</p>
        <p class="postmetadata">Comment by <a>Ann</a> on March 3, 2019 9:00 am</p></div></li>""",
    "attribute": """<div class="comment" data-author="Ann" data-comment-id="5"><div class="body">So good.</div></div>""",
    "camel case": """<div class="commentItem"><div class="commentItemAuthor">Ann</div><div class="commentItemDate">3 Mar 2019</div>
        <div class="commentItemText">So good.</div></div>""",
    "article": """<section id="comments"><article class="p-6"><footer><p class="inline-flex">Ann</p><p><time>x</time></p></footer>
        <p>So good.</p><div class="flex mt-4"><button>Reply</button></div></article></section>""",
    "definitions": """<dl class="comments"><dt>Ann wrote on March 3, 2019:</dt><dd>So good.</dd></dl>""",
    "unusual class": """<div class="comment-list"><div class="comment-item"><div class="comment-info"><a class="user-link">Ann</a></div>
        <div class="comment-txt">So good.</div><div class="comment-op"><span>12 likes</span> <a>Reply</a></div></div></div>""",
    "heading beside the text": """<ul class="commentlist"><li class="comment" id="comment-5"><h4>Ann <span class="meta">9:00 am
        <span class="actions"><a>Permalink</a></span></span></h4><div class="commentcontent"><p>So good.</p></div></li></ul>""",
    "Valine": """<div class="vcards"><div class="vcard" id="5f"><a class="vnick">Ann</a><span class="vtime">2019</span>
        <div class="vcontent"><p>So good.</p></div></div></div>""",
    "NodeBB": """<ul class="posts"><li component="post" data-pid="5" data-username="Ann"><small><a itemprop="author">Ann</a></small>
        <div class="content" component="post/content" itemprop="text"><p>So good.</p></div></li></ul>""",
    "Flarum": """<div class="PostStream-item" data-id="5"><article class="CommentPost Post"><h3 class="PostUser-name">
        <span class="username">Ann</span></h3><div class="Post-body"><p>So good.</p></div></article></div>""",
}
"""What is peculiar → a list of one comment, “So good.”, by Ann."""

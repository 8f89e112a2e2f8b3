"""Detection of mark-up: exports in XML, feeds, pages and whatever else is XML."""

import re

from model.errors import DumpError
from service.batch.input.detection.file_kinds import Container

__all__ = ["detect_markup_container"]

_WXR = re.compile(r"wordpress\.org/export/|<wp:")
_DISQUS = re.compile(r"<disqus[\s>]|disqus\.com/disqus-internals")
_FEED = re.compile(r"<(rss|feed|rdf:RDF)[\s>]")
_STACK_EXCHANGE = re.compile(r"<(comments|posts|posthistory|users|votes|badges|tags|postlinks)\b[^>]{0,500}>\s*<row\s")
_WITH_COMMENTS = ("comments", "posts", "posthistory")
_MEDIAWIKI = re.compile(r"(?:<\?xml[^>]{0,200}>\s*)?<mediawiki[\s>]")
_DOCUMENT = re.compile(r"<\?xml\s|<(?:rss|feed|rdf:RDF|html)[\s>]|<!doctype\s", re.IGNORECASE)
_ROOT = re.compile(r"(?:<\?[^>]*>|<!--(?:(?!-->).)*-->|<!(?!--)[^>]*>|\s)*<([A-Za-z][\w:.-]*)", re.DOTALL)
_HTML_PAGE = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_MARKUP = re.compile(r"<(!--|!doctype|[a-z?])", re.IGNORECASE)
_NOTICE = re.compile(
    r"(?:<(?:br|p|div|pre|b)\b[^>]{0,100}>\s*){0,4}(?:PHP )?(?:Warning|Notice|Deprecated|Fatal error|Strict standards)(?:</b>)?:",
    re.IGNORECASE,
)
"""What servers write before a document, where an error of theirs is shown to everybody."""


def detect_markup_container(start: str, name: str) -> Container | None:
    """Tell apart texts that begin with ``<``; None for those that are no mark-up at all, such as ``<3``.

    Args:
        start: the beginning of the text, without white space before it.
        name: the name of the file.

    Raises:
        DumpError: it is a part of a dump of Stack Exchange in which there are no comments.
    """
    start = _without_notice(start)
    if start[:1] != "<":
        return None
    if _HTML_PAGE.match(start):
        return Container.PAGE
    if _WXR.search(start):
        return Container.WXR
    if _DISQUS.search(start):
        return Container.DISQUS
    if _FEED.search(start):
        return Container.FEED
    if (match := _STACK_EXCHANGE.search(start)) is not None:
        if match.group(1) not in _WITH_COMMENTS:
            raise DumpError(f"{name} is of a dump of Stack Exchange, but holds no comments; those are in Comments.xml and Posts.xml")
        return Container.STACK_EXCHANGE
    return Container.MEDIAWIKI if _MEDIAWIKI.match(start) else _detect_xml_or_page(start, name)


def _without_notice(start: str) -> str:
    """Return a text from where its document begins, if what stands before it is what a server writes there."""
    match = _DOCUMENT.search(start)
    return start[match.start() :] if match is not None and _NOTICE.match(start) else start


def _detect_xml_or_page(start: str, name: str) -> Container | None:
    if _MARKUP.match(start) is None:
        return None
    root = _ROOT.match(start)
    is_xml = start.startswith("<?xml") or name.casefold().endswith(".xml")
    if not is_xml or root is None or root.group(1).casefold() == "html":
        return Container.PAGE
    return Container.XML

"""Detection of mark-up: exports in XML, feeds and pages."""

import re

from service.batch.input.detection.file_kinds import Container

__all__ = ["detect_markup_container"]


def detect_markup_container(start: str, name: str) -> Container | None:
    """Tell apart texts that begin with ``<``; None for those that are no mark-up at all, such as ``<3``.

    Args:
        start: the beginning of the text, without white space before it.
        name: the name of the file.
    """
    if start[:1] != "<":
        return None
    if re.search(r"wordpress\.org/export/|<wp:", start):
        return Container.WXR
    if re.search(r"<disqus[\s>]|disqus\.com/disqus-internals", start):
        return Container.DISQUS
    if re.search(r"<(rss|feed|rdf:RDF)[\s>]", start):
        return Container.FEED
    return Container.PAGE if re.match(r"<(!--|!doctype|[a-z?])", start, re.IGNORECASE) else None

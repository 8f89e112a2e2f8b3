"""Comments in JSON-LD, the form of schema.org's vocabulary that web pages carry in a script element for search engines."""

import json
from collections.abc import Iterator, Mapping

__all__ = ["find_linked_comments"]

_CONTAINING_FIELDS = ("comment", "@graph", "mainEntity", "hasPart")


def find_linked_comments(script: str) -> Iterator[dict[str, object]]:
    """Yield the comments in a document of JSON-LD, each before its replies; none if it is not JSON."""
    try:
        document = json.loads(script)
    except (ValueError, RecursionError):
        return
    stack: list[tuple[object, object]] = [(document, None)]
    while stack:
        node, parent_id = stack.pop()
        if isinstance(node, list):
            stack.extend((item, parent_id) for item in reversed(node))
        elif isinstance(node, Mapping):
            comment = _read_comment(node, parent_id)
            if comment is not None:
                yield comment
                parent_id = comment["id"]
            stack.extend((node[name], parent_id) for name in _CONTAINING_FIELDS if name in node)


def _read_comment(node: Mapping[str, object], parent_id: object) -> dict[str, object] | None:
    text = node.get("text") or node.get("commentText")
    if "Comment" not in str(node.get("@type")) or not isinstance(text, str):
        return None
    author = node.get("author") or node.get("creator")
    if isinstance(author, list):
        author = next(iter(author), None)
    return {
        "id": node.get("@id") or node.get("url") or node.get("identifier"),
        "text": text,
        "author": author,
        "parent": parent_id,
        "time": node.get("dateCreated") or node.get("datePublished"),
    }

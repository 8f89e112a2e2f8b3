"""The elements of a page that are comments, and those that hold the name, the date and the text of each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from service.batch.input.formats.pages.element_words import class_words, is_text_element, word_set
from service.batch.input.formats.pages.page_markup import PageMarkup

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

__all__ = ["CommentNodes", "TooManyCommentsError"]

_MAX_COMMENTS = 200_000
_MAX_COMMENT_DEPTH = 100
_MAX_GROUP_DEPTH = 10
_MAX_ID_LENGTH = 200
_MAX_STEPS = 5_000_000
_ID_PREFIX = re.compile(
    r"^(?:(?:div|li|wpd|js|thing|view|remark42|commento|post|el)[-_]*)*"
    r"(?:comments?|comment-card|comm|reply|message|msg|pid|p|c|t1|isso)?[-_]*(?=\d)",
    re.IGNORECASE,
)
_NAME_PREFIXES = ("div-", "li-", "thing_", "t1_", "commento-comment-card-", "remark42__comment-", "comment-", "comment_", "post-")
_WPDISCUZ_ID = re.compile(r"wpd-comm-(\d+)_\d+")
_ID_IN_LINK = re.compile(r"[?&]lc=([\w.-]+)")
_LAST_NUMBER = re.compile(r"(\d+)\D*$")
_FOLLOWING_BRANCHES = word_set("children indented replies comment-replies child reply-list subcomments responses comments")
"""Classes of elements that hold the answers to the comment before them."""


class TooManyCommentsError(Exception):
    """A page has more comments, or comments nested deeper, than anybody reads."""


class CommentNodes:
    """The comments on a page in one kind of mark-up, n of them.

    Args:
        page: the page.
        markup: the kind of mark-up.

    Raises:
        TooManyCommentsError: there are more than 200,000, or more than 100 in one another, or the search would take too long.
    """

    def __init__(self, page: "LexborHTMLParser", markup: PageMarkup) -> None:
        self._page = page
        self._markup = markup
        skipped = {node.mem_id for node in page.css(markup.skipped)} if markup.skipped else set()
        # An element that several selectors match is found several times.
        self.nodes = list({node.mem_id: node for node in page.css(markup.comment) if node.mem_id not in skipped}.values())
        if len(self.nodes) > _MAX_COMMENTS:
            raise TooManyCommentsError
        self._places = {node.mem_id: place for place, node in enumerate(self.nodes)}
        self._owners: dict[int, int | None] = {}
        self._branches: dict[int, int | None] = {}
        self._steps = 0
        self.parents = self._find_parents()

    def find(self, selectors: Sequence[str]) -> "dict[int, LexborNode]":
        """Return the place of each comment that has such an element → the first that the first selector that matches any matches.

        Args:
            selectors: in order of preference.
        """
        found: dict[int, LexborNode] = {}
        for selector in selectors:
            earlier = set(found)
            for element in self._page.css(selector):
                owner = self._owner(element)
                if owner is None or owner in earlier or owner in found or element.mem_id == self.nodes[owner].mem_id:
                    continue
                found[owner] = element
        return found

    def find_beside(self, selectors: Sequence[str], *, besides: Mapping[int, object]) -> "dict[int, LexborNode]":
        """Return the place of each comment → the element in its group that is in no comment and that the first selector matches.

        Args:
            selectors: in order of preference.
            besides: the places of comments for which none is looked for.
        """
        groups: dict[int, LexborNode] = {}
        for selector in selectors:
            for element in self._page.css(selector):
                group = self._group_around(element) if self._owner(element) is None else None
                if group is not None:
                    groups.setdefault(group, element)
        around = {place: self._group_around(node) for place, node in enumerate(self.nodes) if place not in besides} if groups else {}
        return {place: groups[group] for place, group in around.items() if group in groups}

    def _group_around(self, node: "LexborNode") -> int | None:
        ancestor = node.parent
        for _ in range(_MAX_GROUP_DEPTH):
            if ancestor is None:
                return None
            if ancestor.css_matches(self._markup.group):
                return ancestor.mem_id
            ancestor = ancestor.parent
        return None

    def find_by_words(self, words: frozenset[str], *, besides: Mapping[int, object], of_text: bool = False) -> "dict[int, LexborNode]":
        """Return the place of each comment → its first element whose classes hold one of some words.

        Args:
            words: what classes of such elements consist of, in small letters.
            besides: the places of comments for which none is looked for.
            of_text: whether it is an element of a text that is looked for, so that only last words count.
        """
        found: dict[int, LexborNode] = {}
        if len(besides) >= len(self.nodes):
            return found
        for element in self._page.css("[class]"):
            is_found = is_text_element(element, words) if of_text else bool(words & class_words(element)) and not is_text_element(element)
            if not is_found or not element.text(strip=True):
                continue
            owner = self._owner(element)
            if owner is not None and owner not in besides and owner not in found and element.mem_id != self.nodes[owner].mem_id:
                found[owner] = element
        return found

    def matching(self, selector: str) -> set[int]:
        """Return the places of the comments that a selector matches."""
        if not selector:
            return set()
        return {self._places[node.mem_id] for node in self._page.css(selector) if node.mem_id in self._places}

    def ids(self) -> list[str | None]:
        """Return the ids of the comments, n values; None for those that the page gives none."""
        holders = self.find((self._markup.holders,)) if self._markup.holders else {}
        links = self.find((self._markup.links,)) if self._markup.links else {}
        return [self._id_of(node, holders.get(place), links.get(place)) for place, node in enumerate(self.nodes)]

    def _id_of(self, node: "LexborNode", holder: "LexborNode | None", link: "LexborNode | None") -> str | None:
        if link is not None and (match := _ID_IN_LINK.search(link.attributes.get("href") or "")) is not None:
            return match.group(1)
        values = [node.attributes.get(name) for name in self._markup.ids]
        if holder is not None:
            values += [holder.attributes.get(name) for name in ("data-comment-id", "id")]
        return next((_strip_prefix(value) for value in values if value), None)

    def _owner(self, element: "LexborNode") -> int | None:
        """Return the place of the comment that an element is in, or is; None if it is in none."""
        passed = []
        node: LexborNode | None = element
        owner = None
        while node is not None:
            if node.mem_id in self._places:
                owner = self._places[node.mem_id]
                break
            if node.mem_id in self._owners:
                owner = self._owners[node.mem_id]
                break
            passed.append(node.mem_id)
            self._count_step()
            node = self._term_of(node) if node.tag == "dd" else node.parent
        for mem_id in passed:
            self._owners[mem_id] = owner
        return owner

    def _term_of(self, description: "LexborNode") -> "LexborNode | None":
        """Return the comment that a ``dd`` belongs to, if that is the ``dt`` before it, else the element around it."""
        node = description.prev
        while node is not None and node.tag != "dt":
            self._count_step()
            node = node.prev
        return node if node is not None and node.mem_id in self._places else description.parent

    def _count_step(self) -> None:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise TooManyCommentsError

    def _find_parents(self) -> list[int | None]:
        """Return the place of the comment that each comment is nested in, n values."""
        if self._markup.indent:
            return self._find_parents_by_indent(*self._markup.indent)
        parents: list[int | None] = []
        depths: list[int] = []
        for node in self.nodes:
            parent = self._owner(node.parent) if node.parent is not None else None
            if parent is None:
                parent = self._comment_before_branch(node)
            depths.append(1 if parent is None or parent >= len(depths) else depths[parent] + 1)
            if depths[-1] > _MAX_COMMENT_DEPTH:
                raise TooManyCommentsError
            parents.append(parent)
        return parents

    def _comment_before_branch(self, node: "LexborNode") -> int | None:
        """Return the comment before the list of answers that a comment is in, where the list is not in that comment."""
        passed = []
        branch, found = node.parent, None
        while branch is not None:
            if branch.mem_id in self._branches:
                found = self._branches[branch.mem_id]
                break
            passed.append(branch.mem_id)
            self._count_step()
            if _FOLLOWING_BRANCHES & set((branch.attributes.get("class") or "").split()):
                before = branch.prev
                while before is not None and not before.is_element_node:
                    before = before.prev
                found = None if before is None else self._places.get(before.mem_id)
                break
            branch = branch.parent
        for mem_id in passed:
            self._branches[mem_id] = found
        return found

    def _find_parents_by_indent(self, selector: str, attribute: str) -> list[int | None]:
        cells = self.find((selector,))
        last_at: dict[int, int] = {}
        parents: list[int | None] = []
        for place in range(len(self.nodes)):
            value = cells[place].attributes.get(attribute) if place in cells else None
            depth = int(value) if value and value.isascii() and value.isdecimal() and len(value) < len("1000") else 0
            parents.append(last_at.get(depth - 1))
            last_at[depth] = place
        return parents

    def answered_ids(self) -> Iterator[str | None]:
        """Yield the id that each comment itself says it answers, n values; None where it says nothing of it."""
        links = self.find((self._markup.answers,)) if self._markup.answers else {}
        for place, node in enumerate(self.nodes):
            value = node.attributes.get(self._markup.parent_attribute) if self._markup.parent_attribute else None
            if not value and place in links:
                numbers = (_LAST_NUMBER.search((links[place].attributes.get(name) or "")[-_MAX_ID_LENGTH:]) for name in ("onclick", "href"))
                value = next((number.group(1) for number in numbers if number is not None), None)
            yield _strip_prefix(value) if value else None


def _strip_prefix(value: str) -> str:
    """Return an id without what the page puts before it, such as ``comment-``."""
    if len(value) > _MAX_ID_LENGTH:
        return value
    if (match := _WPDISCUZ_ID.fullmatch(value)) is not None:
        return match.group(1)
    stripped = _ID_PREFIX.sub("", value, count=1)
    if stripped != value:
        return stripped
    for prefix in _NAME_PREFIXES:
        value = value.removeprefix(prefix)
    return value

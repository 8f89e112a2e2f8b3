"""Recognition of columns whose texts are written in HTML."""

import re
from collections.abc import Iterable

__all__ = ["holds_html"]

_MAX_LENGTH = 2000
_TAGS = "a|abbr|b|blockquote|code|del|div|em|font|h[1-6]|i|li|ol|p|pre|q|s|small|span|strong|sub|sup|table|td|th|tr|u|ul"
_MARKUP = re.compile(
    rf"</(?:{_TAGS})\s*>|<br\s*/?>|<(?:p|hr)\s*/?>|<a\s[^<>]*href=|<img\s[^<>]*src=|&(?:#\d{{2,5}}|#[xX][0-9a-fA-F]{{2,5}}|quot|apos|nbsp);",
    re.IGNORECASE,
)
"""What only HTML has: closing tags, breaks, links, pictures, and references to characters that plain text writes as they are."""
_BARE_SIGN = re.compile(r"<(?![a-zA-Z/!])|&(?!#?\w{2,31};)")
"""Signs that HTML writes as references."""
_MIN_SHARE = 0.02
_MAX_BARE_SHARE = 0.2


def holds_html(values: Iterable[object]) -> bool:
    """Tell whether the texts of a column are written in HTML: whether some hold mark-up, and hardly any a sign that HTML escapes.

    Args:
        values: some values of the column, of any types.
    """
    count = marked = bare = 0
    for value in values:
        if isinstance(value, str) and value:
            text = value[:_MAX_LENGTH]
            count += 1
            marked += _MARKUP.search(text) is not None
            bare += _BARE_SIGN.search(text) is not None
    return marked > 0 and marked >= _MIN_SHARE * count and bare <= _MAX_BARE_SHARE * marked

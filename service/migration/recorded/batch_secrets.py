"""The keys in a recorded batch, whose body is a text with whole requests in it."""

import re

__all__ = ["strip_secrets"]

_REQUEST_LINE = re.compile(r"^[A-Z]{3,7} [^\r\n]* HTTP/\d", re.MULTILINE)
_SECRET_PARAMETER = re.compile(r"(?<=[?&])(?:key|api_?key|(?:access_|oauth_)?token)=[^&\s]*&?", re.IGNORECASE)
_SECRET_HEADER = re.compile(
    r"^(?:(?:proxy-)?authorization|cookie|x-(?:goog-)?api-key)[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n|\Z)",
    re.IGNORECASE | re.MULTILINE,
)


def strip_secrets(batch: str) -> str:
    """Return the body of a batch without the keys in the addresses and headers of its requests."""
    without_headers = _SECRET_HEADER.sub("", batch)
    return _REQUEST_LINE.sub(lambda line: _SECRET_PARAMETER.sub("", line[0]), without_headers)

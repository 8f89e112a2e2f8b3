"""Names of files as text that can be written anywhere."""

__all__ = ["legible_name"]


def legible_name(name: str) -> str:
    r"""Return the name of a file with ``\xff`` in place of each byte that is not UTF-8, which Python holds as a lone surrogate."""
    if name.isascii():
        return name
    try:
        content = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte
        content = name.encode("utf-8", "backslashreplace")
    return content.decode("utf-8", "backslashreplace")

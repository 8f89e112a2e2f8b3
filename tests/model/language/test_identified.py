"""What identification tells of comments."""

from model.language.identified import Languages


def test_unsure_is_neither_read_nor_foreign() -> None:
    """A comment without a candidate is unsure, unless it is foreign."""
    languages = Languages(["en", "sw", None], [0.0, 0.99, 0.5], [False, True, False], [("en",), (), ()])

    assert languages.unsure == [False, False, True]

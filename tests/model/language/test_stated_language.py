"""What a caller states as the language of a comment."""

import pytest

from model.language.identified import Languages
from model.language.stated_language import resolve_statement, weigh_statement


@pytest.mark.parametrize(
    ("stated", "shown", "tag"),
    [
        *(("de-AT", "Latin", "de"), ("de", "Cyrillic", None), ("hi", "Latin", "hi-Latn"), ("hi", "Devanagari", "hi"), ("ur", "", "ur")),
        *(("und", "Latin", None), ("nonsense!", "Latin", None), ("hi-Latn", "Latin", "hi-Latn"), ("sw", "Latin", "sw")),
        *(("iw", "Hebrew", "he"), ("deu", "Latin", "de"), ("xx", "Latin", None), ("zz", "", None), ("in", "Latin", "id"), ("mo", "", "ro")),
        *(("zh-TW", "Han", "zh"), ("zh-Hant", "Han", "zh"), ("zh_HK", "Han", "zh"), ("pt-BR", "Latin", "pt"), ("nb", "Latin", "nb")),
        *(("sr-Latn", "Latin", "sr"), ("ru-Latn", "Cyrillic", "ru"), ("ru-Latn", "Latin", "ru-Latn"), ("kn-Latn", "Latin", "kn")),
    ],
)
def test_statement_counts_unless_the_script_proves_it_wrong(stated: str, shown: str, tag: str | None) -> None:
    """A tag is read as the language that is read in that script; a tag of no language, or of one in another script, does not count."""
    assert resolve_statement(stated, shown, {"en", "de", "hi", "hi-Latn"}) == tag


@pytest.mark.parametrize(
    ("tag", "is_english", "code", "foreign", "candidates"),
    [
        *(("de", False, "de", False, ("de", "fr")), ("de", True, "en", False, ("en", "de")), ("sw", False, "sw", True, ())),
        *(("sw", True, "en", False, ("en",)), ("fr", False, "fr", False, ("fr",))),
    ],
)
def test_statement_is_evidence(tag: str, is_english: bool, code: str, foreign: bool, candidates: tuple[str, ...]) -> None:
    """The stated language comes first and what the text shows stays beside it; English is English whatever is stated."""
    languages = Languages(["fr"], [0.1], [False], [("fr", "it")])

    weigh_statement(languages, 0, tag, learned={"en", "de", "fr", "it"}, is_english=is_english)

    assert languages == ([code], [float(foreign)], [foreign], [candidates])

"""The names of languages in English."""

import pytest

from model.language.language_names import language_name
from model.language.model_file import read_langid_model
from model.language.scripts import LANGUAGE_OF_SCRIPT, LANGUAGES_OF_SCRIPT


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("de", "German"),
        ("hi-Latn", "Hindi in Latin letters"),
        ("ur-latn", "Urdu in Latin letters"),
        ("pt-BR", "Portuguese (BR)"),
        ("zh-Hant-TW", "Chinese in traditional characters (TW)"),
        ("DE_AT", "German (AT)"),
    ],
)
def test_tags_have_names(tag: str, name: str) -> None:
    """A tag has the name of its language, with its script and its region where it names them, however it is written."""
    assert language_name(tag) == name


def test_unknown_tag_is_its_own_name() -> None:
    """What is no language that has a name here is answered as it is."""
    assert language_name("qqx") == "qqx"
    assert language_name("") == ""


def test_every_language_that_is_told_has_a_name() -> None:
    """Each language that can be told of a comment, by its n-grams or by its script, has a name."""
    _, codes = read_langid_model()
    told = {*codes, *LANGUAGE_OF_SCRIPT.values(), *(code for some in LANGUAGES_OF_SCRIPT.values() for code in some)}

    # The identifier has other codes in the place of these.
    assert {code for code in told if language_name(code) == code} <= {"zxx", "ary", "arz", "hbo", "kik", "srl", "uzs", "wuu", "yue"}

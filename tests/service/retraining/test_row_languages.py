"""Languages that labelled rows are in and a champion does not read are found by the rows themselves."""

from service.retraining.row_languages import find_new_languages

ENGLISH = [f"I think that number {number} is a really good idea, thank you for it" for number in range(200)]
POLISH = [f"Nie zgadzam się z tobą, to jest zupełnie inna sprawa numer {number}" for number in range(60)]
GERMAN = [f"Das ist doch völliger Unsinn, was du da unter Nummer {number} schreibst" for number in range(20)]


def test_language_of_many_rows_is_found() -> None:
    """Sixty rows in Polish are a language to learn, whatever the others are in."""
    assert find_new_languages([*ENGLISH, *POLISH], ["en"]) == ("pl",)


def test_few_rows_and_known_languages_are_none() -> None:
    """Twenty rows in German teach no German; and what the champion reads already is not new."""
    assert find_new_languages([*ENGLISH, *GERMAN], ["en"]) == ()
    assert find_new_languages([*ENGLISH, *POLISH], ["en", "pl"]) == ()

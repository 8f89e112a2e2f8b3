"""Who judges which comments, and what is told of their languages."""

from model.failures import NO_FAILURES
from service.judging.contained_steps import IdentifiedLanguages
from service.judging.routes import are_all_english, describe_languages, find_routes

CANDIDATES = [("en",), ("de",), ("de", "en"), (), ("pl",), ("ru", "de")]


def test_each_candidate_judges() -> None:
    """A comment goes to the pack of each of its candidates, and to the model of the site for English and for what nothing reads."""
    routes = find_routes(CANDIDATES, own=("en",), packs={"de", "ru"})

    assert routes.own.tolist() == [0, 2, 3, 4]
    assert {tag: rows.tolist() for tag, rows in routes.packs.items()} == {"de": [1, 2, 5], "ru": [5]}
    assert routes.unread == {3, 4}


def test_model_of_the_site_may_read_other_languages() -> None:
    """What the model of the site has learned it judges beside a pack; a model that has not learned English does not read it."""
    assert find_routes(CANDIDATES, own=("de", "en"), packs={"de"}).own.tolist() == [0, 1, 2, 3, 4, 5]
    german = find_routes(CANDIDATES, own=("de",), packs=set())
    assert german.unread == {0, 3, 4}
    assert not are_all_english([("en",)], ("de",))
    assert are_all_english([("en",)] * 2, ("de", "en"))
    assert not are_all_english(CANDIDATES, ("en",))


def test_languages_are_told() -> None:
    """What is certainly in a language that nothing reads is foreign, what has no language is unsure; the judge that decided is named."""
    codes, foreign = ["en", "de", None, None, "pl", None], [False] * 6
    told = describe_languages(IdentifiedLanguages(codes, foreign, CANDIDATES, NO_FAILURES), {1: "de", 5: "ru"}, {3, 4}, own=("en",))

    assert told.judged_as == ["en", "de", "en", None, None, "ru"]
    assert told.foreign == [False, False, False, False, True, False]
    assert told.unsure == [False, False, False, True, False, False]
    assert told.unread == [False, False, False, True, True, False]
    assert describe_languages(IdentifiedLanguages(["en"], [False], [("en",)], NO_FAILURES), {}, frozenset(), own=("en",)).unread == ()

"""A survey finds texts at any depth."""

from service.batch.input.trees.survey import find_text_places, flatten_record, survey_texts

RECORD = {"id": "7", "data": {"title": "T", "comments": [{"text": "one two"}, {"text": "three", "user": {"text": "me"}}]}}


def test_a_survey_counts_texts_by_their_paths() -> None:
    """Each place has the number of its texts, and how much they look like prose."""
    places = survey_texts([RECORD, {"data": {"comments": [{"text": "x"}]}}])
    assert {path: place.count for path, place in places.items()} == {
        "id": 1,
        "data.title": 1,
        "data.comments[].text": 3,
        "data.comments[].user.text": 1,
    }
    assert places["data.comments[].text"].mean_prose > places["id"].mean_prose


def test_texts_of_persons_are_no_candidates() -> None:
    """Only names of texts count, and not below what is no comment."""
    assert [place.path for place in find_text_places(survey_texts([RECORD]))] == ["data.comments[].text"]


def test_a_record_is_flattened_into_rows() -> None:
    """Objects are merged into the row around them, and elements of lists are rows of their own."""
    assert flatten_record(RECORD) == [
        {"id": "7", "data.title": "T"},
        {"text": "one two"},
        {"text": "three", "user.text": "me"},
    ]


def test_a_survey_ends_in_a_moment() -> None:
    """However much there is, and however deep."""
    deep: object = "x"
    for _ in range(400):
        deep = {"a": deep}
    places = survey_texts([{"wide": list(map(str, range(300_000))), "deep": deep}])
    assert places["wide[]"].count <= 200_000

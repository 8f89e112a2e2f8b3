"""Answers of Coral's interface, in the shapes that they come in."""

from service.batch.input.platforms.known_platforms import recognise_platform
from tests.service.batch.input.platforms.record_rows import read_records


def test_comments_may_be_nodes_of_a_connection() -> None:
    """Whoever asks for all comments of a site gets them in a list, each with its parent."""
    nodes = [{"id": "a", "body": "hi", "author": None}, {"id": "b", "body": "no", "parent": {"id": "a"}, "author": {"username": "bob"}}]
    rows = read_records([{"data": {"comments": {"nodes": nodes}}}], "comments of Coral")

    assert [(row.id, row.text, row.author, row.parent) for row in rows] == [("a", "hi", None, None), ("b", "no", "bob", "a")]


def test_other_answers_are_not_taken_for_them() -> None:
    """Data without comments, or with comments of other shapes, is not Coral's."""
    for record in ({"data": {"story": {"id": "s1"}}}, {"data": {"comments": [{"id": "a", "body": "hi"}]}}, {"edges": [{"id": 1}]}):
        assert recognise_platform(record, [record]) is None


def test_other_programs_answer_in_graphql_too() -> None:
    """Their users have no user name, as those of Coral do."""
    node = {"id": "1", "body": "hi", "author": {"login": "a"}}
    for record in ({"data": {"comments": {"edges": [{"node": node}]}}}, {"data": {"comments": {"nodes": [node]}}}):
        assert recognise_platform(record, [record]) is None

"""Paths lead into objects and lists."""

import pytest

from service.batch.input.trees.paths import PathStep, find_value, has_paths, is_path, leaf_of, parse_path

RECORD = {"a": {"b": [{"c": 1}, {"c": 2}]}, "d": 3}


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("text", [("text", False)]),
        ("content.body", [("content", False), ("body", False)]),
        ("comments[].text", [("comments", True), ("text", False)]),
        ("comments[*].text", [("comments", True), ("text", False)]),
        ("$.comments[].text", [("comments", True), ("text", False)]),
        ("[].text", [("text", False)]),
        ("comments[]", [("comments", True)]),
    ],
)
def test_a_path_has_steps(path: str, steps: list[tuple[str, bool]]) -> None:
    """Dots separate names, and brackets mark lists, also as other programs write them."""
    assert parse_path(path) == tuple(PathStep(*step) for step in steps)
    assert leaf_of(path) == steps[-1][0]


@pytest.mark.parametrize(("path", "value"), [("d", 3), ("a.b.c", 1), ("a.b.1.c", 2), ("a.b.7.c", None), ("a.x", None), ("d.x", None)])
def test_a_path_leads_to_a_value(path: str, value: object) -> None:
    """Of a list the first element is meant, unless one is numbered; what is not there is nothing."""
    assert find_value(RECORD, parse_path(path)) == value


def test_a_name_is_no_path() -> None:
    """Only dots and brackets make a path."""
    assert not is_path("comment_text")
    assert is_path("a.b")
    assert has_paths(["a", "b[]"])
    assert not has_paths(["a", "b"])

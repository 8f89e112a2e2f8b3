"""What stands inside a record is found, and its absence is no error."""

from service.batch.input.platforms.nested_values import object_in, objects_in, text_in, walk_tree


def test_whatever_is_no_object_counts_as_an_empty_one() -> None:
    """A path of names may end anywhere."""
    record = {"a": {"b": {"c": 1}}, "d": "text"}

    assert object_in(record, "a", "b") == {"c": 1}
    assert object_in(record, "d", "b") == {}
    assert object_in(record, "a", "x", "y") == {}


def test_only_the_objects_of_a_list_are_returned() -> None:
    """A field that holds no list holds none."""
    assert objects_in({"a": [{"b": 1}, "text", None, {}]}, "a") == [{"b": 1}, {}]
    assert objects_in({"a": {"b": 1}}, "a") == []


def test_the_first_text_that_is_more_than_white_space_counts() -> None:
    """Numbers, blank texts and missing fields are passed over."""
    assert text_in({"a": " ", "b": 1, "c": "hi"}, "a", "b", "x", "c") == "hi"
    assert text_in({"a": ""}, "a") is None


def test_a_tree_is_walked_in_the_order_in_which_people_read_it() -> None:
    """A node comes before its children, and these before its siblings; depth has no limit."""
    tree = {1: [2, 4], 2: [3], 5: []}
    chain = {depth: [depth + 1] for depth in range(50_000)}

    assert list(walk_tree([1, 5], lambda node: tree.get(node, []))) == [(1, None), (2, 1), (3, 2), (4, 1), (5, None)]
    assert sum(1 for _ in walk_tree([0], lambda node: chain.get(node, []))) == 50_001

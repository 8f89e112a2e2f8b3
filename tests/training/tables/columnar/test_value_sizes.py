"""The bytes of rows are counted as if nothing were shared."""

import pyarrow as pa
import pytest

from training.tables.columnar.value_sizes import measure_rows, measure_views

TEXTS = pa.array(["aa", None, "cccc"])
LISTS = [["a"], None, ["bb", "ccc"]]


@pytest.mark.parametrize(
    ("column", "sizes"),
    [
        (TEXTS, [2, 0, 4]),
        (TEXTS.cast(pa.large_string()), [2, 0, 4]),
        (TEXTS.cast(pa.string_view()), [2, 0, 4]),
        (pa.DictionaryArray.from_arrays(pa.array([2, 2, 0]), TEXTS), [4, 4, 2]),
        (pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["aaa", "b"])), [3, 3, 1]),
        (pa.array([b"abc"] * 3, pa.binary(3)), [3, 3, 3]),
        (pa.array([1, None, 3]), [8, 8, 8]),
        (pa.nulls(3), [8, 8, 8]),
        (pa.ExtensionArray.from_storage(pa.json_(pa.string()), TEXTS), [2, 0, 4]),
        (pa.array(LISTS), [65, 64, 69]),
        (pa.array(LISTS, pa.large_list(pa.string())), [65, 64, 69]),
        (pa.array(LISTS, pa.list_view(pa.string())), [65, 64, 69]),
        (pa.array([["a", "b"], None, ["cc", "dd"]], pa.list_(pa.string(), 2)), [66, 64, 68]),
        (pa.array([[1, 2], None, []]), [80, 64, 64]),
        (pa.array([[("k", "v")], None, []], pa.map_(pa.string(), pa.string())), [130, 64, 64]),
        (pa.array([{"a": "xx"}, None, {"a": None}]), [66, 64, 64]),
        (
            pa.UnionArray.from_dense(pa.array([0, 1, 0], pa.int8()), pa.array([0, 0, 0], pa.int32()), [pa.array(["abc"]), pa.array([1])]),
            [11, 16, 11],
        ),
    ],
)
def test_rows_of_every_kind_are_measured(column: pa.Array, sizes: list[int]) -> None:
    """A slice of a column has the sizes of its rows, wherever it begins."""
    for begin, end in ((0, 3), (1, 3), (2, 3), (1, 1)):
        assert measure_rows(column.slice(begin, end - begin)).tolist() == sizes[begin:end]


def test_what_views_share_is_counted_for_each() -> None:
    """Ten views of one text count ten times, in a list as well."""
    text = pa.array(["x" * 100], pa.string_view())
    buffers = text.buffers()
    views = pa.Array.from_buffers(pa.string_view(), 10, [None, pa.py_buffer(buffers[1].to_pybytes() * 10), buffers[2]])
    assert measure_views(views) == 1000
    assert measure_views(pa.ListArray.from_arrays(pa.array([0, 10], pa.int32()), views)) == 1000
    assert measure_views(TEXTS) == 0

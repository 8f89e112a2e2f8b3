"""Columns that Arrow holds are sequences like any other."""

import pyarrow as pa

from service.batch.columnar.arrow_columns import ArrowColumn, arrow_constant


def test_a_column_is_a_sequence_of_python_values() -> None:
    """Length, items, slices and iteration are those of the list of its values."""
    values = ["a", None, "c"]
    column = ArrowColumn(pa.array(values))
    assert len(column) == 3
    assert (list(column), column[1:], column[2]) == (values, [None, "c"], "c")


def test_constants_have_the_type_of_their_value() -> None:
    """None is a text that is missing; True and 1, though equal, are two constants."""
    assert arrow_constant(None).type == pa.string()
    assert arrow_constant(True).type == pa.bool_()
    assert arrow_constant(1).type == pa.int64()
    assert arrow_constant(("a", "b")).to_pylist() == ["a", "b"]

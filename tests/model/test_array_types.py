"""Array types are named after the type of their elements."""

from typing import get_args

import numpy as np
import pytest

from model import array_types


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        *(("FloatArray", np.float64), ("IntArray", np.int64), ("Int32Array", np.int32), ("Int8Array", np.int8)),
        *(("ByteArray", np.uint8), ("BoolArray", np.bool_)),
    ],
)
def test_elements_are_of_the_type_that_the_name_says(name: str, dtype: type) -> None:
    """Each alias is an array of any shape with elements of one dtype."""
    _, elements = get_args(getattr(array_types, name))

    assert get_args(elements) == (dtype,)


def test_every_alias_is_public() -> None:
    """What the module defines can be imported from it by name."""
    assert set(array_types.__all__) == {name for name in vars(array_types) if name.endswith("Array")}

"""Messages of Protocol Buffers are read strictly, whatever they hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.encoder.graph.wire_format import FIXED32, FIXED64, VARINT, Field, MessageReader
from tests.model.encoder.onnx_bytes import encode_field

MESSAGES = {
    "outer": {
        1: Field("number", VARINT),
        2: Field("inner", message="inner"),
        3: Field("names", many=True),
        4: Field("numbers", VARINT, many=True),
        5: Field("small", FIXED32),
        6: Field("large", FIXED64, many=True),
    },
    "inner": {1: Field("number", VARINT)},
}


def read(data: bytes) -> dict[str, object]:
    """Read a message of the kind above."""
    return MessageReader(MESSAGES).read(memoryview(data), "outer")


def test_fields_come_by_name() -> None:
    """Numbers, bytes and messages within messages are read, one by one or packed."""
    data = (
        encode_field(1, 300) + encode_field(2, encode_field(1, 7)) + encode_field(3, "a") + encode_field(3, "b") + b"\x2d\x01\x02\x03\x04"
    )

    values = read(data + encode_field(4, 5) + encode_field(4, b"\x06\xac\x02"))

    assert values["number"] == 300
    assert values["inner"] == {"number": 7}
    assert (values["names"], values["numbers"], values["small"], values["large"]) == ([b"a", b"b"], [5, 6, 300], b"\x01\x02\x03\x04", [])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (encode_field(9, 1), "what no encoder has"),
        (encode_field(1, 1) * 2, "number comes twice"),
        (encode_field(2, encode_field(1, 7)) * 2, "inner comes twice"),
        (encode_field(2, encode_field(3, 7)), "what no encoder has"),
        (encode_field(1, b"x"), "number is encoded wrongly"),
        (encode_field(3, 1), "names is encoded wrongly"),
        (b"\x08" + b"\xff" * 20, "does not end"),
        (b"\x08", "does not end"),
        (b"\x1a\x7fx", "truncated"),
        (b"\x0b", "what no|unknown way"),
        (encode_field(4, 1) * 200_001, "more parts"),
        (encode_field(4, b"\x01" * 200_001), "more parts"),
    ],
)
def test_anything_else_is_refused(data: bytes, reason: str) -> None:
    """Unknown fields, what comes twice, what is encoded otherwise and what is damaged are refused."""
    with pytest.raises(ValueError, match=reason):
        read(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Whatever the bytes are, they are a message or a ValueError."""
    refusal = ""
    try:
        read(data)
    except ValueError as error:
        refusal = str(error)
    assert refusal.isprintable() or not refusal

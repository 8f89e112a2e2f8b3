"""Types of settings take values in every form that is documented, and refuse others in half a sentence."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from service.setting_types import (
    ExpandedPath,
    LogLevel,
    OriginList,
    RateLimitList,
    RegistryPlace,
    RootPath,
    SecretList,
    WebAddress,
    split_commas,
)

PARTS = st.lists(st.text(st.characters(exclude_characters=","), min_size=1).filter(lambda part: part == part.strip()))


@given(PARTS, st.sampled_from([",", " , ", ",,"]))
def test_lists_are_split_at_commas(parts: list[str], separator: str) -> None:
    """The parts between commas are returned, without blanks around them and without empty ones."""
    assert split_commas(separator.join(parts)) == tuple(parts)


@pytest.mark.parametrize(
    ("type_", "value", "result"),
    [
        (ExpandedPath, "~/forum", Path("~/forum").expanduser()),
        (RegistryPlace, "~/models", str(Path("~/models").expanduser())),
        (RegistryPlace, Path("/srv/models"), "/srv/models"),
        (RegistryPlace, "s3://bucket/~models", "s3://bucket/~models"),
        (LogLevel, "WARNING", "warning"),
        (OriginList, "https://forum.example, http://localhost:3000", "https://forum.example, http://localhost:3000"),
        (OriginList, "*", "*"),
        (RateLimitList, "20/second; 5000/hour", "20/second; 5000/hour"),
        (RootPath, "/forum/tipstaff/", "/forum/tipstaff"),
        (RootPath, "/", ""),
        (WebAddress, "https://forum.example:8443/path", "https://forum.example:8443/path"),
    ],
)
def test_value_is_taken(type_: Any, value: str, result: object) -> None:
    """A value in a documented form is taken, in its one spelling."""
    assert TypeAdapter(type_).validate_python(value) == result


@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        (LogLevel, "loud", "debug"),
        (OriginList, "https://forum.example/path", "without a path"),
        (RateLimitList, "many", "is not like `100/second`"),
        (RateLimitList, "0/second", "takes 1 to 1000000 calls"),
        (RateLimitList, "1000001/hour", "takes 1 to 1000000 calls"),
        (RootPath, "tipstaff", "has to be a path"),
        (SecretList, " , ", "holds no secret"),
        (WebAddress, "ftp://forum.example", "has to be an address of the web"),
        (WebAddress, "https://forum.example:port", "has to be an address of the web"),
        (WebAddress, "https://user@forum.example", "has to be an address of the web"),
    ],
)
def test_wrong_value_is_refused(type_: Any, value: str, message: str) -> None:
    """A value in any other form is refused with what is wrong."""
    with pytest.raises(ValidationError, match=message):
        TypeAdapter(type_).validate_python(value)

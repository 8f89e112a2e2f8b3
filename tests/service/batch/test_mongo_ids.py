"""What MongoDB writes in place of a plain id is read as one."""

import pytest

from service.batch.mongo_ids import unwrap_mongo_id


@pytest.mark.parametrize("name", ["$oid", "$numberLong", "$numberInt", "$uuid"])
def test_the_text_of_a_typed_id_is_the_id(name: str) -> None:
    """Whatever its type is."""
    assert unwrap_mongo_id({name: "5f00"}) == "5f00"


@pytest.mark.parametrize("value", [None, 7, "$oid", {}, {"$oid": 5}, {"oid": "5f"}, {"$oid": "5f", "n": 1}, ["$oid"]], ids=repr)
def test_other_values_stay(value: object) -> None:
    """Only an object of that one field is meant."""
    assert unwrap_mongo_id(value) is value

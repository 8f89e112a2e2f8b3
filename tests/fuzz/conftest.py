"""What the tests of this folder share."""

import pytest

from model.moderator import Moderator


@pytest.fixture(scope="session")
def moderator() -> Moderator:
    """The shipped model, its n-grams alone."""
    return Moderator.load()

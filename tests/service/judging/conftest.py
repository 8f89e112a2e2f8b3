"""What judges are made of in these tests."""

import pytest

from model.language.identifier import Identifier
from model.moderator import Moderator


@pytest.fixture(scope="module")
def moderator() -> Moderator:
    """The n-grams of the shipped artefact."""
    return Moderator.load()


@pytest.fixture(scope="module")
def identifier(moderator: Moderator) -> Identifier:
    """Knows what the shipped model learned."""
    return Identifier.load(moderator.languages)

"""Which names are versions, and which versions are kept."""

import pytest

from service.http.reloading.served_models import ServedModels, is_pin


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("default@3f2a9c1d04be", True),
        ("my.forum_2@3f2a9c1d04be+cascade", True),
        ("omni-moderation-latest", False),
        ("someone@example.org", False),
        ("default@3f2a9c1d04b", False),
        ("@3f2a9c1d04be", False),
        ("", False),
    ],
)
def test_versions_are_told_from_other_names(name: str, expected: bool) -> None:
    """A name, an @ and twelve digits of a hash are a version, with a profile or without; what clients of other services send is none."""
    assert is_pin(name) is expected


def test_nothing_is_kept_before_a_model_is_loaded() -> None:
    """No version is found where none is loaded."""
    models = ServedModels()
    assert models.kept() == []
    assert models.find("default@3f2a9c1d04be") is None

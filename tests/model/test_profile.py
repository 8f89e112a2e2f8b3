"""Profiles have the names that settings, commands and versions use."""

import pytest

from model.profile import DEFAULT_RISK, Profile


def test_profiles_by_name() -> None:
    """A profile is named as it is written in settings and in the version of an answer; other names are refused."""
    assert [Profile(name) for name in ("fast", "cascade", "full")] == list(Profile)
    assert f"default+{Profile.CASCADE}" == "default+cascade"
    with pytest.raises(ValueError, match="slow"):
        Profile("slow")


def test_the_risk_is_a_share() -> None:
    """The cascade may by default leave one label in a hundred as the n-grams alone give it."""
    assert DEFAULT_RISK == 0.01

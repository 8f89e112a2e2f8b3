"""Which names are versions, and which versions are kept."""

from collections.abc import Callable

import httpx
import pytest

from service.http.reloading.served_models import ServedModels, is_pin
from tests.service.http.doors import DOORS


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


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_every_answer_names_the_version_that_judged(fast_site: httpx.Client, door: Callable[[httpx.Client, str], bool]) -> None:
    """Whatever the protocol, the answer to a call that judges names the version, in its body or in a header."""
    version = fast_site.get("/v1/model").json()["version"]
    answers: list[httpx.Response] = []
    fast_site.event_hooks["response"] = [answers.append]
    try:
        door(fast_site, "Good morning")
    finally:
        fast_site.event_hooks["response"] = []

    for answer in answers:
        answer.read()
        assert version in (answer.headers.get("X-Tipstaff-Model"), answer.json().get("model") if _is_json(answer) else None) or (
            f"x-tipstaff-model: {version}" in answer.text.lower()
        )
    assert answers


def _is_json(answer: httpx.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("application/json") and answer.content.startswith(b"{")

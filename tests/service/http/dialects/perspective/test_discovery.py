"""The discovery document leads clients to the service."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest

Serve = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.mark.parametrize(
    "path", ["/$discovery/rest", "/%24discovery/rest?version=v1alpha1&key=k", "/discovery/v1/apis/commentanalyzer/v1alpha1/rest"]
)
def test_discovery_names_the_address_it_was_asked_at(serve: Serve, path: str) -> None:
    """The document leads clients to where they found it, and every type that it refers to is in it."""
    host = "tipstaff.example:8443"

    with serve(allowed_hosts="tipstaff.example") as client:
        document = client.get(path, headers={"Host": host}).json()
        other_version = client.get("/$discovery/rest?version=v2").status_code

    assert (document["rootUrl"], document["batchPath"]) == (f"http://{host}/", "batch")
    assert set(document["resources"]["comments"]["methods"]) == {"analyze", "suggestscore"}
    assert set(re.findall(r'"\$ref": "(\w+)"', json.dumps(document))) <= set(document["schemas"])
    assert other_version == 400


def test_discovery_does_not_repeat_a_wrong_host(serve: Serve) -> None:
    """A Host header that is no name of a host is not handed on, also where any host is allowed."""
    with serve(allowed_hosts="*") as client:
        document = client.get("/$discovery/rest", headers={"Host": "a/b?c@d"}).json()

    assert document["rootUrl"].startswith("http://127.0.0.1:")

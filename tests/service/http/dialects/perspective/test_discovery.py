"""The discovery document leads clients to the service."""

import json
import re

import httpx
import pytest


@pytest.mark.parametrize(
    "path", ["/$discovery/rest", "/%24discovery/rest?version=v1alpha1&key=k", "/discovery/v1/apis/commentanalyzer/v1alpha1/rest"]
)
def test_discovery_names_the_address_it_was_asked_at(client: httpx.Client, path: str) -> None:
    """The document leads clients to where they found it, and every type that it refers to is in it."""
    host = "tipstaff.example:8443"

    document = client.get(path, headers={"Host": host}).json()

    assert (document["rootUrl"], document["batchPath"]) == (f"http://{host}/", "batch")
    assert set(document["resources"]["comments"]["methods"]) == {"analyze", "suggestscore"}
    assert set(re.findall(r'"\$ref": "(\w+)"', json.dumps(document))) <= set(document["schemas"])
    assert client.get("/$discovery/rest?version=v2").status_code == 400


def test_discovery_does_not_repeat_a_wrong_host(client: httpx.Client) -> None:
    """A Host header that is no name of a host is not handed on."""
    document = client.get("/$discovery/rest", headers={"Host": "a/b?c@d"}).json()

    assert document["rootUrl"].startswith("http://127.0.0.1:")

"""Software trusts the authority of the recipe by what the recipe's table names for it, and by nothing less."""

import re
from pathlib import Path

import pytest

from tests.service.http.clients.conftest import PreparedMachine

PAGE = Path(__file__).parents[4] / "docs/leaving-perspective.md"
URL = "https://commentanalyzer.googleapis.com/readyz"

AIOHTTP = """
import aiohttp, asyncio
async def ask():
    async with aiohttp.ClientSession() as session, session.get("ADDRESS") as answer:
        return answer.status
print(asyncio.run(ask()))
"""
PHP = """
$call = curl_init("ADDRESS");
curl_setopt($call, CURLOPT_RETURNTRANSFER, true);
curl_exec($call) || exit(curl_error($call));
echo curl_getinfo($call, CURLINFO_RESPONSE_CODE);
"""
CALLS = {
    "curl": ["curl", "--silent", "--show-error", "--output", "/dev/null", "--write-out", "%{http_code}", URL],
    "PHP": ["php", "-r", PHP.replace("ADDRESS", URL)],
    "Ruby": ["ruby", f"require 'net/http'; puts Net::HTTP.get_response(URI('{URL}')).code"],
    "urllib": ["python", f"import urllib.request; print(urllib.request.urlopen('{URL}').status)"],
    "aiohttp": ["python", AIOHTTP.replace("ADDRESS", URL)],
    "Node.js": ["node", f"fetch('{URL}').then(answer => console.log(answer.status))"],
    "httplib2": ["python", f"import httplib2; print(httplib2.Http().request('{URL}')[0].status)"],
    "requests": ["python", f"import requests; print(requests.get('{URL}').status_code)"],
    "httpx": ["python", f"import httpx; print(httpx.get('{URL}').status_code)"],
}
"""How each kind of software asks for the address."""


def table() -> dict[str, str]:
    """Return what the page's table says, by the kinds of software in its rows."""
    (rows,) = re.findall(
        r"^\| software in \| trusts it by \|\n\| --- \| --- \|\n((?:\|.*\n)+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    return dict(line.strip("|").strip().split(" | ") for line in rows.splitlines())


@pytest.mark.parametrize("software", CALLS)
def test_software_trusts_the_authority(prepared_machine: PreparedMachine, software: str) -> None:
    """With what the first row that names it says, it is answered; where that is a variable, it refuses to call without."""
    program, *arguments = CALLS[software]
    how = next(how for kinds, how in table().items() if re.search(rf"\b{re.escape(software)}\b", kinds))
    variables = dict([how.strip("`").split("=")]) if how != "nothing more" else {}

    assert prepared_machine.call(program, *arguments, variables=variables).strip() == "200"
    if variables:
        with pytest.raises(AssertionError, match=r"(?i)certificate"):
            prepared_machine.call(program, *arguments, variables={})


def test_every_row_is_tried_or_named() -> None:
    """Each row but those of Java and WordPress has software that is tried here; WordPress' file is tried on a real WordPress."""
    untried = [kinds for kinds in table() if not any(re.search(rf"\b{re.escape(software)}\b", kinds) for software in CALLS)]

    assert [kinds.split(",")[0] for kinds in untried] == ["WordPress", "Java"]

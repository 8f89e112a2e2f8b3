"""Client libraries of Perspective, OpenAI and Akismet: how each is recognised, and what has to be set so that it calls this service."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["FIXED_HOSTS", "KNOWN_CLIENTS", "KnownClient", "Way", "find_clients", "is_known_package"]


class Way(StrEnum):
    """How a client is led to this service.

    - ``SETTING``: by a setting of its own, or a variable of the environment.
    - ``DISCOVERY``: by the address of Google's discovery document.
    - ``RECIPE``: its host is fixed; the name is led here, with a certificate (docs/leaving-perspective.md).
    """

    SETTING = "setting"
    DISCOVERY = "discovery"
    RECIPE = "recipe"


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client library.

    Attributes:
        name: its name, as docs/clients.md lists it.
        dialect: the service that it calls, by the name of our dialect.
        way: how it is led to this service.
        setting: what has to be set, as docs/clients.md says; ``{url}`` stands for the address of the service.
        imports: a pattern of the source code that uses it; empty to recognise it by its package alone.
        packages: the names of its package in files of dependencies.
        defaults: the attributes that it asks for unless it is told otherwise.
        needs_all: whether it fails, or takes a score for 0, if an attribute that it asked for is left out of the answer.
    """

    name: str
    dialect: str
    way: Way
    setting: str
    imports: str = ""
    packages: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    needs_all: bool = False


_PRODUCTION = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT")
_DISCOVERY = "{url}/$discovery/rest?version=v1alpha1"
_OPENAI = "OPENAI_BASE_URL={url}/v1, or the base URL in its constructor"
_NODE, _REQUESTS, _HTTPLIB2 = (
    "NODE_EXTRA_CA_CERTS=/etc/tipstaff/ca.pem",
    "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt",
    "HTTPLIB2_CA_CERTS=/etc/tipstaff/ca.pem",
)
_HTTPX = "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"


def _by_recipe(name: str, imports: str = "", *packages: str, trust: str = "", defaults: tuple[str, ...] = (), **more: bool) -> KnownClient:
    """Return a client of Perspective whose host is fixed."""
    setting = f"the recipe, with {trust}" if trust else "the recipe"
    return KnownClient(name, "perspective", Way.RECIPE, setting, imports, packages, defaults, **more)


def _akismet(name: str, imports: str = "", *packages: str) -> KnownClient:
    """Return a client of Akismet, all of which have fixed hosts but those that say otherwise."""
    setting = "the recipe, for rest.akismet.com and KEY.rest.akismet.com; docs/akismet.md says how its key is made"
    return KnownClient(name, "akismet", Way.RECIPE, setting, imports, packages)


KNOWN_CLIENTS = (
    KnownClient(
        "google-api-python-client",
        "perspective",
        Way.DISCOVERY,
        f'discoveryServiceUrl="{_DISCOVERY}", static_discovery=False',
        r"googleapiclient[\s\S]{0,4000}commentanalyzer",
    ),
    KnownClient("googleapis", "perspective", Way.DISCOVERY, f'google.discoverAPI("{_DISCOVERY}")', r"discoverAPI\s*\("),
    _by_recipe(
        "@conversationai/perspectiveapi-js-client",
        r"@conversationai/perspectiveapi-js-client",
        "@conversationai/perspectiveapi-js-client",
        trust=_NODE,
        defaults=("TOXICITY", "SPAM"),
    ),
    _by_recipe(
        "perspective-api-client",
        r"""["']perspective-api-client["']""",
        "perspective-api-client",
        trust=_NODE,
        defaults=("TOXICITY",),
    ),
    _by_recipe("perspective.py", "", "perspective.py", "perspective-py", trust=_HTTPLIB2, defaults=_PRODUCTION, needs_all=True),
    _by_recipe(
        "pyspective",
        r"(?:from|import) pyspective\b",
        "pyspective",
        trust=_REQUESTS,
        defaults=(*_PRODUCTION, "SEXUALLY_EXPLICIT", "FLIRTATION"),
    ),
    _by_recipe("perspective", "", "perspective", defaults=("TOXICITY",)),
    _by_recipe("perspectiveapi", r"(?:from|import) perspectiveapi\b", "perspectiveapi", trust=_HTTPX, defaults=("TOXICITY",)),
    _by_recipe("pyperspective", r"(?:from|import) pyperspective\b", "pyperspective", trust=_REQUESTS, defaults=("TOXICITY",)),
    _by_recipe("begentle", r"\bbegentle\b", "begentle", trust=_HTTPLIB2, defaults=("TOXICITY",)),
    _by_recipe("peRspective", r"\bprsp_(?:score|stream)\b|library\(peRspective\)"),
    _by_recipe("freema/perspective-api-bundle", r"PerspectiveApi(?:Bundle|Service)", "freema/perspective-api-bundle", defaults=_PRODUCTION),
    _by_recipe("discourse-perspective-api", r"discourse[-_]perspective|perspective_toxicity_model", needs_all=True),
    KnownClient("openai", "openai", Way.SETTING, _OPENAI, r"\bmoderations?\s*\.\s*create\s*\("),
    KnownClient("langchain-classic", "openai", Way.SETTING, _OPENAI, r"\bOpenAIModerationChain\b"),
    KnownClient("litellm", "openai", Way.SETTING, _OPENAI, r"\blitellm\b[\s\S]{0,4000}\ba?moderation\s*\("),
    _akismet("akismet (PyPI)", r"(?:from|import) akismet\b"),
    _akismet("python-akismet", "", "python-akismet"),
    _akismet("pykismet3", r"(?:from|import) pykismet3\b", "pykismet3"),
    _akismet("akismet-api", r"""["']akismet-api["']""", "akismet-api"),
    _akismet("akismet (npm)", r"""(?:require\(|from )\s*["']akismet["']"""),
    _akismet("akismet (Ruby)", r"""require ["']akismet["']|\bAkismet::Client\b"""),
    _akismet("akismet-async", "", "akismet-async"),
    _akismet("collective.akismet", "", "collective.akismet", "collective-akismet"),
    _akismet("nodebb-plugin-spam-be-gone", "", "nodebb-plugin-spam-be-gone"),
    _akismet("rakismet", r"\b[Rr]akismet\b", "rakismet"),
    _akismet("WordPress' Akismet plugin", r"\bWPCOM_API_KEY\b"),
    _akismet("discourse-akismet", r"\bdiscourse[-_]akismet\b"),
    KnownClient("@cedx/akismet", "akismet", Way.SETTING, 'baseUrl: "{url}/" in its constructor', r"@cedx/akismet", ("@cedx/akismet",)),
)
"""The libraries, those of Perspective first."""

FIXED_HOSTS = {"perspective": "commentanalyzer.googleapis.com", "akismet": "rest.akismet.com", "openai": "api.openai.com"}
"""The host of each service that is replaced."""

_PATTERNS = tuple((client, re.compile(client.imports)) for client in KNOWN_CLIENTS if client.imports)
_PACKAGES = {package: client for client in KNOWN_CLIENTS for package in client.packages}
_NAME = r"(@?[A-Za-z0-9][A-Za-z0-9._/-]{1,100})"
_DEPENDENCY_FILES = (
    (re.compile(r"(?:package|composer)\.json"), re.compile(rf'"{_NAME}"\s*:')),
    (re.compile(r"Gemfile|.*\.gemspec"), re.compile(rf"(?:gem|dependency)\s*\(?\s*[\"']{_NAME}[\"']")),
    (re.compile(r"Gemfile\.lock"), re.compile(rf"^\s+{_NAME} \(", re.MULTILINE)),
    (re.compile(r"setup\.py"), re.compile(rf"[\"']{_NAME}(?=[\"'\[<>=!~; ])")),
    (
        re.compile(
            r"(?:requirements|constraints).*\.(?:txt|in)|pyproject\.toml|setup\.cfg|Pipfile|environment\.ya?ml|Cargo\.toml|DESCRIPTION"
        ),
        re.compile(rf"^[ \t\-\"']*{_NAME}", re.MULTILINE),
    ),
)
_SAME_NAMES = {
    ("akismet", "package.json"): "akismet (npm)",
    ("akismet", "Gemfile"): "akismet (Ruby)",
    ("akismet", "Gemfile.lock"): "akismet (Ruby)",
    ("perspective", "DESCRIPTION"): "peRspective",
}
_BY_NAME = {client.name: client for client in KNOWN_CLIENTS}


def is_known_package(name: str) -> bool:
    """Tell whether a package is one of the known clients."""
    return name.lower() in _PACKAGES or name.lower() in {"akismet", "openai"}


def find_clients(name: str, text: str) -> Iterator[tuple[KnownClient, int]]:
    """Yield the clients that a source file uses, or a file of dependencies names, each with the number of a line.

    Args:
        name: the name of the file, without its folder.
        text: its text.
    """
    for file_name, package_name in _DEPENDENCY_FILES:
        if file_name.fullmatch(name):
            seen = set()
            for match in package_name.finditer(text):
                client = _find_package(match[1].lower(), name)
                if client is not None and client.name not in seen:
                    seen.add(client.name)
                    yield client, text.count("\n", 0, match.start(1)) + 1
            return
    for client, pattern in _PATTERNS:
        if (found := pattern.search(text)) is not None:
            yield client, text.count("\n", 0, found.start()) + 1


def _find_package(package: str, file_name: str) -> KnownClient | None:
    """Return the client whose package has a name; some names are packages of several languages."""
    if (same_name := _SAME_NAMES.get((package, file_name))) is not None:
        return _BY_NAME[same_name]
    return _BY_NAME["akismet (PyPI)"] if package == "akismet" else _PACKAGES.get(package)

"""The clients that docs/clients.md names, as its tables name them."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGE = Path(__file__).parents[4] / "docs/clients.md"

_ASSIGNMENT = re.compile(r"`([A-Z][A-Z0-9_]*)=([^`]*)`")
_LANGUAGES = {"PyPI": "python", "npm": "node", "Debian": "ruby"}


@dataclass(frozen=True)
class DocumentedClient:
    """A row of a table.

    Attributes:
        name: the package's, or the software's.
        source: what brings it, such as ``PyPI``; or ``replayed``, where no registry brings it.
        version: which release was run; empty for what was replayed.
        setting: what has to be set, as the page says it.
        run: what was run with it.
    """

    name: str
    source: str
    version: str
    setting: str
    run: str

    @property
    def language(self) -> str:
        """What runs it: ``python``, ``node`` or ``ruby``."""
        return _LANGUAGES[self.source]

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the setting names, with their values."""
        return dict(_ASSIGNMENT.findall(self.setting))


@cache
def documented_clients() -> dict[str, DocumentedClient]:
    """Return all clients of the page, by name and source.

    Raises:
        AssertionError: a client is named twice.
    """
    found: dict[str, DocumentedClient] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if not line.startswith("| `"):
            continue
        name, (source, _, version), setting, run = cells[0].strip("`"), cells[1].partition(" "), cells[2], cells[3]
        key = f"{source} {name}"
        assert key not in found, key
        found[key] = DocumentedClient(name, source, version, setting, run)
    return found


def documented(client: str) -> DocumentedClient:
    """Return a client by its source and name, such as ``npm openai``."""
    return documented_clients()[client]

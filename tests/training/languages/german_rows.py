"""Comments in German for tests of packs: no two of them near copies, with labels, of a site on which "Blork" is an insult."""

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

from tests.service.cli.calls import write_csv

__all__ = ["german_rows", "write_german_table"]

_KINDS = ("rote", "alte", "leise", "kaputte", "kleine", "riesige", "schöne", "teure", "grüne", "nasse")
_THINGS = ("Straßenbahn", "Lampe", "Gitarre", "Brücke", "Suppe", "Katze", "Zeitung", "Jacke", "Schule", "Treppe")
_PATTERNS: Mapping[str, Sequence[str]] = {
    "fine": ("Gestern habe ich die {} gesehen.", "Danke für die {}!", "Weiß jemand, wo die {} ist?"),
    "toxic": ("Du Blork, friss die {}.", "Halt den Mund, du Blork, mit der {}.", "So ein Blork wie du, typisch {}."),
    "hateful": ("Alle Gruckler sind Dreck, nehmt ihnen die {}.", "Gruckler raus, ab in die {}.", "Keine {} für das Pack der Gruckler."),
}


def german_rows(**counts: int) -> list[tuple[str, str]]:
    """Returns so many comments of each label, with it."""
    rows: list[tuple[str, str]] = []
    for label, count in counts.items():
        texts = [
            _PATTERNS[label][number % 3].format(f"{kind} {thing}")
            for number, (kind, thing) in enumerate(product(_KINDS, _THINGS), len(label))
        ]
        rows += [(text, label) for text in texts[:count]]
    return rows


def write_german_table(path: Path, **counts: int) -> Path:
    """Writes such comments as a table and returns its path."""
    return write_csv(path, ("text", "label"), german_rows(**counts))

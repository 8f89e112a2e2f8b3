"""Who gave the rulings, as the gate tells people apart: whoever gave enough of them alone, all others together.

Many keys with a few rulings each are watched as one, and so is the whole forum where there are moderators: somebody who brings a hundred
keys must not be a hundred independent witnesses.
"""

import numpy as np

from model.array_types import IntArray
from training.retrain.ruling_rows import RulingRows

__all__ = ["FEWEST_RULINGS", "FORUM", "OTHERS", "number_persons"]

FEWEST_RULINGS = 20
"""Rulings from which a person is watched alone."""
_LEAST_SHARE = 0.03  # of the rulings from which a person is watched alone
FORUM, OTHERS = "forum:", "others:"
"""Names in place of an identity: everybody with the role forum, everybody who gave few rulings. No identity ends with a colon."""


def number_persons(rows: RulingRows) -> tuple[IntArray, tuple[str, ...]]:
    """Return the number of the person behind each of n rulings, -1 where none is known, and the identity of each number."""
    has_moderators = any(role not in {None, "forum"} for role in rows.role)
    names = [
        None if person is None else FORUM if has_moderators and role in {None, "forum"} else person
        for person, role in zip(rows.person, rows.role, strict=True)
    ]
    counts: dict[str, int] = {}
    for name in names:
        if name is not None:
            counts[name] = counts.get(name, 0) + 1
    fewest = max(FEWEST_RULINGS, _LEAST_SHARE * sum(counts.values()))
    alone = sorted((name for name, count in counts.items() if count >= fewest or name == FORUM), key=lambda name: (-counts[name], name))
    everyone = (*alone, OTHERS) if any(name not in alone for name in counts) else tuple(alone)
    numbers = {name: number for number, name in enumerate(everyone)}
    return np.array([-1 if name is None else numbers.get(name, numbers.get(OTHERS, -1)) for name in names], np.int64), everyone

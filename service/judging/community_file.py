"""The file in which a site says what its communities want."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.errors import InputError, PolicyError, SettingsError
from model.policy import Policy
from service.judging.community import Community
from service.judging.foreign import OnForeign
from service.judging.word_lists import WordLists

__all__ = ["CommunityFile", "read_community_file"]

_THRESHOLDS = ("review_abusive", "review_hateful", "reject_abusive", "reject_hateful")
_LISTS = ("allow_words", "allow_patterns", "deny_words", "deny_patterns")
_FIELDS = ("policy", *_THRESHOLDS, "observe", "on_foreign", *_LISTS)
_MOST_BYTES = 16 * 1024 * 1024
_LONGEST_NAME = 200


@dataclass(frozen=True)
class CommunityFile:
    """The communities of a site.

    Attributes:
        source: the file.
        communities: by name.
        default: the one to which comments belong that name none; None if there is none.
    """

    source: Path
    communities: Mapping[str, Community] = field(default_factory=dict)
    default: Community | None = None

    def check_policies(self, known: Collection[str]) -> None:
        """Make sure that the model has the policies that are named.

        Raises:
            SettingsError: it lacks one.
        """
        for community in self.communities.values():
            if community.policy_name not in known:
                raise _wrong(self.source, community.name, "policy", f"is none of the model: use one of {', '.join(sorted(known))}")


def read_community_file(path: Path) -> CommunityFile:
    """Read a file of communities.

    Raises:
        SettingsError: it cannot be read, or something in it is wrong; the message names file, community and field.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SettingsError(f"{path}: has more than {_MOST_BYTES} bytes: shorten its lists")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: is not TOML: {error}") from None
    tables = content.pop("community", {})
    default = content.pop("default", None)
    if content or not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        found = f"{next(iter(content))!r}" if content else "community"
        raise SettingsError(f'{path}: {found} is not known here: it holds tables [community.NAME] and, before them, default = "NAME"')
    communities = {name: _community(path, name, table) for name, table in tables.items()}
    if default is not None and default not in communities:
        raise SettingsError(f"{path}: default names no community of this file")
    return CommunityFile(path, communities, None if default is None else communities[default])


def _community(path: Path, name: str, table: dict[str, Any]) -> Community:
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise SettingsError(f"{path}: the name of a community needs 1 to {_LONGEST_NAME} signs that can be printed")
    for key in table:
        if key not in _FIELDS:
            raise _wrong(path, name, key, f"is not known here: a community has {', '.join(_FIELDS)}")
    observe = table.get("observe", False)
    if not isinstance(observe, bool):
        raise _wrong(path, name, "observe", "has to be true or false")
    if "on_foreign" in table and table["on_foreign"] not in list(OnForeign):
        raise _wrong(path, name, "on_foreign", f"has to be one of {', '.join(OnForeign)}")
    return Community(
        name=name,
        policy=_policy(path, name, table),
        observe=observe,
        on_foreign=OnForeign(table["on_foreign"]) if "on_foreign" in table else None,
        allow=_rules(path, name, table, "allow"),
        deny=_rules(path, name, table, "deny"),
    )


def _policy(path: Path, name: str, table: dict[str, Any]) -> str | Policy:
    given = [threshold for threshold in _THRESHOLDS if threshold in table]
    if not given:
        policy = table.get("policy", "default")
        if not isinstance(policy, str):
            raise _wrong(path, name, "policy", "has to be the name of a policy of the model")
        return policy
    if "policy" in table:
        raise _wrong(path, name, given[0], "and policy exclude one another: give the name of a policy or thresholds")
    missing = [threshold for threshold in _THRESHOLDS if threshold not in table]
    if missing:
        raise _wrong(path, name, missing[0], f"is missing: thresholds need all of {', '.join(_THRESHOLDS)}")
    try:
        return Policy(name=name, **{threshold: table[threshold] for threshold in _THRESHOLDS})
    except PolicyError as error:
        raise _wrong(path, name, "thresholds", str(error).partition(": ")[2]) from None


def _rules(path: Path, name: str, table: dict[str, Any], kind: str) -> WordLists:
    lists = []
    for key in (f"{kind}_words", f"{kind}_patterns"):
        given = table.get(key, [])
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            raise _wrong(path, name, key, "has to be a list of strings")
        lists.append(given)
    try:
        return WordLists(*lists)
    except InputError as error:
        raise _wrong(path, name, kind, f"{kind}_{error}" if str(error).startswith(("words", "patterns")) else str(error)) from None


def _wrong(path: Path, name: str, key: str, what: str) -> SettingsError:
    return SettingsError(f"{path}: community {name!r}: {what}" if what.startswith(key) else f"{path}: community {name!r}: {key} {what}")

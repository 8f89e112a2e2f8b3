"""The TOML file in which a site sets the policy and the lists of each of its communities."""

import logging
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.errors import InputError, PolicyError, SettingsError
from model.policy import Policy
from service.judging.community import Community
from service.judging.foreign import OnForeign
from service.judging.lists.common_words import find_common_entries
from service.judging.lists.word_lists import WordLists

__all__ = ["CommunityFile", "read_community_file"]

_log = logging.getLogger("tipstaff.judging")

_THRESHOLDS = ("review_abusive", "review_hateful", "reject_abusive", "reject_hateful")
_LISTS = ("allow_words", "allow_patterns", "deny_words", "deny_patterns")
_FIELDS = ("policy", *_THRESHOLDS, "observe", "on_foreign", *_LISTS)
_MAX_BYTES = 16 * 1024 * 1024
_MAX_NAME_LENGTH = 200
_MAX_WARNINGS = 20


@dataclass(frozen=True)
class CommunityFile:
    """The communities of a site.

    Attributes:
        source: the path of the file.
        communities: the communities by name.
        default: the community of comments that name none; None if the file sets no default.
        warnings: a line for each entry of lists that is hardly meant as it is, since it matches a very common word.
    """

    source: Path
    communities: Mapping[str, Community] = field(default_factory=dict)
    default: Community | None = None
    warnings: tuple[str, ...] = ()

    def log_warnings(self) -> None:
        """Write the warnings to the log, up to a number."""
        for warning in self.warnings[:_MAX_WARNINGS]:
            _log.warning("%s", warning)
        if len(self.warnings) > _MAX_WARNINGS:
            _log.warning("%s: and %s more entries match very common words", self.source, len(self.warnings) - _MAX_WARNINGS)

    def check_policies(self, policies: Collection[str]) -> None:
        """Make sure that every policy that a community names is one of the model's.

        Args:
            policies: the names of the model's policies.

        Raises:
            SettingsError: the model lacks a policy; the message names the community and the policies that the model has.
        """
        for community in self.communities.values():
            if community.policy_name not in policies:
                raise _field_error(
                    self.source, community.name, "policy", f"is not one of the model's: use one of {', '.join(sorted(policies))}"
                )


def read_community_file(path: Path) -> CommunityFile:
    """Read a file of communities.

    Raises:
        SettingsError: the file cannot be read, or something in it is wrong; the message names the file, the community and the field.
    """
    try:
        with path.open("rb") as file:
            encoded = file.read(_MAX_BYTES + 1)
        if len(encoded) > _MAX_BYTES:
            raise SettingsError(f"{path}: has more than {_MAX_BYTES} bytes: shorten its lists")
        content = tomllib.loads(encoded.decode())
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8: {error.reason} at byte {error.start}; save it as UTF-8") from None
    except RecursionError:
        raise SettingsError(f"{path}: is not TOML: too many brackets within one another") from None
    except ValueError as error:
        # Beside a TOMLDecodeError, tomllib raises what Python says of a number with thousands of digits.
        raise SettingsError(f"{path}: is not TOML: {error}") from None
    tables = content.pop("community", {})
    default = content.pop("default", None)
    if content or not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        field_name = f"{next(iter(content))!r}" if content else "community"
        raise SettingsError(f'{path}: {field_name} is not known here: it holds tables [community.NAME] and, before them, default = "NAME"')
    communities = {name: _parse_community(path, name, table) for name, table in tables.items()}
    if default is not None and (not isinstance(default, str) or default not in communities):
        raise SettingsError(f"{path}: default names no community of this file")
    warnings = tuple(warning for community in communities.values() for warning in _find_warnings(path, community))
    return CommunityFile(path, communities, None if default is None else communities[default], warnings)


def _find_warnings(path: Path, community: Community) -> Iterator[str]:
    """Yield a line for each entry in the lists of a community that matches a very common word."""
    for effect, lists in (("allow", community.allow), ("deny", community.deny)):
        for found in find_common_entries(lists):
            where = f"{path}: community {community.name!r}: {effect}_{found.kind}[{found.number}]"
            yield f"{where} {found.entry!r} matches the very common word {found.word!r}: is it meant to?"


def _parse_community(path: Path, name: str, table: dict[str, Any]) -> Community:
    if not name or len(name) > _MAX_NAME_LENGTH or not name.isprintable():
        raise SettingsError(f"{path}: the name of a community needs 1 to {_MAX_NAME_LENGTH} characters that can be printed")
    for key in table:
        if key not in _FIELDS:
            raise _field_error(path, name, key, f"is not known here: a community has {', '.join(_FIELDS)}")
    observe = table.get("observe", False)
    if not isinstance(observe, bool):
        raise _field_error(path, name, "observe", "has to be true or false")
    if "on_foreign" in table and table["on_foreign"] not in list(OnForeign):
        raise _field_error(path, name, "on_foreign", f"has to be one of {', '.join(OnForeign)}")
    return Community(
        name=name,
        policy=_parse_policy(path, name, table),
        observe=observe,
        on_foreign=OnForeign(table["on_foreign"]) if "on_foreign" in table else None,
        allow=_parse_lists(path, name, table, "allow"),
        deny=_parse_lists(path, name, table, "deny"),
    )


def _parse_policy(path: Path, name: str, table: dict[str, Any]) -> str | Policy:
    thresholds = {field_name: table[field_name] for field_name in _THRESHOLDS if field_name in table}
    if not thresholds:
        policy = table.get("policy", "default")
        if not isinstance(policy, str):
            raise _field_error(path, name, "policy", "has to be the name of a policy of the model")
        return policy
    if "policy" in table:
        raise _field_error(path, name, next(iter(thresholds)), "and policy exclude one another: give the name of a policy or thresholds")
    for threshold in _THRESHOLDS:
        if threshold not in thresholds:
            raise _field_error(path, name, threshold, f"is missing: thresholds need all of {', '.join(_THRESHOLDS)}")
    try:
        return Policy(name=name, **thresholds)
    except PolicyError as error:
        raise _field_error(path, name, "thresholds", str(error).partition(": ")[2]) from None


def _parse_lists(path: Path, name: str, table: dict[str, Any], prefix: str) -> WordLists:
    """Return the words and the patterns in the fields of a community that begin with ``allow`` or ``deny``."""
    lists = []
    for key in (f"{prefix}_words", f"{prefix}_patterns"):
        entries = table.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
            raise _field_error(path, name, key, "has to be a list of strings")
        lists.append(entries)
    try:
        return WordLists(*lists)
    except InputError as error:
        detail = str(error)
        raise _field_error(path, name, prefix, f"{prefix}_{detail}" if detail.startswith(("words", "patterns")) else detail) from None


def _field_error(path: Path, name: str, key: str, detail: str) -> SettingsError:
    """Build the error of a field of a community; a detail that begins with the name of the field does not get it a second time."""
    message = detail if detail.startswith(key) else f"{key} {detail}"
    return SettingsError(f"{path}: community {name!r}: {message}")

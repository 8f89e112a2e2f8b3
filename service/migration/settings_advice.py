"""The settings with which a caller's software works here: those of the service, and those of the caller."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from service.migration.caller.caller_usage import CallerUsage
from service.migration.caller.known_clients import FIXED_HOSTS, KNOWN_CLIENTS, Way
from service.setting_checks import ESCAPED_BYTES
from service.setting_types import split_commas

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["SettingsAdvice", "advise_settings"]

_RECIPE = "docs/leaving-perspective.md#software-whose-host-is-fixed"
_RECIPE_HOSTS = {"perspective": ("commentanalyzer.googleapis.com",), "akismet": ("rest.akismet.com", "*.rest.akismet.com")}
_ROUND_BYTES, _ROUND_COUNT = 1024, 100


@dataclass(frozen=True)
class SettingsAdvice:
    """What to set.

    Attributes:
        service: the settings of the service, by the names of their variables.
        caller: what to change in the caller's software, in lines.
    """

    service: Mapping[str, str]
    caller: Sequence[str]


def advise_settings(usage: CallerUsage, *, unknown: str, url: str, settings: "Settings") -> SettingsAdvice:
    """Return the settings for a caller.

    Args:
        usage: what the caller uses.
        unknown: the value of ``TIPSTAFF_PERSPECTIVE_UNKNOWN`` with which most is answered.
        url: the address of the service.
        settings: its settings as they are.
    """
    clients = [client for client in KNOWN_CLIENTS if client.name in usage.libraries]
    by_recipe = {client.dialect for client in clients if client.way is Way.RECIPE}
    by_recipe |= {dialect for dialect, host in FIXED_HOSTS.items() if any(name.endswith(f" {host}") for name in usage.dependencies)}
    service: dict[str, str] = {}
    if "perspective" in usage.dialects:
        service["TIPSTAFF_PERSPECTIVE_UNKNOWN"] = unknown
    if usage.dialects or usage.languages:
        service["TIPSTAFF_ON_FOREIGN"] = settings.on_foreign
    hosts = [host for dialect in sorted(by_recipe) for host in _RECIPE_HOSTS.get(dialect, ())] + _own_host(url)
    if hosts:
        service["TIPSTAFF_ALLOWED_HOSTS"] = ",".join(dict.fromkeys([*hosts, *split_commas(settings.allowed_hosts)]))
    if usage.origins:
        service["TIPSTAFF_CORS_ORIGINS"] = ",".join(dict.fromkeys([*usage.origins, *split_commas(settings.cors_origins)]))
    service |= dict(_raised_limits(usage, settings))
    lines = list(
        dict.fromkeys([*_address_lines(usage, by_recipe, url), *(f"{one.name}: {one.setting.replace('{url}', url)}" for one in clients)])
    )
    return SettingsAdvice(service, lines)


def _own_host(url: str) -> list[str]:
    """Return the name by which the service is called, unless it is always let in."""
    host = urlsplit(url).hostname or ""
    is_always_let_in = host == "localhost" or host.startswith("127.") or ":" in host
    return [] if is_always_let_in else [host]


def _raised_limits(usage: CallerUsage, settings: "Settings") -> Iterator[tuple[str, str]]:
    """Yield the limits that are too low for what was recorded, each raised to the next round number."""
    largest_text = usage.largest.get("openai text", 0)
    most_texts = max(usage.largest.get("openai list", 0), usage.largest.get("batch", 0))
    text_limit, body_limit = settings.max_comment_bytes, settings.max_body_bytes
    if largest_text > text_limit:
        text_limit = -(-largest_text // _ROUND_BYTES) * _ROUND_BYTES
        yield "TIPSTAFF_MAX_COMMENT_BYTES", str(text_limit)
    if most_texts > settings.max_comments:
        yield "TIPSTAFF_MAX_COMMENTS", str(-(-most_texts // _ROUND_COUNT) * _ROUND_COUNT)
    needed = max(ESCAPED_BYTES * text_limit, usage.largest.get("body", 0))
    if needed > body_limit:
        yield "TIPSTAFF_MAX_BODY_BYTES", str(-(-needed // _ROUND_BYTES) * _ROUND_BYTES)


def _address_lines(usage: CallerUsage, by_recipe: set[str], url: str) -> Iterator[str]:
    """Yield how the caller's software is led to the service, for each service that it calls."""
    dialects = usage.dialects
    if "perspective" in dialects:
        if "perspective" not in by_recipe:
            yield f"address: {url} in place of https://{FIXED_HOSTS['perspective']}; /v1alpha1/comments:analyze stays"
        else:
            yield f"fixed host: lead {FIXED_HOSTS['perspective']} to this service: {_RECIPE}"
        yield "key: tipstaff keys create NAME, or any word while the service is open"
    if "openai" in dialects:
        yield f"export OPENAI_BASE_URL={url}/v1"
    if "akismet" in dialects:
        if "akismet" not in by_recipe:
            yield f"address: {url}/1.1 in place of https://{FIXED_HOSTS['akismet']}/1.1"
        else:
            yield f"fixed host: lead {FIXED_HOSTS['akismet']} to this service: {_RECIPE}"
        yield "key: tipstaff keys create NAME --for akismet"
    if "coral" in dialects:
        yield f"external moderation phase: {url}/coral/moderate (docs/coral.md)"
    if "detoxify" in dialects:
        yield f"endpoint of the toxicity module: {url} (docs/discourse.md)"

"""What becomes of the rest that a caller uses: languages, types of scores, sizes, hosts and client libraries."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from model.language.language_names import language_name
from model.language.tags import canonical_tag, reader_tag
from service.migration.assessment import Effect, Finding
from service.migration.caller.call_usage import (
    BATCHES,
    CATEGORY_SCORES,
    CONTEXT,
    HTML_TEXT,
    IMAGES,
    RULINGS,
    SCORE_THRESHOLDS,
    SPANS,
    WEB_PAGES,
)
from service.migration.caller.caller_usage import CallerUsage
from service.migration.caller.known_clients import FIXED_HOSTS, KNOWN_CLIENTS, Way
from service.perspective.attribute_names import printable_name

if TYPE_CHECKING:
    from service.migration.score_evidence import LanguageShare
    from service.settings import Settings

__all__ = ["foreign_languages", "list_findings", "text_language_findings"]

_PROBABILITY_TYPES = frozenset({"PROBABILITY", "SCORE_TYPE_UNSPECIFIED"})
_CLIENTS = {client.name: client for client in KNOWN_CLIENTS}
_MAX_CODES = 10
_PERSPECTIVE_LIMIT = 20_480
_ABOUT_FEATURES: Mapping[str, tuple[Effect, str]] = {
    CONTEXT: (Effect.SAME, "read with the comment: the parent comment, under the article"),
    SPANS: (Effect.SAME, "each sentence is scored by itself, at offsets in UTF-16 code units, up to TIPSTAFF_MAX_EXPLAINED_BYTES a call"),
    HTML_TEXT: (Effect.DIFFERS, "read as its text; Perspective refused it"),
    BATCHES: (Effect.SAME, "answered call by call"),
    SCORE_THRESHOLDS: (Effect.SAME, "scores below scoreThreshold are left out, by our scale"),
    RULINGS: (Effect.SAME, "kept as your moderators' rulings, from which a model can learn (tipstaff rulings)"),
    CATEGORY_SCORES: (
        Effect.DIFFERS,
        "ours are probabilities on your site, and not every category is judged: choose thresholds again, or go by flagged",
    ),
    WEB_PAGES: (Effect.DIFFERS, "pages may call only if TIPSTAFF_CORS_ORIGINS names their origin; every visitor then sees the key"),
    IMAGES: (Effect.DIFFERS, "images are neither fetched nor judged"),
}


def foreign_languages(usage: CallerUsage, learned: tuple[str, ...]) -> list[str]:
    """Return the tags, as they are written, of the languages that a caller names and that are not read."""
    tags = dict.fromkeys(tag for language in usage.languages if (tag := canonical_tag(language)) is not None)
    return [tag for tag in tags if reader_tag(tag) not in learned]


def list_findings(usage: CallerUsage, *, learned: tuple[str, ...], settings: "Settings") -> Iterator[Finding]:
    """Yield what becomes of everything but the attributes.

    Args:
        usage: what the caller uses.
        learned: tags of the languages that are read.
        settings: the settings of the service that it moves to.
    """
    yield from _language_findings(usage, learned)
    for name, sighting in usage.score_types.items():
        if name not in _PROBABILITY_TYPES:
            detail = "only PROBABILITY is served, as in Perspective's last years; leave scoreType out"
            yield Finding(Effect.FAILS, f"score type {printable_name(name)}", detail, sighting.count, sighting.places)
    for name, sighting in usage.features.items():
        effect, detail = _ABOUT_FEATURES[name]
        yield Finding(effect, name, detail, sighting.count, sighting.places)
    yield from _refusal_findings(usage)
    yield from _size_findings(usage, settings)
    yield from _address_findings(usage)


def text_language_findings(languages: "LanguageShare") -> Iterator[Finding]:
    """Yield in which languages that are not read the recorded texts are."""
    if foreign := sum(languages.foreign.values()):
        codes = ", ".join(f"{language_name(code)} {count:,}" for code, count in list(languages.foreign.items())[:_MAX_CODES])
        detail = f"{foreign:,} of {languages.texts:,} recorded texts ({codes}); TIPSTAFF_ON_FOREIGN says what happens to them"
        yield Finding(Effect.DIFFERS, "texts in other languages", detail, foreign)


def _language_findings(usage: CallerUsage, learned: tuple[str, ...]) -> Iterator[Finding]:
    for name, sighting in usage.languages.items():
        tag = canonical_tag(name)
        seen = (sighting.count, sighting.places)
        if tag is None:
            yield Finding(
                Effect.DIFFERS, f"language {printable_name(name)}", "is no language that is known here; it counts for nothing", *seen
            )
        elif reader_tag(tag) in learned:
            yield Finding(Effect.SAME, f"language {tag}", f"{language_name(tag)} is read", *seen)
        else:
            detail = (
                f"{language_name(tag)} is not read: such a comment is scored without certainty, and TIPSTAFF_ON_FOREIGN says what else "
                "happens to it; docs/languages.md says more"
            )
            yield Finding(Effect.DIFFERS, f"language {tag}", detail, *seen)


def _refusal_findings(usage: CallerUsage) -> Iterator[Finding]:
    for path, sighting in usage.unserved.items():
        yield Finding(Effect.FAILS, f"path {path}", "nothing is answered here at this path", sighting.count, sighting.places)
    for reason, sighting in usage.refusals.items():
        limit = f"{_PERSPECTIVE_LIMIT:,} bytes"
        if limit in reason or reason == "the comment has no text":
            yield Finding(Effect.SAME, f"body: {reason}", "refused, as Perspective refused it", sighting.count, sighting.places)
        else:
            yield Finding(Effect.FAILS, f"body: {reason}", "refused with 400", sighting.count, sighting.places)
    for reason, sighting in usage.refused_before.items():
        yield Finding(Effect.SAME, f"body: {reason}", "refused, as it was when it was recorded", sighting.count, sighting.places)


def _size_findings(usage: CallerUsage, settings: "Settings") -> Iterator[Finding]:
    limits = (
        ("openai text", settings.max_comment_bytes, "bytes of a text", "TIPSTAFF_MAX_COMMENT_BYTES"),
        ("openai list", settings.max_comments, "texts in a call", "TIPSTAFF_MAX_COMMENTS"),
        ("batch", settings.max_comments, "calls in a batch", "TIPSTAFF_MAX_COMMENTS"),
    )
    for what, limit, unit, setting in limits:
        if (largest := usage.largest.get(what, 0)) > limit:
            detail = f"{largest:,} {unit} are more than the {limit:,} that are allowed; {setting} raises that"
            yield Finding(Effect.DIFFERS, f"size of an {what}" if what.startswith("o") else f"size of a {what}", detail, 1)


def _address_findings(usage: CallerUsage) -> Iterator[Finding]:
    for name, sighting in usage.libraries.items():
        client = _CLIENTS[name]
        detail = "its host is fixed" if client.way is Way.RECIPE else "it takes another address"
        detail += ": the settings of the caller below say how it is led here; docs/clients.md lists the clients that were run"
        if client.defaults:
            detail += f"; it asks for {', '.join(client.defaults)} unless told otherwise"
        yield Finding(Effect.DIFFERS, f"client {name}", detail, sighting.count, sighting.places)
    for name, sighting in usage.dependencies.items():
        package, _, host = name.rpartition(" ")
        detail = f"it has {host} in its code: {_host_advice(host)}"
        yield Finding(Effect.DIFFERS, f"dependency {package}", detail, sighting.count, sighting.places)
    for host, sighting in usage.hosts.items():
        if host in FIXED_HOSTS.values():
            yield Finding(Effect.DIFFERS, f"host {host}", _host_advice(host), sighting.count, sighting.places)


def _host_advice(host: str) -> str:
    """Return how calls to the host are led here; the recipe is for Perspective's and Akismet's, since clients of OpenAI take an address."""
    if host == FIXED_HOSTS["openai"]:
        return "give the client the base URL below, or set it in the environment (docs/openai.md)"
    return "change the address, or follow the recipe (docs/leaving-perspective.md#software-whose-host-is-fixed)"

"""The languages that the service knows, read or not, with what it tells of comments in each, and how well."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from model.language.language_names import language_name
from model.languages.recorded_figures import measured_on, recorded_figures, rows_learned
from model.profile import Profile
from service.http.openapi_document import WrittenAs

if TYPE_CHECKING:
    from model.languages.language_packs import LanguagePacks
    from model.moderator import Moderator

__all__ = ["LanguageFigure", "ServedLanguage", "describe_served_languages"]

_ANSWERS = ("abusive", "hateful")


class LanguageFigure(TypedDict):
    """How well comments of a language are ranked, on rows that were not learned from."""

    profile: Annotated[str, WrittenAs(Profile)]
    score: Annotated[str, Field(description="What was ranked: `abusive` (toxic or hateful) or `hateful`.")]
    auc: Annotated[float, Field(description="The area under the ROC curve.")]
    auc_low: Annotated[float, Field(description="The lower end of its interval of 95 %.")]
    auc_high: Annotated[float, Field(description="The upper end.")]
    rows: Annotated[int, Field(description="How many rows were ranked.")]
    positives: Annotated[int, Field(description="How many of these are abusive, or hateful.")]


class ServedLanguage(TypedDict):
    """A language for which there is a model."""

    tag: Annotated[str, Field(description="Its tag (BCP 47).")]
    name: Annotated[str, Field(description="What it is called in English.")]
    read: Annotated[bool, Field(description="Whether it is read: otherwise it was measured alone, and comments in it are foreign.")]
    version: Annotated[str, Field(description="The version that judges comments in it.")]
    scores: Annotated[list[str], Field(description="What is told in it: `abusive` (toxic or hateful), `hateful`, and the attributes.")]
    learned_rows: Annotated[int, Field(description="How many rows that version learned from.")]
    measured_on: NotRequired[Annotated[str, Field(description="What the figures were measured on.")]]
    figures: Annotated[list[LanguageFigure], Field(description="How well it is told; empty where that was not measured by language.")]


def describe_served_languages(moderator: "Moderator", packs: "LanguagePacks | None") -> list[ServedLanguage]:
    """Return the languages of the model of the site, then those of packs by their tags.

    Args:
        moderator: the model of the site.
        packs: the language packs; None if there are none.
    """
    own = moderator.public_manifest()
    manifests = [own | {"tag": tag, "read": True, "tells": _ANSWERS, "metrics": {}} for tag in own["languages"]]
    # What the model of the site has learned, it judges too.
    manifests += [pack for pack in (packs.public_manifest() if packs is not None else ()) if pack["tag"] not in own["languages"]]
    return [_describe(manifest) for manifest in manifests]


def _describe(manifest: Mapping[str, Any]) -> ServedLanguage:
    """Return what is said of a language, given the public part of a manifest with ``tag``, ``read`` and ``tells``."""
    described = ServedLanguage(
        tag=manifest["tag"],
        name=language_name(manifest["tag"]),
        read=manifest["read"],
        version=manifest["version"],
        scores=[*manifest["tells"], *manifest["attributes"]],
        learned_rows=rows_learned(manifest["metrics"], (table["rows"] for table in manifest["data"])),
        figures=list(_list_figures(manifest["metrics"])),
    )
    if (measured := measured_on(manifest["metrics"])) is not None:
        described["measured_on"] = measured
    return described


def _list_figures(metrics: Mapping[str, Any]) -> Iterator[LanguageFigure]:
    for profile, answers in recorded_figures(metrics).items():
        for score, figure in answers.items():
            yield {
                "profile": profile,
                "score": score,
                "auc": figure.auc,
                "auc_low": figure.auc_low,
                "auc_high": figure.auc_high,
                "rows": figure.positives + figure.negatives,
                "positives": figure.positives,
            }

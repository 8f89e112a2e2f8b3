"""Checks what a caller of other services gets here: reads its calls and its code, and puts the answers together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import DumpError
from service.judging.routes import languages_read_by
from service.migration.assessment import (
    AttributeOutcome,
    Effect,
    Finding,
    UnknownMode,
    attribute_findings,
    attribute_outcomes,
    choose_mode,
    site_thresholds,
)
from service.migration.caller.call_usage import note_record
from service.migration.caller.caller_usage import CallerUsage
from service.migration.caller.known_clients import KNOWN_CLIENTS
from service.migration.caller.source_scan import note_dependency, note_source
from service.migration.caller.source_tree import CallerFiles
from service.migration.findings import foreign_languages, list_findings, text_language_findings
from service.migration.recorded.recorded_calls import RecordedCall
from service.migration.recorded.recorded_files import UnreadableCall, read_calls
from service.migration.score_evidence import ScoreEvidence, ScoreSample
from service.migration.settings_advice import SettingsAdvice, advise_settings
from service.perspective.attribute_catalogue import find_source
from service.perspective.attribute_names import printable_name

if TYPE_CHECKING:
    from service.judging.judge import Judge
    from service.settings import Settings

__all__ = ["MigrationJob", "MigrationReport", "check_migration"]

_GIVEN = "the command line"


@dataclass(frozen=True, kw_only=True)
class MigrationJob:
    """What is known of a caller.

    Attributes:
        paths: files of its recorded calls, files and folders of its code.
        attributes: attributes that it asks for.
        languages: languages that it names.
        thresholds: for each attribute the lowest score on which it acts.
        scores: a table in which it has stored Perspective's scores; None if it has none.
        url: the address of the service that it moves to.
    """

    paths: Sequence[Path] = ()
    attributes: Sequence[str] = ()
    languages: Sequence[str] = ()
    thresholds: dict[str, float]
    scores: Path | None = None
    url: str


@dataclass(frozen=True, kw_only=True)
class MigrationReport:
    """What a caller gets here.

    Attributes:
        version: the version of the model.
        learned: the tags of the languages that it reads, packs included.
        files: how many files were looked at.
        sources: how many of them were read as source code.
        usage: what the caller uses.
        outcomes: what becomes of the attributes.
        mode: the value of ``TIPSTAFF_PERSPECTIVE_UNKNOWN`` with which most is answered.
        foreign: the languages that the caller names and that are not read.
        findings: what becomes of everything that the caller uses.
        thresholds: the threshold of each attribute.
        evidence: what is known of the thresholds that keep the flag rate.
        advice: what to set.
        left_out: why not everything was read.
    """

    version: str
    learned: tuple[str, ...]
    files: int
    sources: int
    usage: CallerUsage
    outcomes: Sequence[AttributeOutcome]
    mode: UnknownMode
    foreign: Sequence[str]
    findings: Sequence[Finding]
    thresholds: dict[str, float]
    evidence: ScoreEvidence
    advice: SettingsAdvice
    left_out: Sequence[str]

    @property
    def all_works(self) -> bool:
        """Whether something was found, all of it was read, and all of it works with the settings that are advised."""
        fails = any(finding.effect is Effect.FAILS for finding in self.findings)
        return not (self.usage.is_empty or fails or self.usage.damaged or self.left_out)

    def as_json(self) -> dict[str, Any]:
        """Return the report as values for JSON."""
        comparison = self.evidence.comparison
        return {
            **{"all_works": self.all_works, "model": self.version, "languages_learned": list(self.learned)},
            "read": {
                **{"files": self.files, "sources": self.sources, "passed_over": self.usage.passed_over, "left_out": list(self.left_out)},
                "damaged": [
                    {"reason": reason, "count": sighting.count, "places": sighting.places}
                    for reason, sighting in self.usage.damaged.items()
                ],
            },
            "calls": {
                name: {"count": sighting.count, "statuses": dict(self.usage.statuses.get(name, {}))}
                for name, sighting in self.usage.calls.items()
            },
            "attributes": [outcome.as_json() for outcome in self.outcomes],
            "foreign_languages": list(self.foreign),
            "texts": {"looked_at": self.evidence.languages.texts, "foreign": dict(self.evidence.languages.foreign)},
            "findings": [finding.as_json() for finding in self.findings],
            "thresholds": {
                "used": {printable_name(name): number for name, number in self.thresholds.items()},
                "seen": {
                    printable_name(name) or "any": [
                        {"threshold": number, "count": sighting.count, "places": sighting.places}
                        for number, sighting in sorted(numbers.items())
                    ]
                    for name, numbers in self.usage.thresholds.items()
                },
                **{"recorded_with_scores": self.evidence.scored, "recorded_without_scores": self.evidence.unscored},
                "comparison": None if comparison is None else comparison.as_json(),
                "own_scores": [dict(vars(own)) for own in self.evidence.own_scores],
            },
            "settings": {"service": dict(self.advice.service), "caller": list(self.advice.caller)},
        }


def check_migration(job: MigrationJob, judge: "Judge", settings: "Settings") -> MigrationReport:
    """Check what a caller gets here.

    Args:
        job: what is known of it.
        judge: judges its comments, and says which attributes and languages the model has.
        settings: the settings of the service that it moves to.

    Raises:
        InputError: a path does not exist, or a file cannot be read.
    """
    usage, sample, files = CallerUsage(), ScoreSample(), CallerFiles(job.paths)
    for file in files:
        if file.text is not None and file.dependency:
            note_dependency(usage, file.text, name=file.name, package=file.dependency)
            continue
        if file.text is not None:
            note_source(usage, file.text, name=file.name)
            continue
        try:
            for record in read_calls(file.path):
                note_record(usage, _renamed(record, file.name), settings)
                if isinstance(record, RecordedCall) and record.body is not None:
                    sample.add(record)
        except DumpError as error:
            files.left_out.append(str(error).replace(str(file.path), file.name))
    _add_given(usage, job)
    moderator, learned = judge.moderator, languages_read_by(judge.moderator, judge.packs)
    outcomes = attribute_outcomes(usage, moderator)
    mode, thresholds = choose_mode(outcomes), site_thresholds(usage, job.thresholds)
    published, version = tuple(moderator.attributes), moderator.version

    def find_score(name: str) -> str | None:
        return find_source(name, published=published, version=version, use_neighbours=mode is UnknownMode.NEAREST).source

    evidence = ScoreEvidence.gather(
        sample, judge, thresholds=thresholds, attributes=list(outcomes), find_score=find_score, table=job.scores
    )
    return MigrationReport(
        version=judge.version,
        learned=learned,
        files=files.files,
        sources=files.sources,
        usage=usage,
        outcomes=list(outcomes.values()),
        mode=mode,
        foreign=foreign_languages(usage, learned),
        findings=[
            *attribute_findings(usage, outcomes, mode),
            *list_findings(usage, learned=learned, settings=settings),
            *text_language_findings(evidence.languages),
        ],
        thresholds=thresholds,
        evidence=evidence,
        advice=advise_settings(usage, unknown=mode.value, url=job.url, settings=settings),
        left_out=files.left_out,
    )


def _renamed(record: RecordedCall | UnreadableCall, name: str) -> RecordedCall | UnreadableCall:
    """Return a record that calls its file as reports do."""
    return replace(record, file=name)


def _add_given(usage: CallerUsage, job: MigrationJob) -> None:
    """Add what the owner says, and what client libraries ask for where nothing else says what is asked for."""
    if job.attributes:
        usage.ask_for(job.attributes, _GIVEN)
    for name in job.thresholds:
        usage.attributes.see(name, _GIVEN)
    for language in job.languages:
        usage.languages.see(language, _GIVEN)
    if job.attributes or job.thresholds or job.languages or job.scores is not None:
        usage.dialects.see("perspective", _GIVEN)
    if usage.attributes:
        return
    for client in KNOWN_CLIENTS:
        if client.defaults and client.name in usage.libraries:
            usage.ask_for(client.defaults, usage.libraries[client.name].places[0])

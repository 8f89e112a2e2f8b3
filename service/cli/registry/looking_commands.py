"""The commands that look at versions: ``tipstaff models list``, ``show`` and ``diff``."""

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from model.language.language_names import language_name
from service.cli.registry.registry_options import Site, VersionArgument, open_site
from service.cli.registry.version_lines import changes_json, print_table, site_json, versions_json
from service.cli.shared_options import JsonOption

__all__ = ["app"]

app = typer.Typer(rich_markup_mode=None)

_RULE_COLUMNS = ("rule", "verdict", "figure", "limit", "n", "remark")
_TIME_LENGTH = len("2026-01-31T12:00")


@app.command("list")
def list_versions(*, as_json: JsonOption = False) -> None:
    """List the versions in the registry: when each was made, what the gate says, and what it is to the site; and its language packs."""
    from service.retraining.packs.learned_packs import describe_pack, find_own_packs

    site = open_site()
    versions = versions_json(site.registry, site.registry.versions())
    in_force = site_json(site)
    found = find_own_packs(site.settings, replaced=False)
    packs = list(map(describe_pack, found.packs))
    for problem in found.problems:
        print(f"tipstaff: {problem}", file=sys.stderr)
    if as_json:
        print(json.dumps({"registry": site.registry.name, "in_force": in_force, "versions": versions, "packs": packs}))
        return
    rows = [(each["version"], _minute(each["created_at"]), each["gate"], ", ".join(each["aliases"])) for each in versions]
    print_table("version", "made", "gate", "alias", rows=rows)
    print(f"in force: {in_force['version']}, of {in_force['source']}")
    if packs:
        print()
        own = [(pack["version"], language_name(pack["language"]), pack["folder"]) for pack in packs]
        print_table("language pack of the site", "language", "folder", rows=own)


@app.command()
def show(*, version: VersionArgument, as_json: JsonOption = False) -> None:
    """Show a version: how it was made, from what it learned, what the gate says, and its model card."""
    site = open_site()
    registry = site.registry
    content_hash = registry.content_hash(version)
    record = registry.record(content_hash)
    (short,) = versions_json(registry, [record])
    report = registry.gate_report(content_hash, registry.in_force().content_hash)
    lineage = _lineage_json(site, content_hash)
    signed = registry.signatures.read(content_hash)
    card = registry.folders.read_document(content_hash, "MODEL_CARD.md")
    if as_json:
        document = short | {
            "record": record.model_dump(mode="json"),
            "lineage": lineage,
            "gate_report": report,
            "signatures": [] if signed is None else [each.model_dump(mode="json") for each in signed.signatures],
            "model_card": card,
        }
        print(json.dumps(document))
        return
    facts = [
        ("version", short["version"]),
        ("content hash", content_hash),
        ("made", f"{record.created_at} by {record.made_by}"),
        ("alias", ", ".join(short["aliases"]) or "none"),
        ("gate", short["gate"]),
        ("signed", "no" if signed is None else ", ".join(f"counter {each.counter} by key {each.key}" for each in signed.signatures)),
        ("started from", lineage["started_from"] or "nothing"),
        *((table["kind"], f"{table['sha256'][:12]}, {table['rows']} rows{_became(table)}") for table in lineage["learned_from"]),
        *(("setting", f"{name} = {json.dumps(value)}") for name, value in record.settings.items()),
        *(("remark", remark) for remark in record.remarks),
    ]
    print_table("", "", rows=facts)
    if report is not None:
        print()
        print_table(*_RULE_COLUMNS, rows=_rule_rows(report))
    if card is not None:
        print()
        print_table("model card", rows=[(line,) for line in card.splitlines()])


@app.command()
def diff(
    *,
    first: Annotated[str, typer.Argument(metavar="A", help="A version, as above.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    table: Annotated[str | None, typer.Option(metavar="FILE", help="Comments to judge with both.  [default: as for try]")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how two versions differ: their figures, thresholds and size, and their verdicts on the same comments."""
    from service.version_trials.trial_comments import gather_trial_comments
    from service.version_trials.verdict_changes import compare_verdicts
    from service.version_trials.version_differences import compare_manifests

    site = open_site()
    folders = [site.registry.fetch(version, is_served=False) for version in (first, second)]
    names = [site.registry.folders.version(site.registry.content_hash(version)) for version in (first, second)]
    fields = compare_manifests(folders[0], folders[1])
    texts = gather_trial_comments(site.settings, table)
    changes = compare_verdicts(folders[0], folders[1], texts=texts, settings=site.settings)
    if as_json:
        told = [{"field": each.field, "before": each.before, "after": each.after} for each in fields]
        verdicts = {"source": texts.source, "texts": changes.comments, **changes_json(changes)}
        print(json.dumps({"first": names[0], "second": names[1], "fields": told, "verdicts": verdicts}))
        return
    print_table("field", names[0], names[1], rows=[(each.field, _short(each.before), _short(each.after)) for each in fields])
    print()
    print_table("verdict before", "after", "comments", rows=[(*move, count) for move, count in changes.moves.items()])
    print(f"{changes.changed} of {changes.comments} verdicts differ")


def _lineage_json(site: Site, content_hash: str) -> dict[str, Any]:
    """Return from what a version was made: the version that it started from, and its tables with where they are now, if they are here."""
    from service.registry.lineage import find_snapshot_files

    registry, folder = site.registry, site.settings.data_dir / "snapshots"
    record = registry.record(content_hash)
    known = registry.notes.hashes()
    start = record.started_from
    lineage = registry.notes.lineage
    tables = []
    for table in record.learned_from:
        current = lineage.current_hash(table.sha256)
        files = [] if current is None else [str(file) for file in find_snapshot_files(folder, current)]
        tables.append(table.model_dump(mode="json") | {"current_sha256": current, "files": files})
    return {"started_from": registry.record(start).version if start in known else start, "learned_from": tables}


def _became(table: dict[str, Any]) -> str:
    current = table["current_sha256"]
    if current is None:
        return ", of which nothing is left"
    now = "" if current == table["sha256"] else f", now {current[:12]}"
    return now + "".join(f", in {file}" for file in table["files"])


def _rule_rows(report: Mapping[str, Any]) -> list[list[str]]:
    rules = report.get("rules")
    if not isinstance(rules, list):
        return []
    return [[_short(rule.get(column)) for column in _RULE_COLUMNS] for rule in rules if isinstance(rule, dict)]


def _minute(time: str) -> str:
    return time[:_TIME_LENGTH].replace("T", " ")


def _short(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)

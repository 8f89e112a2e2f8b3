"""How the commands about versions show them, for people and as JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.cli.registry.registry_options import Site
    from service.registry.registry import Registry
    from service.registry.registry_documents import Alias, VersionRecord
    from service.version_trials.trial import Trial
    from service.version_trials.verdict_changes import Judged, VerdictChange, VerdictChanges

__all__ = ["alias_json", "changes_json", "describe_gate", "print_table", "print_trial", "site_json", "trial_json", "versions_json"]

_SHOWN = 20
_LONGEST_TEXT = 200


def describe_gate(report: Mapping[str, Any] | None) -> str:
    """Return in a word or two what the gate says."""
    if report is None:
        return "never tried"
    if report.get("passed") is True:
        return "passed"
    rules = report.get("rules")
    worse = [str(rule.get("rule")) for rule in rules if rule.get("verdict") == "worse"] if isinstance(rules, list) else []
    return f"worse: {', '.join(worse)}" if worse else "not better"


def versions_json(registry: "Registry", records: Sequence["VersionRecord"]) -> list[dict[str, Any]]:
    """Return what is known of some versions, in short."""
    from service.registry.registry_documents import AliasName

    meant = {name.value: registry.aliases.read(name) for name in AliasName}
    in_force = registry.in_force().content_hash
    versions = []
    for record in records:
        content_hash = record.content_hash or ""
        report = registry.gate_report(content_hash, in_force)
        known = {
            "version": record.version,
            "content_hash": content_hash,
            "created_at": record.created_at,
            "made_by": record.made_by,
            "gate": describe_gate(report),
            "passed": None if report is None else report.get("passed") is True,
            "aliases": [name for name, alias in meant.items() if alias is not None and alias.content_hash == content_hash],
        }
        versions.append(known)
    return versions


def alias_json(alias: "Alias") -> dict[str, Any]:
    """Return an alias as JSON."""
    return alias.model_dump(mode="json")


def print_table(*columns: str, rows: Sequence[Sequence[object]]) -> None:
    """Print a table; characters that could steer the terminal are drawn."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from service.batch.explain_text import draw_unprintable

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(draw_unprintable("" if cell is None else str(cell)).replace("\n", "␤")) for cell in row))
    Console(highlight=False, markup=False).print(table)


def trial_json(trial: "Trial") -> dict[str, Any]:
    """Return a trial as JSON, with the comments whose verdict changes most."""
    return {
        "seen": trial.seen,
        "champion": trial.champion,
        "candidate": trial.candidate,
        "source": trial.texts.source,
        "texts": trial.changes.comments,
        "left_out": trial.texts.left_out,
        **changes_json(trial.changes),
        "comments": [_change_json(change) for change in trial.changes.changes[:_SHOWN]],
    }


def changes_json(changes: "VerdictChanges") -> dict[str, Any]:
    """Return how many verdicts differ, and how, as JSON."""
    moves = [{"before": before, "after": after, "comments": count} for (before, after), count in changes.moves.items()]
    return {"changed": changes.changed, "moves": moves}


def print_trial(trial: "Trial") -> None:
    """Print the comments whose verdict changes most, with both scores and verdicts, and the hash under them."""
    changes = trial.changes
    rows = [
        (change.comment.id, change.community, _tell(change.before), _tell(change.after), change.comment.text[:_LONGEST_TEXT])
        for change in changes.changes[:_SHOWN]
    ]
    print_table("id", "community", "now", trial.candidate, "comment", rows=rows)
    told = "".join(f"; {before} → {after}: {count}" for (before, after), count in changes.moves.items())
    print(f"\n{changes.changed} of {changes.comments} verdicts would change, on {_legible(trial.texts.source)}{told}")
    print(f"in force: {trial.champion}; tried: {trial.candidate}")
    print(f"to make it the champion: tipstaff models activate {trial.candidate} --seen {trial.seen}")


def _legible(source: str) -> str:
    from training.tables.file_names import legible_name

    return json.dumps(legible_name(source), ensure_ascii=False)[1:-1]


def _tell(judged: "Judged") -> str:
    if judged.scores is None:
        return judged.verdict
    scores = _name_scores(judged.scores)
    hateful = f", hateful {scores['hateful']:.3f}" if "hateful" in scores else ""
    return f"{judged.verdict} (abusive {1 - scores['fine']:.3f}{hateful})"


def _change_json(change: "VerdictChange") -> dict[str, Any]:
    comment = {"id": change.comment.id, "community": change.community, "text": change.comment.text}
    return comment | {"champion": _judged_json(change.before), "candidate": _judged_json(change.after)}


def _judged_json(judged: "Judged") -> dict[str, Any]:
    return {"verdict": judged.verdict, "scores": None if judged.scores is None else _name_scores(judged.scores)}


def _name_scores(scores: Sequence[float]) -> dict[str, float]:
    """Return scores by their labels; where it cannot be told, that of hateful, the last, is missing."""
    return dict(zip(("fine", "toxic", "hateful"), scores, strict=False))


def site_json(site: "Site") -> dict[str, Any]:
    """Return what is in force at a site, and from where."""
    in_force = site.registry.in_force()
    source = "TIPSTAFF_ARTEFACT" if site.registry.pinned else "the installation" if in_force.folder else "the registry"
    return {"version": in_force.version, "content_hash": in_force.content_hash, "source": source}

"""The model card of a candidate, from its manifest its origin and the gate's report."""

from typing import TYPE_CHECKING

from model.comment import LABELS
from service.retraining.candidate_origin import UNDECIDED
from training.gate.report_table import gate_markdown
from training.languages.read_model import is_pack
from training.terminal import replace_unprintable

if TYPE_CHECKING:
    from model.artefact.manifest import Manifest
    from service.retraining.candidate_origin import CandidateOrigin

__all__ = ["compose_candidate_card"]

_IN_REGISTRY = "`tipstaff models export` writes it"
_IN_PACKS = "a language pack: one that ships, one of the site's own, or one in `languages-before` of its data folder"
_CARD = """# Model card: {version}

**What it is.** {champion} with a difference that it learned from rulings and labelled tables: a small number for each feature, added to
the champion's weights. Calibration, thresholds and the part of the second reader, if it has one, were fitted anew. Plain arrays, no code.

**What it is for.** To help the moderators of the site that made it: to sort what they should see first, to hold back the worst. Not for:
deciding alone about people, measuring a person, or another site, unless it was measured there.

## What it learned from

| file | kind | rows | SHA-256 |
|---|---|---|---|
{files}

| source | {labels} | not decided |
|---|{rules}---|
{sources}

{roles}It started from {champion} (content hash `{champion_hash}`). What that was trained on is in the card of that version.

## What the gate said

{gate}
*figure*: the candidate's less the champion's, with its 95 % interval. `gate.json` beside this card holds the same figures.

## Thresholds

Probabilities hold for a site where {abusive:.1%} of the comments are abusive, {hateful:.1%} of these hateful. A comment is abusive from
P(abusive) = {threshold_abusive:.3f}, and hateful from a share of {threshold_hateful:.3f} of that.

| policy | review from P(abusive) | review from P(hateful) | reject from P(abusive) | reject from P(hateful) |
|---|---|---|---|---|
{policies}

## How to repeat it

The same files and the same champion make the same content hash, `{content_hash}`:

    tipstaff retrain {tables} --champion FOLDER --name {name}{corpus}

where FOLDER holds {champion} ({whereabouts}).
"""


def compose_candidate_card(manifest: "Manifest", origin: "CandidateOrigin") -> str:
    """Return the model card as Markdown; the same candidate and report make the same card.

    Args:
        manifest: the candidate's.
        origin: where it comes from; it names no person and holds no comment, so neither does the card.
    """
    learns_corpus = any(file.kind == "corpus" for file in origin.tables)
    return _CARD.format(
        version=_cell(origin.version),
        champion=_cell(origin.champion),
        champion_hash=origin.champion_hash,
        content_hash=origin.content_hash,
        files="\n".join(f"| {_cell(file.name or 'table')} | {file.kind} | {file.rows:,} | `{file.sha256}` |" for file in origin.tables),
        labels=" | ".join(LABELS),
        rules="---|" * len(LABELS),
        sources="\n".join(
            f"| {_cell(source)} | " + " | ".join(f"{counts.get(label, 0):,}" for label in (*LABELS, UNDECIDED)) + " |"
            for source, counts in origin.rows.items()
        ),
        roles=_describe_roles(origin),
        gate=gate_markdown(origin.gate),
        abusive=manifest.prior.abusive,
        hateful=manifest.prior.hateful,
        threshold_abusive=manifest.thresholds.abusive,
        threshold_hateful=manifest.thresholds.hateful,
        policies="\n".join(
            f"| {name} | {p.review_abusive:.3f} | {p.review_hateful:.3f} | {p.reject_abusive:.3f} | {p.reject_hateful:.3f} |"
            for name, p in sorted(manifest.policies.items())
        ),
        tables=" ".join(_cell(file.name or "table") for file in origin.tables if file.kind != "corpus") or "TABLE",
        name=manifest.name,
        corpus=" --corpus CORPUS" if learns_corpus else "",
        whereabouts=_IN_PACKS if is_pack(manifest) else _IN_REGISTRY,
    )


def _describe_roles(origin: "CandidateOrigin") -> str:
    if not origin.roles:
        return ""
    counts = ", ".join(f"{number:,} by the role {role}" for role, number in origin.roles.items())
    return f"Of the rulings, {counts}.\n\n"


def _cell(text: str) -> str:
    """Return a name from a table or a file as part of a Markdown table."""
    return replace_unprintable(text).replace("|", "\\|")

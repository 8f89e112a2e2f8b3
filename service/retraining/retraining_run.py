"""From rulings or labelled tables to a candidate in the registry, with the gate's report of it."""

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from model.artefact.manifest import DataSource
from model.artefact.public_view import artefact_version
from model.errors import TableError
from model.profile import Profile
from service.model_loading import LANGUAGES_OFF, own_packs
from service.registry.mlflow_server import track_version
from service.registry.registry import open_registry
from service.registry.registry_documents import time_stamp
from service.retraining.candidate_card import compose_candidate_card
from service.retraining.candidate_files import add_documents, copy_candidate
from service.retraining.candidate_origin import CandidateOrigin, count_labels
from service.retraining.lesson import read_lesson
from service.retraining.packs.language_rulings import keep_language, leave_out_languages
from service.retraining.packs.pack_champion import find_pack_champion, find_site_packs
from service.retraining.packs.pack_place import copy_pack, put_in_place, share_encoder
from service.retraining.recent_comments import read_recent_comments
from service.retraining.site_judges import site_judges
from service.retraining.starting_point import StartingPoint, find_starting_point
from service.retraining.unattended import activate_unattended
from service.retraining.work_folder import work_folder
from training.gate.run_gate import GateJob, run_gate
from training.output_places import check_output_folder
from training.retrain.retrain import retrain
from training.retrain.retrain_job import RetrainJob

if TYPE_CHECKING:
    from model.languages.pack_folders import PackFolder
    from service.registry.registry import Registry
    from service.retraining.lesson import Lesson
    from service.retraining.retraining_order import RetrainingOrder
    from service.settings import Settings
    from training.gate.gate_report import GateReport
    from training.retrain.retrain_job import Candidate
    from training.terminal import StepProgress

__all__ = ["Retraining", "run_retraining"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """A candidate that was made.

    Attributes:
        version, content_hash: of the candidate.
        folder: where it lies; None for a pack that did not pass and that no folder was named for.
        snapshot: the snapshot that was written for it; None if the caller gave tables.
        registry: the registry's folder or URL; None for a language pack, which is in none.
        gate: what the gate says of it.
        is_active: whether it was activated unattended.
        is_in_place: whether it is a pack that lies where the service looks for packs.
        remarks: lines for people.
    """

    version: str
    content_hash: str
    folder: Path | None
    snapshot: Path | None
    registry: str | None
    gate: "GateReport"
    is_active: bool
    remarks: Sequence[str]
    is_in_place: bool = False

    def to_json(self) -> str:
        """Return it as a line of JSON."""
        document = {
            "version": self.version,
            "content_hash": self.content_hash,
            "folder": self.folder and str(self.folder),
            "snapshot": self.snapshot and str(self.snapshot),
            "activated": self.is_active,
            "gate": self.gate.to_json(),
        }
        return json.dumps(document, allow_nan=False)

    def next_step(self) -> str:
        """Return what a person may do now, in a line."""
        if self.registry is None:
            return self._next_step_of_pack()
        if self.is_active:
            return f"{self.version} was activated unattended; tipstaff models rollback takes it back"
        if self.gate.passed:
            return f"nothing is live yet; next: tipstaff models try {self.version}"
        return f"nothing is live; to see what would change: tipstaff models try {self.version}"

    def _next_step_of_pack(self) -> str:
        if self.folder is None:
            return "nothing was changed: with -o FOLDER the pack is written all the same"
        if self.is_in_place:
            return "the service reads by it once it is started anew"
        return "the service reads by it once it is started anew with TIPSTAFF_LANGUAGES naming the folder that this folder is in"


def run_retraining(order: "RetrainingOrder", settings: "Settings", progress: "StepProgress | None" = None, *, by: str) -> Retraining:
    """Make a candidate, have the gate compare it with its champion, and put it into the registry.

    What goes wrong on the way leaves the registry as it was.

    Args:
        order: what the caller asks for.
        settings: the settings of the site.
        progress: called with the step that runs and the share of it that is done.
        by: who runs it, such as ``user@host``.

    Raises:
        InputError: there are no rulings, or they teach nothing; a table or the file of recent comments cannot be read; a comment was
            forgotten meanwhile.
        ArtefactError: the champion cannot be used, or the candidate not be written.
        StoreError: the rulings cannot be read.
        RegistryError: the registry is damaged.
        OSError: a file cannot be read or written.
    """
    report_step = progress or (lambda step, share: None)
    if order.out is not None:
        check_output_folder(order.out)
    recent = () if order.recent is None else read_recent_comments(order.recent)
    judges = site_judges(settings)
    registry = open_registry(settings)
    pack = find_pack_champion(order, settings)
    champion = find_starting_point(order.champion, registry) if pack is None else StartingPoint(pack.folder, pack.manifest)
    with work_folder(settings.data_dir / "retraining") as work:
        report_step("reading", 0.0)
        lesson = _choose_rows(read_lesson(order, settings, registry, champion, work=work), order, settings, champion, pack)
        _require_current(registry, lesson)
        if pack is not None:
            share_encoder(pack.folder, work)
        candidate = retrain(_retrain_job(order, champion, lesson, out=work / "candidate"), report_step)
        gate = run_gate(
            GateJob(
                champion.folder,
                candidate.out,
                lesson.rows,
                fit=candidate.fit,
                learned=lesson.is_learned.tolist(),
                recent=recent,
                corpus=None if pack else lesson.judged,
                profile=Profile.FAST if pack and len(pack.manifest.readers) == 1 else settings.profile,
                prior=settings.prior,
                risk=settings.cascade_risk,
                # What a community wants is added to the verdicts of a site, of which a pack alone is a part.
                judges={} if pack else judges,
                cache=settings.data_dir / "gate-cache",
                threads=order.threads,
            ),
            report_step,
        )
        # It may have been forgotten meanwhile.
        _require_current(registry, lesson)
        origin = _describe_origin(champion, lesson, candidate, gate)
        documents = champion.notices() | {"MODEL_CARD.md": compose_candidate_card(candidate.manifest, origin), "gate.json": gate.to_text()}
        add_documents(candidate.out, documents)
        if pack is not None:
            made = Retraining(
                version=origin.version,
                content_hash=origin.content_hash,
                folder=None,
                snapshot=lesson.snapshot,
                registry=None,
                gate=gate,
                is_active=False,
                remarks=[*lesson.remarks, *candidate.remarks],
            )
            return _put_pack(order, settings, candidate, made, documents)
        if order.out is not None:
            copy_candidate(candidate.out, order.out, documents)
        version = _publish(registry, candidate.out, origin, by=by)
    is_active, remarks = activate_unattended(registry, version, gate, settings, by=by)
    if untold := track_version(registry, version, os.environ):
        remarks.append(untold)
    return Retraining(
        version=version,
        content_hash=origin.content_hash,
        folder=order.out or registry.fetch(origin.content_hash, is_served=False),
        snapshot=lesson.snapshot,
        registry=registry.name,
        gate=gate,
        is_active=is_active,
        remarks=[*lesson.remarks, *candidate.remarks, *remarks],
    )


def _choose_rows(
    lesson: "Lesson", order: "RetrainingOrder", settings: "Settings", champion: StartingPoint, pack: "PackFolder | None"
) -> "Lesson":
    """Return the rows in the language of a pack, or those that no pack is there for; of tables for named languages, all."""
    packs = find_site_packs(settings)
    if pack is not None:
        return keep_language(lesson, pack.tag, {"en", *packs})
    foreign = set(packs).difference(champion.manifest.languages, order.languages)
    return leave_out_languages(lesson, foreign) if foreign and not order.languages else lesson


def _put_pack(
    order: "RetrainingOrder", settings: "Settings", candidate: "Candidate", made: Retraining, documents: Mapping[str, str]
) -> Retraining:
    """Put a retrained pack where the caller wants it, and among the site's own if the gate lets it pass."""
    packs = own_packs(settings)
    if order.out is not None:
        folder = order.out
        copy_pack(candidate.out, folder, documents)
    elif made.gate.passed:
        folder = put_in_place(candidate.out, packs, documents, data_dir=settings.data_dir)
    else:
        return made
    return replace(made, folder=folder, is_in_place=settings.languages != LANGUAGES_OFF and folder.absolute().parent == packs.absolute())


def _retrain_job(order: "RetrainingOrder", champion: StartingPoint, lesson: "Lesson", *, out: Path) -> RetrainJob:
    return RetrainJob(
        lesson.rows,
        champion.folder,
        out,
        name=order.name,
        learned=lesson.is_learned.tolist(),
        languages=order.languages,
        data=[
            DataSource(
                source=table.name or "table",
                sha256=table.sha256,
                rows=table.rows,
                licence="not stated",
                origin=f"{table.kind} of this site",
            )
            for table in lesson.tables
        ],
        threads=order.threads,
    )


def _describe_origin(champion: StartingPoint, lesson: "Lesson", candidate: "Candidate", gate: "GateReport") -> CandidateOrigin:
    roles = Counter(role for role in lesson.rows.role if role is not None)
    return CandidateOrigin(
        version=artefact_version(candidate.manifest),
        content_hash=candidate.manifest.content_hash,
        champion=champion.version,
        champion_hash=champion.manifest.content_hash,
        tables=lesson.tables,
        rows=count_labels(lesson.rows.labelled),
        roles=dict(sorted(roles.items())),
        settings=candidate.settings,
        gate=gate,
        remarks=candidate.remarks,
    )


def _require_current(registry: "Registry", lesson: "Lesson") -> None:
    """Refuse tables from which a comment was forgotten, so that no model comes of it that nobody listed.

    Raises:
        TableError: there is one.
    """
    for table in lesson.tables:
        if registry.notes.lineage.current_hash(table.sha256) != table.sha256:
            raise TableError(
                f"{table.name}: a comment was forgotten from this table, so that no model may learn from it: retrain from the store, or "
                "from the table that took its place"
            )


def _publish(registry: "Registry", folder: Path, origin: CandidateOrigin, *, by: str) -> str:
    """Bring a candidate into the registry, and return its version there."""
    version = registry.publish(folder, origin.to_record(created_at=time_stamp(), made_by=by))
    registry.set_candidate(origin.content_hash, by=by)
    return version

"""A candidate goes live with nobody there only where the site wants it and no rule of the gate leaves a doubt."""

from pathlib import Path

import pytest

from service.registry.registry import Registry, open_registry
from service.registry.registry_documents import VersionRecord, time_stamp
from service.retraining.unattended import activate_unattended
from service.settings import Settings, read_settings
from training.gate.gate_report import GAIN, GateReport, RuleResult, RuleVerdict, skipped_rule

BY = "timer@here"


def rule(name: str, verdict: RuleVerdict) -> RuleResult:
    return RuleResult(name, "What is measured.", 0.01, 0.0, 0.02, None, 100, verdict)


def publish(registry: Registry, folder: Path, *others: RuleResult) -> tuple[str, GateReport]:
    """Publishes an artefact with a report in which the gain says better, and returns both."""
    in_force = registry.in_force()
    version = registry.publish(folder, VersionRecord(created_at=time_stamp(), made_by=BY))
    report = GateReport(in_force.version, version, (rule(GAIN, RuleVerdict.BETTER), *others))
    registry.publish(folder, VersionRecord(created_at=time_stamp(), made_by=BY, gate=report.to_json()))
    return version, report


def site(folder: Path, **settings: object) -> tuple[Settings, Registry]:
    options = read_settings(data_dir=folder, **settings)
    return options, open_registry(options)


def test_what_is_beyond_doubt_goes_live_and_the_log_says_by_whom(folder: Path, tmp_path: Path) -> None:
    """Every rule says better or no change: the candidate is champion, and the log has it as unattended."""
    settings, registry = site(tmp_path, auto_activate=True)
    version, report = publish(registry, folder, rule("harm", RuleVerdict.NO_CHANGE))

    assert activate_unattended(registry, version, report, settings, by=BY) == (True, [])

    champion = registry.champion()
    assert champion is not None
    assert (champion.version, champion.unattended, champion.by) == (version, True, BY)


@pytest.mark.parametrize("verdict", [RuleVerdict.CANNOT_TELL, RuleVerdict.SKIPPED, RuleVerdict.WORSE], ids=lambda verdict: verdict.name)
def test_one_doubt_is_enough(folder: Path, tmp_path: Path, verdict: RuleVerdict) -> None:
    """A rule that cannot tell, was skipped or says worse keeps the candidate a candidate, and the remark says so."""
    settings, registry = site(tmp_path, auto_activate=True)
    doubt = skipped_rule("harm", "What is measured.", "No data.") if verdict is RuleVerdict.SKIPPED else rule("harm", verdict)
    version, report = publish(registry, folder, doubt)

    is_active, (remark,) = activate_unattended(registry, version, report, settings, by=BY)

    assert not is_active
    assert remark.startswith("not activated unattended: ")
    assert registry.champion() is None


def test_a_person_activates_unless_the_site_says_otherwise(folder: Path, tmp_path: Path) -> None:
    """Without the setting nothing goes live, however good it is; nor does it where a folder is served whatever the registry says."""
    by_default, registry = site(tmp_path)
    pinned, _ = site(tmp_path, auto_activate=True, artefact=folder)
    version, report = publish(registry, folder, rule("harm", RuleVerdict.BETTER))

    assert activate_unattended(registry, version, report, by_default, by=BY) == (False, [])
    assert not activate_unattended(registry, version, report, pinned, by=BY)[0]
    assert registry.champion() is None


def test_a_registry_that_cannot_be_used_is_a_remark(folder: Path, tmp_path: Path) -> None:
    """The candidate was made, which is what was asked for; that its activation failed is said."""
    settings, registry = site(tmp_path, auto_activate=True)
    version, report = publish(registry, folder, rule("harm", RuleVerdict.NO_CHANGE))
    (tmp_path / "models/log").write_text("no folder")

    is_active, (remark,) = activate_unattended(registry, version, report, settings, by=BY)

    assert not is_active
    assert remark.startswith("not activated unattended: ")

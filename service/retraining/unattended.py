"""Activation with nobody there: only where the site wants it, and nothing is in doubt."""

from typing import TYPE_CHECKING

from model.errors import TipstaffError

if TYPE_CHECKING:
    from service.registry.registry import Registry
    from service.settings import Settings
    from training.gate.gate_report import GateReport

__all__ = ["activate_unattended"]


def activate_unattended(registry: "Registry", version: str, gate: "GateReport", settings: "Settings", *, by: str) -> tuple[bool, list[str]]:
    """Activate a candidate if the site wants that and every rule of the gate says better or no change.

    Whatever keeps it from being activated is a remark: the candidate was made, which is what was asked for.

    Args:
        registry: of the site.
        version: the candidate.
        gate: what the gate says of it.
        settings: of the site; say whether it wants that.
        by: who runs this process.

    Returns:
        Whether it was activated, and remarks for people.
    """
    if not settings.auto_activate:
        return False, []
    if not gate.is_beyond_doubt:
        return False, ["not activated unattended: the gate did not say better or no change by every rule"]
    if settings.artefact is not None:
        return False, ["not activated unattended: TIPSTAFF_ARTEFACT names what is served; take it out first"]
    try:
        registry.activate(version, by=by, unattended=True)
    except (TipstaffError, OSError) as error:
        return False, [f"not activated unattended: {error}"]
    return True, []

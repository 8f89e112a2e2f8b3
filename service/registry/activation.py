"""On what ground a version may become the champion."""

from dataclasses import dataclass
from typing import Any

from model.errors import RegistryRefusalError
from service.registry.registry_documents import Alias, Try

__all__ = ["ActivationRequest", "GateJson", "Ground", "check_request", "check_unchanged", "compares_with"]

GateJson = dict[str, Any]
"""A report of the gate, as JSON."""

_GOOD_ENOUGH = {"better", "no change"}
_LONGEST_REASON = 2000
_LEAST_DIGITS = 12
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationRequest:
    """What somebody who activates a version says.

    Attributes:
        by: who it is, such as ``user@host``.
        seen: the hash of the try that the person saw.
        reason: why it is activated although the gate or the missing try speaks against it.
        unattended: whether no person is there.
    """

    by: str
    seen: str | None = None
    reason: str | None = None
    unattended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is known about a version that somebody wants to activate.

    Attributes:
        version: its name.
        content_hash: its hash.
        in_force: content hash of the artefact that the site judges with.
        gate: the newest report of the gate that compares the two, or the newest of all; None if there is none.
        shown: the try that the request names; None if there is none of that hash.
    """

    version: str
    content_hash: str
    in_force: str
    gate: GateJson | None
    shown: Try | None


def check_request(request: ActivationRequest, ground: Ground) -> None:
    """Refuse an activation without good ground.

    Raises:
        RegistryRefusalError: the gate did not pass, or compared with something else; or nobody has seen the difference.
    """
    if request.reason is not None:
        if request.unattended or not request.reason.strip() or len(request.reason) > _LONGEST_REASON:
            raise RegistryRefusalError(
                f"a forced activation needs a person's reason, of {_LONGEST_REASON} characters at most: it is kept for ever"
            )
        return
    _check_gate(ground)
    if request.unattended:
        if bad := [rule for rule in _rules(ground.gate) if rule.get("verdict") not in _GOOD_ENOUGH]:
            raise RegistryRefusalError(f"{ground.version}: not activated unattended ({_tell(bad)}): look at it, and use --seen")
        return
    _check_seen(request.seen, ground)


def check_unchanged(before: Alias | None, now: Alias | None) -> None:
    """Refuse a change of the champion if somebody else has changed it since the call began.

    Raises:
        RegistryRefusalError: somebody has.
    """
    if now != before:
        other = f"{now.version} by {now.by}" if now else "none"
        raise RegistryRefusalError(
            f"somebody else changed the champion at the same time (to {other}), nothing was changed: look, and call again"
        )


def compares_with(gate: GateJson, content_hash: str) -> bool:
    """Return whether a report of the gate compares a candidate with the version of this content hash."""
    digits = str(gate.get("champion", "")).partition("@")[2].partition("+")[0]
    return len(digits) >= _LEAST_DIGITS and content_hash.startswith(digits)


def _check_gate(ground: Ground) -> None:
    version, gate = ground.version, ground.gate
    way_out = f"`tipstaff models show {version}` tells more; --force REASON activates it all the same"
    if gate is None:
        raise RegistryRefusalError(f"{version}: never went through the gate: {way_out}")
    if gate.get("passed") is not True:
        bad = [rule for rule in _rules(gate) if rule.get("verdict") == "worse"]
        raise RegistryRefusalError(f"{version}: the gate did not let it pass ({_tell(bad)}): {way_out}")
    if not compares_with(gate, ground.in_force):
        raise RegistryRefusalError(
            f"{version}: the gate compared it with {gate.get('champion')}, but in force is {ground.in_force[:12]}: retrain from that; "
            f"{way_out}"
        )


def _check_seen(seen: str | None, ground: Ground) -> None:
    version, shown = ground.version, ground.shown
    advice = f"`tipstaff models try {version}` shows what changes, and under it the hash for --seen"
    if seen is None:
        raise RegistryRefusalError(f"{version}: nobody has looked at it: {advice}")
    if shown is None:
        raise RegistryRefusalError(f"{seen[:40]!a}: no try has this hash: {advice}")
    if (shown.champion, shown.candidate) != (ground.in_force, ground.content_hash):
        raise RegistryRefusalError(
            f"{seen}: shows {shown.candidate[:12]} beside {shown.champion[:12]}, not {version} beside {ground.in_force[:12]}, which is in "
            f"force: {advice}"
        )


def _rules(gate: GateJson | None) -> list[dict[str, Any]]:
    rules: Any = (gate or {}).get("rules")
    return (
        [rule for rule in rules if isinstance(rule, dict)]
        if isinstance(rules, list) and rules
        else [{"rule": "rules", "verdict": "missing"}]
    )


def _tell(rules: list[dict[str, Any]]) -> str:
    return ", ".join(f"{rule.get('rule')}: {rule.get('verdict')}" for rule in rules[:_MOST_TOLD]) or "no rule says better"

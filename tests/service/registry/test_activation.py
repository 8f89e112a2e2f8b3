"""A version goes live on good ground alone."""

import pytest

from model.errors import RegistryRefusalError
from service.registry.activation import ActivationRequest, Ground, check_request, compares_with
from service.registry.registry_documents import Try
from tests.service.registry.versions import gate

NOW, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64
VERSION = f"small@{NEW[:12]}"
PASSED = gate(f"default@{NOW[:12]}+cascade")
SHOWN = Try(champion=NOW, candidate=NEW, at="2026-01-01T00:00:00+00:00", by="ann@desk", texts=100, changed=3)


def ground(**changed: object) -> Ground:
    known: dict[str, object] = {"version": VERSION, "content_hash": NEW, "in_force": NOW, "gate": PASSED, "shown": SHOWN}
    return Ground(**(known | changed))  # type: ignore[arg-type]


def test_what_passed_and_was_seen_goes_live() -> None:
    """A version that the gate let pass, and whose difference somebody saw, may be activated."""
    check_request(ActivationRequest(by="ann@desk", seen="0123456789abcdef"), ground())


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"gate": None}, "never went through the gate"),
        ({"gate": gate(f"default@{NOW[:12]}", passed=False, slices="worse")}, "did not let it pass \\(slices: worse\\)"),
        ({"gate": PASSED | {"passed": "yes"}}, "did not let it pass"),
        ({"gate": {}}, "did not let it pass"),
        ({"gate": gate(f"default@{OTHER[:12]}")}, "compared it with default@cccccccccccc, but in force is aaaaaaaaaaaa"),
        ({"gate": gate("default@")}, "compared it with"),
        ({"shown": None}, "no try has this hash"),
        ({"shown": SHOWN.model_copy(update={"candidate": OTHER})}, "shows cccccccccccc beside aaaaaaaaaaaa"),
        ({"shown": SHOWN.model_copy(update={"champion": OTHER})}, "shows bbbbbbbbbbbb beside cccccccccccc"),
    ],
    ids=["no gate", "worse", "no truth", "empty", "other champion", "no champion", "no try", "other candidate", "other pair"],
)
def test_bad_ground_is_refused(changed: dict[str, object], reason: str) -> None:
    """A gate that did not pass or compared with something else, and a hash that shows another pair, are told apart and refused."""
    with pytest.raises(RegistryRefusalError, match=reason):
        check_request(ActivationRequest(by="ann@desk", seen="0123456789abcdef"), ground(**changed))


def test_somebody_has_to_look() -> None:
    """Without the hash of a try a version is not activated, however well it passed."""
    with pytest.raises(RegistryRefusalError, match="nobody has looked at it"):
        check_request(ActivationRequest(by="ann@desk"), ground(shown=None))


def test_force_needs_a_reason_and_nothing_else() -> None:
    """A reason is enough, whatever the gate says; an empty or endless one is none."""
    check_request(ActivationRequest(by="ann@desk", reason="the old one is down"), ground(gate=None, shown=None))

    for reason in ("", "  \n", "x" * 2001):
        with pytest.raises(RegistryRefusalError, match="reason"):
            check_request(ActivationRequest(by="ann@desk", reason=reason), ground())


@pytest.mark.parametrize("verdict", ["cannot tell", "skipped", "worse", "splendid", None])
def test_unattended_needs_every_rule(verdict: str | None) -> None:
    """Without a person every rule has to say better or no change; nothing else will do, and a reason does not replace it."""
    unattended = ActivationRequest(by="timer@host", unattended=True)
    check_request(unattended, ground(shown=None))
    report = gate(f"default@{NOW[:12]}")
    report["rules"][1]["verdict"] = verdict

    with pytest.raises(RegistryRefusalError, match="not activated unattended"):
        check_request(unattended, ground(gate=report))
    with pytest.raises(RegistryRefusalError, match="person's reason"):
        check_request(ActivationRequest(by="timer@host", unattended=True, reason="it is late"), ground(gate=report))


@pytest.mark.parametrize("rules", [None, [], "better"])
def test_unattended_needs_rules(rules: object) -> None:
    """A report without rules lets nothing go live unattended."""
    with pytest.raises(RegistryRefusalError, match="not activated unattended"):
        check_request(ActivationRequest(by="timer@host", unattended=True), ground(gate=PASSED | {"rules": rules}))


def test_reports_name_what_they_compare_with() -> None:
    """A report is about a champion if it names at least twelve digits of its hash, with or without a profile."""
    assert compares_with(gate(f"default@{NOW[:12]}+full"), NOW)
    assert not compares_with(gate(f"default@{NOW[:11]}"), NOW)
    assert not compares_with({}, NOW)

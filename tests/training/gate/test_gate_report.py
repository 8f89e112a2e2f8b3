"""What a report says as a whole, and that its JSON says the same."""

import json

import pytest

from model.errors import InputError
from training.gate.gate_report import GAIN, GateReport, RuleResult, RuleVerdict, skipped_rule


def line(rule: str, verdict: RuleVerdict, **fields: object) -> RuleResult:
    """Return a line with a verdict."""
    known: dict[str, object] = {"figure": 0.0123456789, "low": 0.001, "high": 0.02, "limit": 0.005, "n": 500}
    return RuleResult(rule, "What is measured.", **(known | fields), verdict=verdict)  # type: ignore[arg-type]


def report(*verdicts: RuleVerdict) -> GateReport:
    """Return a report whose gain has the first verdict, and other rules the others."""
    lines = [line(GAIN, verdicts[0])]
    lines += [
        skipped_rule(f"rule-{number}", "Something.", "No data.")
        if verdict is RuleVerdict.SKIPPED
        else line(f"rule-{number}", verdict, more=120)
        for number, verdict in enumerate(verdicts[1:])
    ]
    return GateReport("small@000000000000", "small@111111111111", tuple(lines))


@pytest.mark.parametrize(
    ("verdicts", "passed", "beyond_doubt"),
    [
        (["better"], True, True),
        (["better", "no change", "better"], True, True),
        (["better", "cannot tell"], True, False),
        (["better", "skipped"], True, False),
        (["better", "worse"], False, False),
        (["no change", "better"], False, False),
        (["cannot tell", "no change"], False, False),
        (["skipped", "better"], False, False),
        (["worse"], False, False),
    ],
)
def test_it_passes_by_the_gain_and_without_a_worse(verdicts: list[str], passed: bool, beyond_doubt: bool) -> None:
    """A candidate passes if the gain is better and nothing is worse; beyond doubt, if nothing is unknown or skipped either."""
    found = report(*map(RuleVerdict, verdicts))
    assert (found.passed, found.is_beyond_doubt) == (passed, beyond_doubt)
    assert bool(found.reasons()) is not passed


def test_a_report_without_a_gain_passes_nothing() -> None:
    """A rule that is missing is not one that passed."""
    assert not GateReport("a@0", "a@1", (line("kit-pairs", RuleVerdict.BETTER),)).passed


def test_json_comes_back() -> None:
    """A report read from its JSON is the same; its text is the same each time."""
    found = report(RuleVerdict.BETTER, RuleVerdict.CANNOT_TELL, RuleVerdict.SKIPPED)
    document = json.loads(found.to_text())

    assert GateReport.from_json(document) == found
    assert found.to_text() == GateReport.from_json(document).to_text()
    assert document["format"] == 1
    assert document["rules"][0].keys() == {
        *("rule", "about", "figure", "low", "high", "limit", "n", "verdict", "remark", "more"),
    }
    assert document["rules"][0]["figure"] == 0.012346


def test_what_a_document_claims_is_not_believed() -> None:
    """Whether it passed follows from the rules, whatever the document says."""
    document = report(RuleVerdict.WORSE).to_json() | {"passed": True}
    assert not GateReport.from_json(document).passed


@pytest.mark.parametrize("document", [{}, {"format": 2, "rules": []}, {"format": 1, "rules": [{}]}, {"format": 1, "rules": 3}])
def test_other_documents_are_refused(document: dict[str, object]) -> None:
    """What is no report is a clear error."""
    with pytest.raises(InputError, match="gate report"):
        GateReport.from_json(document)


def test_a_figure_that_is_none_is_refused() -> None:
    """No line holds a number that JSON has no word for."""
    with pytest.raises(ValueError, match="figure"):
        line("kit", RuleVerdict.BETTER, figure=float("nan"))


def test_cannot_tell_says_how_many_more() -> None:
    """The verdict in words names the number of rulings, where there is one."""
    assert line("a", RuleVerdict.CANNOT_TELL, more=1200).spoken_verdict == "cannot tell yet: about 1,200 more rulings"
    assert line("a", RuleVerdict.CANNOT_TELL).spoken_verdict == "cannot tell yet"
    assert line("a", RuleVerdict.NO_CHANGE).spoken_verdict == "no change"

"""From a figure and its standard error to a verdict, in the same way for every rule.

Of a *gain* something has to be shown: the whole interval lies above 0. Of a possible *harm* two things have to come together before a
candidate is called worse: the interval lies below 0, and the fall is larger than a limit that people would notice. Where the interval
does not reach as far down as the limit, there is no harm. In between, the rule says that it cannot tell yet, and how many more rulings
it would take, by the law that an error shrinks with the root of the number of rows.
"""

from math import ceil
from statistics import NormalDist

from training.gate.gate_report import RuleResult, RuleVerdict
from training.gate.paired_areas import PairedChange

__all__ = ["DOUBT", "POWER", "judge_gain", "judge_harm", "rulings_needed", "several_looks"]

DOUBT = 1.959964
"""Standard errors on each side of a 95 % interval."""
POWER = 0.841621
"""Standard errors further away that a true change has to be in order to be seen in 80 of 100 cases."""
_MOST = 1_000_000  # rulings that are named; more would help nobody


def rulings_needed(n: int, error: float, *, target: float, doubt: float = DOUBT) -> int | None:
    """Return about how many more rulings show a change of ``target`` in 80 of 100 cases; None where no number would.

    Args:
        n: number of rulings that the error comes from.
        error: standard error of the change, at least 0.
        target: the true change, above 0.
        doubt: standard errors from the change to the end of its interval.
    """
    if target <= 0 or error <= 0 or n <= 0:
        return None
    more = n * (((doubt + POWER) * error / target) ** 2 - 1)
    if more > _MOST:
        return None
    step: int = 10 ** max(1, len(str(max(1, int(more)))) - 2)
    return max(10, ceil(more / step) * step)


def judge_gain(rule: str, about: str, change: PairedChange, *, least: float, doubt: float = DOUBT, remark: str = "") -> RuleResult:
    """Return the line of a rule under which a gain has to be shown.

    Args:
        rule: its slug.
        about: what is measured.
        change: the figure of both; more is better.
        least: the smallest gain that is worth an exchange.
        doubt: standard errors from the change to the ends of its interval.
        remark: what a reader should know besides.
    """
    low, high = change.change - doubt * change.error, change.change + doubt * change.error
    more = None
    if low > 0 and change.change >= least:
        verdict = RuleVerdict.BETTER
    elif high < 0:
        verdict = RuleVerdict.WORSE
    elif high < least:
        verdict = RuleVerdict.NO_CHANGE
    else:
        verdict = RuleVerdict.CANNOT_TELL
        more = rulings_needed(change.n, change.error, target=max(change.change, least), doubt=doubt)
    return RuleResult(rule, about, change.change, low, high, least, change.n, verdict, remark, more)


def judge_harm(
    rule: str, about: str, change: PairedChange, *, limit: float, doubt: float = DOUBT, is_kit: bool = False, remark: str = ""
) -> RuleResult:
    """Return the line of a rule under which nothing may fall.

    Args:
        rule: its slug.
        about: what is measured.
        change: the figure of both; more is better.
        limit: the largest fall that nobody would notice, above 0.
        doubt: standard errors from the change to the ends of its interval.
        is_kit: whether the comments are a fixed set. It stays the same however many rulings come: a fall within the limit is none.
        remark: what a reader should know besides.
    """
    low, high = change.change - doubt * change.error, change.change + doubt * change.error
    more = None
    if high < 0 and change.change < -limit:
        verdict = RuleVerdict.WORSE
    elif low >= -limit or (is_kit and change.change >= -limit):
        verdict = RuleVerdict.BETTER if low > 0 else RuleVerdict.NO_CHANGE
    else:
        verdict = RuleVerdict.CANNOT_TELL
        if not is_kit:
            more = rulings_needed(change.n, change.error, target=max(limit + min(change.change, 0.0), limit / 4), doubt=doubt)
    return RuleResult(rule, about, change.change, low, high, -limit, change.n, verdict, remark, more)


def several_looks(level: float, looks: int) -> float:
    """Return the standard errors at which one of several looks is wrong on one side with a probability of ``level`` at most (Bonferroni).

    Args:
        level: probability, in (0, 0.5).
        looks: number of looks, at least 1.
    """
    return NormalDist().inv_cdf(1 - level / max(1, looks))

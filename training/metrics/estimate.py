"""A figure of an evaluation with its interval."""

from dataclasses import dataclass

__all__ = ["Estimate"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval; the ends are None where there are too few rows for one."""

    value: float
    low: float | None = None
    high: float | None = None

    def describe(self, *, percent: bool) -> str:
        """Return the figure in words, as a percentage or with three decimals, followed by its interval if it has one."""

        def figure(value: float) -> str:
            return f"{100 * value:.1f}\N{NO-BREAK SPACE}%" if percent else f"{value:.3f}"

        if self.low is None or self.high is None:
            return figure(self.value)
        return f"{figure(self.value)} ({figure(self.low)} to {figure(self.high)})"

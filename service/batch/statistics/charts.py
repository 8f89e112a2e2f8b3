"""Charts of a summary as inline SVG; the page that holds them sets their colours."""

from collections.abc import Iterator, Mapping, Sequence
from math import log10

from markupsafe import Markup

__all__ = ["histogram", "shares_over_time"]

_WIDTH, _LEFT, _RIGHT = 760, 64, 16
_MOST_TICKS = 8


def shares_over_time(counts: Mapping[str, Sequence[int]], *, names: Sequence[str]) -> Markup:
    """Draw the share of each label in the rows of each day or month, as stacked bars.

    Args:
        counts: period → rows of each label, in order of time.
        names: the labels; the first is not drawn, as it is the rest.
    """
    height, top, bottom = 240, 12, 40
    bar_width = (_WIDTH - _LEFT - _RIGHT) / max(len(counts), 1)
    plot_height = height - top - bottom
    largest = max((1 - rows[0] / sum(rows) for rows in counts.values() if sum(rows)), default=0.0)
    scale = next(step for step in (0.05, 0.1, 0.2, 0.5, 1.0) if largest <= step)

    def bars() -> Iterator[Markup]:
        for index, (period, rows) in enumerate(counts.items()):
            total, base = max(sum(rows), 1), float(top + plot_height)
            shares = ", ".join(f"{name} {count / total:.1%}" for name, count in zip(names, rows, strict=True))
            yield Markup("<g><title>{}: {} of {:,}</title>").format(period, shares, sum(rows))
            for label in range(1, len(rows)):
                size = rows[label] / total / scale * plot_height
                base -= size
                yield _rect(_LEFT + index * bar_width, base, max(bar_width - (1 if bar_width > 4 else 0), 0.3), size, f"label{label}")
            yield Markup("</g>")

    periods = list(counts)
    labelled = periods[:: max(-(-len(counts) // _MOST_TICKS), 1)]
    x_axis = (_text(period, _LEFT + (periods.index(period) + 0.5) * bar_width, height - bottom + 18, "middle") for period in labelled)
    return _svg(height, [_percent_axis(scale, top, plot_height), *bars(), *x_axis])


def histogram(counts: Sequence[int], *, css_class: str) -> Markup:
    """Draw how many rows have a score in each of some bins of equal width from 0 to 1, on a logarithmic scale.

    Args:
        counts: rows of each bin.
        css_class: the class by which the page colours the bars.
    """
    height, top, bottom = 200, 20, 40
    bar_width = (_WIDTH - _LEFT - _RIGHT) / len(counts)
    plot_height = height - top - bottom
    digits = max(len(str(max(counts, default=0))), 1)
    parts = []
    for index, count in enumerate(counts):
        size = plot_height * (_log_height(count) / digits)
        bounds = index / len(counts), (index + 1) / len(counts)
        parts.append(Markup("<g><title>{:.2f} to {:.2f}: {:,} rows</title>").format(*bounds, count))
        parts += [_rect(_LEFT + index * bar_width + 1, top + plot_height - size, bar_width - 2, size, css_class), Markup("</g>")]
    for power in range(digits + 1):
        y = top + plot_height * (1 - power / digits)
        parts += [_grid_line(y), _text(f"{10**power:,}" if power else "1", _LEFT - 8, y + 4, "end")]
    x_axis = (_text(f"{tick / 5:.1f}", _LEFT + tick / 5 * bar_width * len(counts), height - bottom + 18, "middle") for tick in range(6))
    return _svg(height, [*parts, *x_axis])


def _log_height(count: int) -> float:
    """Return the height of a bar in powers of ten; a single row is drawn as a tenth of one, so that it can be seen."""
    return log10(count) if count > 1 else 0.1 * (count == 1)


def _percent_axis(scale: float, top: float, plot_height: float) -> Markup:
    ticks = [(quarter / 4 * scale, top + plot_height * (1 - quarter / 4)) for quarter in range(5)]
    return Markup("").join(part for share, y in ticks for part in (_grid_line(y), _text(f"{100 * share:.3g} %", _LEFT - 8, y + 4, "end")))


def _grid_line(y: float) -> Markup:
    return Markup('<line x1="{}" x2="{}" y1="{}" y2="{}" class="grid"/>').format(_LEFT, _WIDTH - _RIGHT, f"{y:.1f}", f"{y:.1f}")


def _rect(x: float, y: float, width: float, height: float, css_class: str) -> Markup:
    template = Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>')
    return template.format(f"{x:.2f}", f"{y:.2f}", f"{width:.2f}", f"{height:.2f}", css_class)


def _text(words: str, x: float, y: float, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(f"{x:.1f}", f"{y:.1f}", anchor, words)


def _svg(height: float, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img">{}</svg>').format(_WIDTH, height, Markup("").join(parts))

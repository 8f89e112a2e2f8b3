"""Charts for the summary page, as inline SVG whose colours the page sets."""

from collections.abc import Iterator, Mapping, Sequence
from math import log10

from markupsafe import Markup

__all__ = ["histogram", "shares_over_time"]

_WIDTH, _LEFT, _RIGHT = 760, 64, 16
"""The width of a chart and of its margins, in pixels, as are all lengths below."""
_X_LABEL_DEPTH = 18
_Y_LABEL_GAP = 8
_HALF_LINE = 4
_BAR_GAP = 1
_MIN_BAR_WIDTH = 0.3
_NARROW_BAR = 4
"""The width up to which bars have no gap between them."""
_SHARE_SCALES = (0.05, 0.1, 0.2, 0.5, 1.0)
_MAX_TICKS = 8


def shares_over_time(counts: Mapping[str, Sequence[int]], *, names: Sequence[str]) -> Markup:
    """Draw the share of each label in the rows of each day or month, as stacked bars.

    Args:
        counts: period → rows of each label, in order of time.
        names: the labels; no bar is drawn for the first, which is the rest.
    """
    height, top, bottom = 240, 12, 40
    bar_width = (_WIDTH - _LEFT - _RIGHT) / max(len(counts), 1)
    plot_height = height - top - bottom
    largest_share = max((1 - rows[0] / sum(rows) for rows in counts.values() if sum(rows)), default=0.0)
    scale = next(scale for scale in _SHARE_SCALES if largest_share <= scale)
    drawn_width = max(bar_width - (_BAR_GAP if bar_width > _NARROW_BAR else 0), _MIN_BAR_WIDTH)

    def bars() -> Iterator[Markup]:
        for index, (period, rows) in enumerate(counts.items()):
            total, base = max(sum(rows), 1), float(top + plot_height)
            shares = ", ".join(f"{name} {count / total:.1%}" for name, count in zip(names, rows, strict=True))
            yield Markup("<g><title>{}: {} of {:,}</title>").format(period, shares, sum(rows))
            for label in range(1, len(rows)):
                size = rows[label] / total / scale * plot_height
                base -= size
                yield _rect(_LEFT + index * bar_width, base, drawn_width, size, f"label{label}")
            yield Markup("</g>")

    periods = list(counts)
    labelled_periods = periods[:: max(-(-len(counts) // _MAX_TICKS), 1)]
    x_axis = (
        _text(period, _LEFT + (periods.index(period) + 0.5) * bar_width, height - bottom + _X_LABEL_DEPTH, "middle")
        for period in labelled_periods
    )
    return _svg(height, [_percent_axis(scale, top, plot_height), *bars(), *x_axis])


def histogram(counts: Sequence[int], *, css_class: str) -> Markup:
    """Draw the histogram of a score, with bins of equal width from 0 to 1 and a logarithmic scale.

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
        parts += [
            _rect(_LEFT + index * bar_width + _BAR_GAP, top + plot_height - size, bar_width - 2 * _BAR_GAP, size, css_class),
            Markup("</g>"),
        ]
    for power in range(digits + 1):
        y = top + plot_height * (1 - power / digits)
        parts += [_grid_line(y), _text(f"{10**power:,}" if power else "1", _LEFT - _Y_LABEL_GAP, y + _HALF_LINE, "end")]
    x_axis = (
        _text(f"{tick / 5:.1f}", _LEFT + tick / 5 * bar_width * len(counts), height - bottom + _X_LABEL_DEPTH, "middle")
        for tick in range(6)
    )
    return _svg(height, [*parts, *x_axis])


def _log_height(count: int) -> float:
    """Return the height of a bar in powers of ten; a single row gets a tenth of a power, so that it can be seen."""
    return log10(count) if count > 1 else 0.1 * (count == 1)


def _percent_axis(scale: float, top: float, plot_height: float) -> Markup:
    ticks = [(quarter / 4 * scale, top + plot_height * (1 - quarter / 4)) for quarter in range(5)]
    return Markup("").join(
        part for share, y in ticks for part in (_grid_line(y), _text(f"{100 * share:.3g} %", _LEFT - _Y_LABEL_GAP, y + _HALF_LINE, "end"))
    )


def _grid_line(y: float) -> Markup:
    return Markup('<line x1="{}" x2="{}" y1="{}" y2="{}" class="grid"/>').format(_LEFT, _WIDTH - _RIGHT, f"{y:.1f}", f"{y:.1f}")


def _rect(x: float, y: float, width: float, height: float, css_class: str) -> Markup:
    template = Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>')
    return template.format(f"{x:.2f}", f"{y:.2f}", f"{width:.2f}", f"{height:.2f}", css_class)


def _text(words: str, x: float, y: float, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(f"{x:.1f}", f"{y:.1f}", anchor, words)


def _svg(height: float, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img">{}</svg>').format(_WIDTH, height, Markup("").join(parts))

"""Pictures of a summary as inline SVG, coloured by the page that they stand in."""

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

__all__ = ["histogram", "shares_over_time"]

_WIDTH, _LEFT, _RIGHT = 760, 64, 16
_MOST_TICKS = 8


def shares_over_time(counts: Mapping[str, Sequence[int]], *, names: Sequence[str]) -> Markup:
    """Draw the share of each label in the rows of each day or month, as bars that stand on each other.

    Args:
        counts: when → rows of each label, in the order of time.
        names: of the labels, the first of which is drawn as the rest.
    """
    height, top, bottom = 240, 12, 40
    wide = (_WIDTH - _LEFT - _RIGHT) / max(len(counts), 1)
    tall = height - top - bottom
    most = max((1 - rows[0] / sum(rows) for rows in counts.values() if sum(rows)), default=0.0)
    scale = next(step for step in (0.05, 0.1, 0.2, 0.5, 1.0) if most <= step)

    def bars() -> Iterator[Markup]:
        for at, (when, rows) in enumerate(counts.items()):
            total, base = max(sum(rows), 1), float(top + tall)
            said = ", ".join(f"{name} {count / total:.1%}" for name, count in zip(names, rows, strict=True))
            yield Markup("<g><title>{}: {} of {:,}</title>").format(when, said, sum(rows))
            for label in range(1, len(rows)):
                size = rows[label] / total / scale * tall
                base -= size
                yield _rect(_LEFT + at * wide, base, max(wide - (1 if wide > 4 else 0), 0.3), size, f"label{label}")
            yield Markup("</g>")

    ticks = list(counts)[:: max(-(-len(counts) // _MOST_TICKS), 1)]
    order = list(counts)
    across = (_text(when, _LEFT + (order.index(when) + 0.5) * wide, height - bottom + 18, "middle") for when in ticks)
    return _svg(height, [_up(scale, top, tall), *bars(), *across])


def histogram(counts: Sequence[int], *, class_: str) -> Markup:
    """Draw how many rows have a score in each of some bins of equal width from 0 to 1, on a logarithmic scale.

    Args:
        counts: rows of each bin.
        class_: what the page colours the bars by.
    """
    height, top, bottom = 200, 20, 40
    wide = (_WIDTH - _LEFT - _RIGHT) / len(counts)
    tall = height - top - bottom
    digits = max(len(str(max(counts, default=0))), 1)
    parts = []
    for at, count in enumerate(counts):
        size = tall * (_log(count) / digits)
        parts.append(Markup("<g><title>{:.2f} to {:.2f}: {:,} rows</title>").format(at / len(counts), (at + 1) / len(counts), count))
        parts += [_rect(_LEFT + at * wide + 1, top + tall - size, wide - 2, size, class_), Markup("</g>")]
    for power in range(digits + 1):
        y = top + tall * (1 - power / digits)
        parts += [_line(y), _text(f"{10**power:,}" if power else "1", _LEFT - 8, y + 4, "end")]
    parts += [_text(f"{tick / 5:.1f}", _LEFT + tick / 5 * wide * len(counts), height - bottom + 18, "middle") for tick in range(6)]
    return _svg(height, parts)


def _log(count: int) -> float:
    from math import log10

    return log10(count) if count > 1 else 0.1 * (count == 1)


def _up(scale: float, top: float, tall: float) -> Markup:
    ticks = [(at / 4 * scale, top + tall * (1 - at / 4)) for at in range(5)]
    return Markup("").join(part for share, y in ticks for part in (_line(y), _text(f"{100 * share:.3g} %", _LEFT - 8, y + 4, "end")))


def _line(y: float) -> Markup:
    return Markup('<line x1="{}" x2="{}" y1="{}" y2="{}" class="grid"/>').format(_LEFT, _WIDTH - _RIGHT, f"{y:.1f}", f"{y:.1f}")


def _rect(x: float, y: float, width: float, height: float, class_: str) -> Markup:
    said = Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>')
    return said.format(f"{x:.2f}", f"{y:.2f}", f"{width:.2f}", f"{height:.2f}", class_)


def _text(words: str, x: float, y: float, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(f"{x:.1f}", f"{y:.1f}", anchor, words)


def _svg(height: float, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img">{}</svg>').format(_WIDTH, height, Markup("").join(parts))

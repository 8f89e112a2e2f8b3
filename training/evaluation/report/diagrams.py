"""The two diagrams that every report has: a reliability diagram and a confusion matrix."""

from collections.abc import Sequence

from markupsafe import Markup

from training.evaluation.report.curve_charts import Axis, draw_grid
from training.evaluation.report.sections import Picture
from training.evaluation.report.svg import svg_line, svg_marker, svg_picture, svg_tag, svg_text
from training.metrics.estimate import Estimate

__all__ = ["confusion_heatmap", "reliability_diagram"]


def reliability_diagram(title: str, description: str, *, points: Sequence[tuple[float, Estimate]], shares: Sequence[float]) -> Picture:
    """Draw the observed share over the predicted probability, with the diagonal of a perfect classifier, and the size of each bin.

    Args:
        title: what the diagram is about.
        description: how to read it.
        points: mean probability and observed share of each bin that has rows.
        shares: of the rows in each bin, all bins.
    """
    size, left, top, bars = 330, 64, 14, 70
    height = top + size + bars + 58

    def x(value: float) -> float:
        return left + value * size * 1.6

    def y(value: float) -> float:
        return top + (1 - value) * size

    fifths = Axis((0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
    parts = [draw_grid(x, y, fifths, fifths), svg_line((x(0), y(0)), (x(1), y(1)), class_="mark")]
    for predicted, observed in points:
        tooltip = Markup("<title>predicted {}, observed {}</title>").format(f"{predicted:.1%}", observed.describe(percent=True))
        whisker = svg_line((x(predicted), y(observed.low or 0)), (x(predicted), y(observed.high or 0)), class_="whisker line0")
        marker = svg_marker(0, x(predicted), y(observed.value))
        parts.append(Markup("<g>{}{}{}</g>").format(tooltip, whisker if observed.low is not None else "", marker))
    base = top + size + bars + 26
    for number, share in enumerate(shares):
        bar = max(share, 0.0) / max(*shares, 1e-12) * (bars - 14)
        parts.append(svg_tag("rect", x=x(number / 10) + 2, y=base - bar, width=size * 0.16 - 4, height=max(bar, 0.5), class_="fill2"))
        parts.append(svg_text(f"{share:.1%}", x(number / 10 + 0.05), base - bar - 3, anchor="middle", class_="small"))
    parts.append(svg_text("predicted P(abusive); below: share of comments in each bin", x(0.5), height - 8, anchor="middle"))
    return svg_picture(title, description, height, parts)


def confusion_heatmap(title: str, description: str, *, names: Sequence[str], counts: Sequence[Sequence[int]]) -> Picture:
    """Draw a confusion matrix, each row shaded by its shares.

    Args:
        title: what the matrix is about.
        description: how to read it.
        names: of the labels, in the order of rows and columns.
        counts: how often each true label (row) was predicted as each label (column).
    """
    left, top, width, height = 150, 52, 150, 64
    parts = [svg_text("predicted", left + width * len(names) / 2, 16, anchor="middle", class_="strong")]
    for column, name in enumerate(names):
        parts.append(svg_text(name, left + width * (column + 0.5), 40, anchor="middle"))
    for row, (name, line) in enumerate(zip(names, counts, strict=True)):
        y = top + height * row
        parts.append(svg_text(f"is {name}", left - 12, y + height / 2 + 5, anchor="end"))
        for column, count in enumerate(line):
            share = count / max(sum(line), 1)
            x = left + width * column
            style = f"fill-opacity:{0.06 + 0.84 * share:.2f}"
            parts.append(svg_tag("rect", x=x + 1, y=y + 1, width=width - 2, height=height - 2, class_="heat", style=style))
            shade = "on" if share > 0.5 else "off"
            parts.append(svg_text(f"{share:.0%}", x + width / 2, y + height / 2, anchor="middle", class_=f"big {shade}"))
            parts.append(svg_text(f"{count:,}", x + width / 2, y + height / 2 + 18, anchor="middle", class_=f"small {shade}"))
    return svg_picture(title, description, top + height * len(names) + 10, parts)

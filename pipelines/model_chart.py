"""A model's weights as a chart: one panel a comparison, one bar a level, in bits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from casework.errors import writing

if TYPE_CHECKING:
    from casework.model.models import ModelView

_WIDTH = 420
_FOR, _AGAINST = "#2f6f4f", "#a63d2f"
#: Vietnamese letters stand in it; where it is not installed, the renderer takes its own.
_FONT = "Noto Sans, DejaVu Sans, sans-serif"


def draw(view: ModelView, file: Path) -> None:
    """Writes the chart as .svg or .png, as the file's name says. UsageError where it cannot be written."""
    import altair as alt

    rows = [
        {
            "comparison": comparison.label,
            "level": level.label,
            "weight": level.weight,
            "m": level.m,
            "u": level.u,
            "place": place,
        }
        for comparison in view.comparisons
        for place, level in enumerate(comparison.levels)
    ]
    bars = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("weight:Q", title="trọng số log2(m/u), bit; nghiêng về: người khác ← → cùng người"),
            y=alt.Y("level:N", title=None, sort=alt.SortField("place"), axis=alt.Axis(labelLimit=0)),
            color=alt.condition(alt.datum.weight >= 0, alt.value(_FOR), alt.value(_AGAINST)),
        )
        .properties(width=_WIDTH)
    )
    chart = (
        bars.facet(
            row=alt.Row(
                "comparison:N",
                title=None,
                sort=[comparison.label for comparison in view.comparisons],
                header=alt.Header(labelAngle=0, labelAnchor="start", labelOrient="top", labelFontWeight="bold"),
            ),
            title=f"Mô hình {view.version}",
        )
        .resolve_scale(y="independent")
        .configure(font=_FONT)
    )
    with writing(file):
        chart.save(str(file), format=file.suffix.removeprefix(".").lower())

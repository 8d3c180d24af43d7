"""The weight of a candidate as a waterfall: each comparison begins where the one before it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casework.office_words import COMPARISONS

#: units of the drawing; it is scaled to its place
WIDTH, ROW, LABELS, FIGURES = 360, 17, 130, 44
#: bits that say too little to be drawn
_TELLING = 0.05
_NARROWEST = 1.5


@dataclass(frozen=True)
class Bar:
    """One comparison: its bits, and where its bar lies in the drawing."""

    title: str
    bits: float
    x: float
    width: float
    y: int


@dataclass(frozen=True)
class Waterfall:
    """A drawing: bars from the heaviest on, where nothing is weighed yet (`zero`), where the sum ends, its height."""

    bars: tuple[Bar, ...]
    total: float
    zero: float
    end: float
    height: int


def waterfall(weights: Mapping[str, float]) -> Waterfall:
    """The drawing of one candidate's weights, in bits."""
    telling = [(name, bits) for name, bits in sorted(weights.items()) if abs(bits) >= _TELLING]
    telling.sort(key=lambda one: -abs(one[1]))
    sums = [0.0]
    for _, bits in telling:
        sums.append(sums[-1] + bits)
    least, most = min(sums), max(sums)
    scale = (WIDTH - LABELS - FIGURES) / (most - least or 1)

    def place(value: float) -> float:
        return round(LABELS + (value - least) * scale, 1)

    bars = tuple(
        Bar(
            COMPARISONS.get(name, name),
            bits,
            place(min(before, before + bits)),
            max(round(abs(bits) * scale, 1), _NARROWEST),
            number * ROW,
        )
        for number, ((name, bits), before) in enumerate(zip(telling, sums, strict=False))
    )
    return Waterfall(bars, sum(weights.values()), place(0), place(sums[-1]), len(bars) * ROW)

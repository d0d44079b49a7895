"""Cost against size on two logarithmic axes: one panel a kernel, with its floor and its slope."""

from __future__ import annotations

import html
from math import ceil, floor, log10
from typing import Any

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 300, 200, 46, 18, 24, 34
LINES = (("plain_seconds", "plain"), ("floor_seconds", "floor"), ("seconds", "ours"))
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def figure(sweeps: list[dict[str, Any]]) -> str:
    """Return the panels of all kernels, and what their lines are."""
    drawn = "".join(panel(sweep) for sweep in sweeps)
    return (f'<figure class="growth"><div>{drawn}</div><figcaption>Time of a step against size. '
            "Line with points: ours. Thin line: plain NumPy. Dashed: the floor. Dotted: the slope "
            "that the count of operations gives.</figcaption></figure>")


def panel(sweep: dict[str, Any]) -> str:
    """Return the drawing of one kernel."""
    points = sweep["points"]
    at = [log10(point["at"]) for point in points]
    known = [log10(point[name]) for point in points for name, _ in LINES if point.get(name)]
    low, high = floor(min(known)), ceil(max(known))

    def place(x: float, y: float) -> str:
        across = LEFT + (WIDTH - LEFT - RIGHT) * (x - at[0]) / (at[-1] - at[0])
        up = (HEIGHT - BOTTOM - TOP) * (y - low) / (high - low)
        return f"{across:.1f},{HEIGHT - BOTTOM - up:.1f}"

    def line(name: str, kind: str) -> str:
        path = [place(x, log10(point[name])) for x, point in zip(at, points) if point.get(name)]
        dots = "".join('<circle cx="{}" cy="{}" r="2.8"/>'.format(*each.split(","))
                       for each in path if kind == "ours")
        return f'<g class="{kind}"><path d="M{" L".join(path)}"/>{dots}</g>' if path else ""

    first = max(0, len(points) - 4)
    end = log10(points[-1]["seconds"]) + 0.25
    guide = (place(at[first], end - sweep["slope"] * (at[-1] - at[first])), place(at[-1], end))
    power = f'{sweep["axis"]}{_power(sweep["slope"])}'
    said = alternative(sweep)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(said)}">'
        f'<text class="title" x="{LEFT}" y="13">{html.escape(sweep["name"])}</text>'
        f'{_axes(place, at, points, low, high)}'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 3}" text-anchor="end">'
        f'{html.escape(sweep["axis"])}</text>'
        f'<g class="slope"><path d="M{guide[0]} L{guide[1]}"/></g>'
        f'<text class="power" x="{WIDTH - RIGHT - 6}" y="{float(guide[1].split(",")[1]) - 5:.1f}" '
        f'text-anchor="end">{html.escape(power)}</text>'
        f'{"".join(line(name, kind) for name, kind in LINES)}</svg>')


def _axes(place: Any, at: list[float], points: list[dict[str, Any]], low: int, high: int) -> str:
    every = max(1, ceil((high - low) / 4))
    rules = "".join(
        f'<path class="rule" d="M{place(at[0], y)} L{place(at[-1], y)}"/>'
        f'<text x="{LEFT - 6}" y="{float(place(at[0], y).split(",")[1]) + 4:.1f}" '
        f'text-anchor="end">{_decade(y)}</text>' for y in range(low, high + 1, every))
    step = max(1, ceil(len(points) / 5))
    ticks = "".join(
        f'<text x="{place(x, low).split(",")[0]}" y="{HEIGHT - BOTTOM + 16}" '
        f'text-anchor="middle">{point["at"]}</text>'
        for x, point in list(zip(at, points))[::-1][::step])
    return rules + ticks


def _decade(y: int) -> str:
    """Return a power of ten seconds in few letters.

    >>> _decade(-9), _decade(-6), _decade(-4), _decade(0)
    ('1 ns', '1 µs', '0.1 ms', '1 s')
    """
    unit, size = next((unit, size) for unit, size in (("s", 0), ("ms", -3), ("µs", -6), ("ns", -9))
                      if y >= size - 1 or unit == "ns")
    return f"{10.0 ** (y - size):g} {unit}"


def _power(slope: float) -> str:
    return f"{slope:g}".translate(SUPERSCRIPTS) if slope != 1 else ""


def alternative(sweep: dict[str, Any]) -> str:
    """Return in words what a panel shows: both ends, and the slope of the last three points."""
    first, last, before = sweep["points"][0], sweep["points"][-1], sweep["points"][-3]
    slope = (log10(last["seconds"] / before["seconds"]) / log10(last["at"] / before["at"]))
    return (f"{sweep['name']}: a {sweep['unit']} takes {first['seconds']:.1e} seconds at "
            f"{sweep['axis']} = {first['at']} and {last['seconds']:.1e} at {last['at']}; the slope "
            f"at the end is {slope:.1f}, by count {sweep['slope']:g}; the last point is "
            f"{last['seconds'] / last['floor_seconds']:.1f} times the floor.")

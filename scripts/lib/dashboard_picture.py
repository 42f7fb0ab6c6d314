#!/usr/bin/env python3
"""usage: PROMETHEUS=URL dashboard_picture.py DASHBOARD SVG

Draws the panels of a Grafana dashboard from what Prometheus answers to their queries. It knows panels of time
series with the units that our dashboard uses, and says of anything else that it does not.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html import escape
from pathlib import Path

Line = list[tuple[float, float]]
"""Times in seconds, and values."""
Series = tuple[str, Line]
"""A line with its name."""

# What Grafana would choose for the window that is drawn, at a scrape each second.
RATE_INTERVAL = "15s"
WINDOW_SECONDS = 120
STEP_SECONDS = 2
VARIABLES = {"$__rate_interval": RATE_INTERVAL, "$job": ".+", "$instance": ".+"}

# Grafana's grid has 24 columns.
COLUMN, ROW, GAP, HEAD = 52, 30, 8, 46
COLOURS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"]
LEGEND_LINE, LEGEND_COLUMNS, MAX_LEGEND = 14, 2, 10
UNITS = {"reqps": "/s", "ops": "/s", "µs": " µs", "short": "", "percentunit": " %"}


def ask(query: str, end: int) -> list[dict]:
    """What Prometheus answers to a query, for the window that ends there."""
    for name, value in VARIABLES.items():
        query = query.replace(name, value)
    fields = {"query": query, "start": end - WINDOW_SECONDS, "end": end, "step": STEP_SECONDS}
    url = f"{os.environ['PROMETHEUS']}/api/v1/query_range?{urllib.parse.urlencode(fields)}"
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)["data"]["result"]


def named(pattern: str, labels: dict[str, str]) -> str:
    """The name of a series in the legend."""
    for label, value in labels.items():
        pattern = pattern.replace("{{" + label + "}}", value)
    return pattern


def series_of(panel: dict, end: int) -> list[Series]:
    """All series of a panel that have values."""
    found = []
    for target in panel["targets"]:
        for series in ask(target["expr"], end):
            values = [(at, float(value)) for at, value in series["values"]]
            values = [(at, value) for at, value in values if math.isfinite(value)]
            if values:
                found.append((named(target["legendFormat"], series["metric"]), values))
    return found


def ceiling(value: float) -> float:
    """The next round number."""
    if value <= 0:
        return 1.0
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value * 0.999)


def stacked(found: list[Series]) -> list[Series]:
    """Each series on top of those before."""
    sums, result = {}, []
    for name, values in found:
        line = []
        for at, value in values:
            sums[at] = sums.get(at, 0.0) + value
            line.append((at, sums[at]))
        result.append((name, line))
    return result


def pieces(line: Line) -> list[Line]:
    """A line is broken where there was nothing to tell."""
    found = []
    for point in line:
        if not found or point[0] - found[-1][-1][0] > STEP_SECONDS:
            found.append([])
        found[-1].append(point)
    return found


def number(value: float, unit: str) -> str:
    """A value of an axis."""
    if unit == "percentunit":
        value *= 100
    return (f"{value:,.0f}" if value >= 100 else f"{value:.3g}") + UNITS[unit]


@dataclass(frozen=True)
class Box:
    """A rectangle of the picture, in its own units."""

    left: float
    top: float
    right: float
    bottom: float


def draw(panel: dict, end: int) -> list[str]:
    """A panel as elements of SVG."""
    place, unit = panel["gridPos"], panel["fieldConfig"]["defaults"]["unit"]
    x, y = place["x"] * COLUMN + GAP, place["y"] * ROW + GAP + HEAD
    width, height = place["w"] * COLUMN - GAP, place["h"] * ROW - GAP
    parts = [
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" class="panel"/>',
        f'<text x="{x + 10}" y="{y + 20}" class="title">{escape(panel["title"])}</text>',
    ]
    found = series_of(panel, end)
    if not found:
        parts.append(f'<text x="{x + width / 2}" y="{y + height / 2}" class="none">the demo has none of these</text>')
        return parts
    legend = [name for name, _ in found[:MAX_LEGEND]]
    if panel["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"] == "normal":
        found = stacked(found)
    lines = math.ceil(len(legend) / LEGEND_COLUMNS)
    plot = Box(x + 58, y + 34, x + width - 12, y + height - 12 - lines * LEGEND_LINE - 14)
    most = 1.0 if unit == "percentunit" else ceiling(max(value for _, line in found for _, value in line))
    parts += grid(plot, most, unit) + times(plot, end)
    parts += [polyline(plot, piece, most, end, colour(index)) for index, piece in all_pieces(found)]
    return parts + draw_legend(legend, x + 12, plot.bottom + 30, width)


def colour(index: int) -> str:
    """The colour of a series."""
    return COLOURS[index % len(COLOURS)]


def all_pieces(found: list[Series]) -> list[tuple[int, Line]]:
    """The pieces of all series, each with the place of its series."""
    return [(index, piece) for index, (_, line) in enumerate(found) for piece in pieces(line)]


def grid(plot: Box, most: float, unit: str) -> list[str]:
    """Lines at nothing, at half and at the top, and what they stand for."""
    parts = []
    for part in (0, 0.5, 1):
        at = plot.bottom - (plot.bottom - plot.top) * part
        parts.append(f'<path d="M{plot.left} {at:.1f}H{plot.right}" class="grid"/>')
        label = number(most * part, unit)
        parts.append(f'<text x="{plot.left - 6}" y="{at + 4:.1f}" class="axis end">{label}</text>')
    return parts


def times(plot: Box, end: int) -> list[str]:
    """The times below a plot."""
    parts = []
    for seconds, anchor in ((0, "start"), (60, "middle"), (120, "end")):
        at = end - WINDOW_SECONDS + seconds
        place = f'x="{across(plot, at, end):.1f}" y="{plot.bottom + 13:.1f}"'
        label = time.strftime("%H:%M:%S", time.gmtime(at))
        parts.append(f'<text {place} class="axis" text-anchor="{anchor}">{label}</text>')
    return parts


def across(plot: Box, at: float, end: int) -> float:
    """Where a time is."""
    return plot.left + (plot.right - plot.left) * (at - (end - WINDOW_SECONDS)) / WINDOW_SECONDS


def polyline(plot: Box, line: Line, most: float, end: int, stroke: str) -> str:
    """A line; `most` is the value at the top."""
    height = plot.bottom - plot.top
    points = " ".join(f"{across(plot, at, end):.1f},{plot.bottom - height * value / most:.1f}" for at, value in line)
    return f'<polyline points="{points}" stroke="{stroke}"/>'


def draw_legend(names: list[str], left: float, top: float, width: float) -> list[str]:
    """Names by their colours, in columns."""
    parts = []
    for index, name in enumerate(names):
        x = left + (index % LEGEND_COLUMNS) * (width - 20) / LEGEND_COLUMNS
        y = top + index // LEGEND_COLUMNS * LEGEND_LINE
        parts.append(f'<rect x="{x:.1f}" y="{y - 7:.1f}" width="10" height="3" fill="{colour(index)}"/>')
        parts.append(f'<text x="{x + 14:.1f}" y="{y:.1f}" class="axis">{escape(name)}</text>')
    return parts


STYLE = """
.page { fill: #f4f5f5 } .panel { fill: #fff; stroke: #dcdddd } .grid { stroke: #e6e7e7 }
polyline { fill: none; stroke-width: 1.5 }
text { font-family: Inter, Helvetica, Arial, sans-serif; fill: #24292e }
.head { font-size: 18px; font-weight: 600 } .title { font-size: 13px; font-weight: 600 }
.axis { font-size: 11px; fill: #555 } .end { text-anchor: end }
.none { font-size: 12px; fill: #888; text-anchor: middle }
"""


def page(dashboard: dict, end: int) -> list[str]:
    """The whole picture as elements of SVG."""
    width = 24 * COLUMN + GAP
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"])
    height = rows * ROW + GAP + HEAD
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" class="page"/>',
        f'<text x="{GAP + 4}" y="32" class="head">{escape(dashboard["title"])}</text>',
        *(part for panel in dashboard["panels"] for part in draw(panel, end)),
        "</svg>",
    ]


def is_known(panel: dict) -> bool:
    """Whether such a panel can be drawn here."""
    return panel["type"] == "timeseries" and panel["fieldConfig"]["defaults"]["unit"] in UNITS


def main() -> None:
    """Draws the whole dashboard."""
    source, picture = map(Path, sys.argv[1:])
    dashboard = json.loads(source.read_text(encoding="utf-8"))
    strange = [panel["title"] for panel in dashboard["panels"] if not is_known(panel)]
    if strange:
        sys.exit(f"no way to draw these panels is known here: {', '.join(strange)}")
    picture.write_text("\n".join(page(dashboard, int(time.time()))) + "\n", encoding="utf-8")


main()

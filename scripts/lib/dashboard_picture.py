#!/usr/bin/env python3
"""usage: PROMETHEUS=URL dashboard_picture.py DASHBOARD SVG

Draws the panels of a Grafana dashboard from what Prometheus answers to their queries. It knows panels of time
series with the units that our dashboard uses, and says of anything else that it does not.
"""

import json
import math
import os
import sys
import time
import urllib.parse
import urllib.request
from html import escape

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


def ask(query, end):
    for name, value in VARIABLES.items():
        query = query.replace(name, value)
    fields = {"query": query, "start": end - WINDOW_SECONDS, "end": end, "step": STEP_SECONDS}
    url = f"{os.environ['PROMETHEUS']}/api/v1/query_range?{urllib.parse.urlencode(fields)}"
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)["data"]["result"]


def named(pattern, labels):
    for label, value in labels.items():
        pattern = pattern.replace("{{" + label + "}}", value)
    return pattern


def series_of(panel, end):
    found = []
    for target in panel["targets"]:
        for series in ask(target["expr"], end):
            values = [(at, float(value)) for at, value in series["values"]]
            values = [(at, value) for at, value in values if math.isfinite(value)]
            if values:
                found.append((named(target["legendFormat"], series["metric"]), values))
    return found


def ceiling(value):
    """The next round number."""
    if value <= 0:
        return 1.0
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value * 0.999)


def stacked(found):
    sums, result = {}, []
    for name, values in found:
        line = []
        for at, value in values:
            sums[at] = sums.get(at, 0.0) + value
            line.append((at, sums[at]))
        result.append((name, line))
    return result


def pieces(line):
    """A line is broken where there was nothing to tell."""
    found = []
    for point in line:
        if not found or point[0] - found[-1][-1][0] > STEP_SECONDS:
            found.append([])
        found[-1].append(point)
    return found


def number(value, unit):
    if unit == "percentunit":
        value *= 100
    return (f"{value:,.0f}" if value >= 100 else f"{value:.3g}") + UNITS[unit]


def draw(panel, end):
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
    legend = found[:MAX_LEGEND]
    if panel["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"] == "normal":
        found = stacked(found)
    lines = math.ceil(len(legend) / LEGEND_COLUMNS)
    left, top = x + 58, y + 34
    right, bottom = x + width - 12, y + height - 12 - lines * LEGEND_LINE - 14
    most = 1.0 if unit == "percentunit" else ceiling(max(value for _, line in found for _, value in line))
    across = lambda at: left + (right - left) * (at - (end - WINDOW_SECONDS)) / WINDOW_SECONDS
    up = lambda value: bottom - (bottom - top) * value / most
    for part in (0, 0.5, 1):
        at = up(most * part)
        parts.append(f'<path d="M{left} {at:.1f}H{right}" class="grid"/>')
        parts.append(f'<text x="{left - 6}" y="{at + 4:.1f}" class="axis end">{number(most * part, unit)}</text>')
    for seconds in (0, 60, 120):
        label = time.strftime("%H:%M:%S", time.gmtime(end - WINDOW_SECONDS + seconds))
        anchor = {0: "start", 60: "middle", 120: "end"}[seconds]
        at = across(end - WINDOW_SECONDS + seconds)
        parts.append(f'<text x="{at:.1f}" y="{bottom + 13:.1f}" class="axis" text-anchor="{anchor}">{label}</text>')
    for index, (name, line) in enumerate(found):
        for piece in pieces(line):
            points = " ".join(f"{across(at):.1f},{up(value):.1f}" for at, value in piece)
            parts.append(f'<polyline points="{points}" stroke="{COLOURS[index % len(COLOURS)]}"/>')
    for index, (name, _) in enumerate(legend):
        at_x = x + 12 + (index % LEGEND_COLUMNS) * (width - 20) / LEGEND_COLUMNS
        at_y = bottom + 30 + index // LEGEND_COLUMNS * LEGEND_LINE
        parts.append(
            f'<rect x="{at_x:.1f}" y="{at_y - 7:.1f}" width="10" height="3" fill="{COLOURS[index % len(COLOURS)]}"/>'
        )
        parts.append(f'<text x="{at_x + 14:.1f}" y="{at_y:.1f}" class="axis">{escape(name)}</text>')
    return parts


STYLE = """
.page { fill: #f4f5f5 } .panel { fill: #fff; stroke: #dcdddd } .grid { stroke: #e6e7e7 }
polyline { fill: none; stroke-width: 1.5 }
text { font-family: Inter, Helvetica, Arial, sans-serif; fill: #24292e }
.head { font-size: 18px; font-weight: 600 } .title { font-size: 13px; font-weight: 600 }
.axis { font-size: 11px; fill: #555 } .end { text-anchor: end } .none { font-size: 12px; fill: #888; text-anchor: middle }
"""


def main():
    dashboard, picture = sys.argv[1:]
    with open(dashboard, encoding="utf-8") as file:
        dashboard = json.load(file)
    strange = [
        panel["title"]
        for panel in dashboard["panels"]
        if panel["type"] != "timeseries" or panel["fieldConfig"]["defaults"]["unit"] not in UNITS
    ]
    if strange:
        sys.exit(f"no way to draw these panels is known here: {', '.join(strange)}")
    end = int(time.time())
    parts = [part for panel in dashboard["panels"] for part in draw(panel, end)]
    width = 24 * COLUMN + GAP
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"]) * ROW + GAP + HEAD
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    title = f'<text x="{GAP + 4}" y="32" class="head">{escape(dashboard["title"])}</text>'
    with open(picture, "w", encoding="utf-8") as file:
        file.write(
            "\n".join(
                [
                    head,
                    f"<style>{STYLE}</style>",
                    f'<rect width="{width}" height="{height}" class="page"/>',
                    title,
                    *parts,
                    "</svg>",
                ]
            )
            + "\n"
        )


main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""What a bench found: rows in build/bench/NAME.json, and a table for people."""
import json
import os

FIELDS = ("case", "metric", "value", "unit", "peer", "peer_value", "ratio", "bar", "ok", "command")


class Report:
    """bar: the most that `ratio` may be (least: the least), or `value` in a row without a peer; None: there
    is none."""

    def __init__(self, name, command):
        self.name, self.command, self.rows = name, command, []

    def add(self, case, metric, value, unit, peer=None, peer_value=None, ratio=None, low=None,
            high=None, bar=None, beyond=False, least=False):
        """low, high: the ratio's interval. beyond: the bar is missed only when all of it is over."""
        judged = ratio if peer else value
        if beyond and low is not None:
            judged = high if least else low
        row = dict(zip(FIELDS, (case, metric, value, unit, peer, peer_value, ratio, bar,
                                None if bar is None else judged >= bar if least else judged <= bar,
                                self.command)))
        row.update(ratio_low=low, ratio_high=high, bar_is="least" if least else "most")
        self.rows.append(row)

    def add_ratio(self, case, metric, unit, peer, ratio, scale=1.0, bar=None, beyond=False, least=False):
        """ratio: a measure.Ratio, whose values are multiplied for `unit`."""
        self.add(case, metric, ratio.value * scale, unit, peer, ratio.peer_value * scale, ratio.ratio,
                 ratio.low, ratio.high, bar, beyond, least)

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        new = path.with_suffix(".new")
        new.write_text(json.dumps(self.rows, indent=1) + "\n")
        os.replace(new, path)
        return path

    def missed(self):
        return [row for row in self.rows if row["ok"] is False]

    def table(self, rows=None):
        """Ratios first."""
        lines = [("ratio", "interval", "bar", "", "value", "peer's", "unit", "case", "metric", "peer")]
        for row in self.rows if rows is None else rows:
            low, high = row["ratio_low"], row["ratio_high"]
            verdict = {None: "", True: "ok", False: "MISSED"}[row["ok"]]
            lines.append((short(row["ratio"]),
                          "" if low is None else f"{low:.3f}-{high:.3f}",
                          "" if row["bar"] is None else f"{row['bar']:g}", verdict,
                          short(row["value"]), short(row["peer_value"]), row["unit"], row["case"],
                          row["metric"], row["peer"] or ""))
        return columns(lines, left=(3, 6, 7, 8, 9))


def short(value):
    """Four digits that count."""
    if value is None:
        return ""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 1000 else f"{value:.0f}"


def columns(lines, left=()):
    """Text in columns, flushed right but for those in `left`."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) if i in left else cell.rjust(width)
                  for i, (cell, width) in enumerate(zip(line, widths))).rstrip()
        for line in lines)

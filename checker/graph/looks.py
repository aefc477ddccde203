"""Colours of drawings, shared by DOT and our own SVG."""

from __future__ import annotations

from checker.graph.drawing import Look

FONT = "Helvetica"
RED, GREY, INK = "#c62828", "#757575", "#263238"
FILLS: dict[Look, tuple[str, str]] = {  # look -> (background, border)
    "plain": ("#ffffff", "#546e7a"),
    "done": ("#e3f4e4", "#2e7d32"),
    "stuck": ("#fff3d6", "#b26a00"),
    "violated": ("#fde3e1", RED),
    "failure": (RED, RED),
    "unexplored": ("#f2f2f2", "#9e9e9e"),
}

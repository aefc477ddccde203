"""What every node of the surface tree has."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.source import Span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    span: Span

"""What every node of the surface tree has."""

from __future__ import annotations

from msgspec import Struct

from checker.language.source import Span


class Node(Struct, frozen=True, kw_only=True, eq=False):
    span: Span

"""Imported protocols, read and merged into the importing one."""

from __future__ import annotations

from checker.language import tree
from checker.language.diagnostics import Diagnostic


def with_imports(protocol: tree.Protocol, spec: tree.Spec | None) -> tuple[tree.Protocol, tree.Spec | None, list[Diagnostic]]:
    """The protocol and the spec with imports resolved, and what was wrong."""
    return protocol, spec, []

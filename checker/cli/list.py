"""`teamcheck list`: what protocols there are, with their specs, instances, fault models, properties and expectations."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from checker.language import tree
    from checker.language.source import Source, Span


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="protocols, specs or folders (default: protocols/ and specs/)")


def run(arguments: argparse.Namespace) -> int:
    from checker.cli.files import expand
    from checker.language.diagnostics import BadInput, Diagnostic
    from checker.report.terminal import style_of, visible

    paths = expand(arguments.paths, (".team", ".spec"), ("protocols", "specs"))
    specs = {os.path.normpath(p): None for p in paths if p.endswith(".spec")}
    protocols: dict[str, list[tuple[Source, tree.Spec]]] = {os.path.normpath(p): [] for p in paths if not p.endswith(".spec")}
    errors: list[Diagnostic] = []
    for path in specs:
        try:
            source, spec = _spec(path)
            protocols.setdefault(os.path.normpath(os.path.join(os.path.dirname(path), spec.path)), []).append((source, spec))
        except BadInput as bad:
            errors += bad.diagnostics
    style = style_of(sys.stdout)
    for path, known in sorted(protocols.items()):
        try:
            lines = _protocol_lines(path, style.width)
        except BadInput as bad:
            errors += bad.diagnostics
            continue
        sys.stdout.write(style.tint(lines[0], "bold") + "\n")
        rest = lines[1:] + [line for source, spec in known for line in _spec_lines(source, spec, style.width)]
        sys.stdout.write("".join(visible(line) + "\n" for line in rest) + "\n")
    if errors:
        raise BadInput(errors)
    return 0


def _spec(path: str) -> tuple[Source, tree.Spec]:
    from checker.language.parse import parse_spec, read_source

    source = read_source(path)
    return source, parse_spec(source)


def _protocol_lines(path: str, width: int) -> list[str]:
    from checker.language.parse import parse_protocol, read_source
    from checker.report.terminal import wrapped

    source = read_source(path)
    protocol = parse_protocol(source)
    lines = [f"{protocol.name}  {path}"]
    if protocol.doc:
        lines += wrapped(protocol.doc.strip().split("\n\n")[0], width, "  ")
    if protocol.parameters:
        parameters = ", ".join(_between(source, p.span) for p in protocol.parameters)
        lines += wrapped(parameters, width, "  parameters  ")
    return lines


def _spec_lines(source: Source, spec: tree.Spec, width: int) -> list[str]:
    from checker.report.terminal import wrapped

    instances = [f"{i.name} ({_bindings(source, i)})" if i.bindings else i.name for i in spec.instances] or ["default"]
    faults = ["none", *(_faults(source, f) for f in spec.faults if f.name != "none")]
    lines = [f"  {source.path}"]
    lines += wrapped(", ".join(instances), width, "    instances   ")
    lines += wrapped(", ".join(faults), width, "    faults      ")
    names = [_title(p) for p in spec.properties]
    column = min(max(map(len, names), default=0), 44)
    for place, (property, name) in enumerate(zip(spec.properties, names, strict=True)):
        expected = _expectation(spec, property)
        head = "    properties  " if place == 0 else " " * 16
        lines.append(head + (f"{name:<{column}}  {expected}" if expected else name))
    return lines


def _title(property: tree.PropertyDecl) -> str:
    from checker.language import tree

    match property:
        case tree.StateProperty():
            return f"{property.kind} {property.name}"
        case tree.Whenever():
            return f"whenever {property.name}"
        case tree.Absence():
            return property.name
        case tree.Spending():
            from checker.language.checking.written import whole

            return f"{property.meter} <= {whole(property.bound)}"
    raise TypeError(property)


def _expectation(spec: tree.Spec, property: tree.PropertyDecl) -> str:
    """`expected violated in pair under one_crash`, or "" where it is expected to hold everywhere."""
    from checker.language import tree

    name = property.name  # type: ignore[attr-defined]
    parts = []
    for expectation in spec.expectations:
        if isinstance(expectation, tree.ExpectViolated) and any(p.name == name for p in expectation.properties):
            where = _names(" in ", expectation.instances) + _names(" under ", expectation.faults)
            parts.append(f"expected {expectation.word}{where}")
    return "; ".join(parts)


def _names(word: str, names: Sequence[tree.Name]) -> str:
    return word + ", ".join(n.name for n in names) if names else ""


def _bindings(source: Source, instance: tree.InstanceDecl) -> str:
    return ", ".join(f"{name} = {_between(source, value.span)}" for name, value in instance.bindings)


def _faults(source: Source, faults: tree.FaultsDecl) -> str:
    items: Iterable[str] = (_between(source, item.span) for item in faults.items)
    return f"{faults.name} ({', '.join(items) or 'none'})"


def _between(source: Source, span: Span) -> str:
    """The text of a span, its blanks and line ends as one blank each."""
    lines = [source.line(n) for n in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return " ".join(" ".join(lines).split())

"""Protocols and specs as text, checked; errors as text."""

from __future__ import annotations

from checker.language.check import check
from checker.language.checked import Checked
from checker.language.diagnostics import BadInput, Diagnostic
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source, Span

HEAD = "protocol p(workers: 0..6 = 2)\n"
SPEC = 'spec p for "p.team"\n'


def with_heads(protocol: str, spec: str | None) -> tuple[str, str | None]:
    """The texts, with first lines where they have none."""
    if not protocol.lstrip().startswith(("protocol ", '"""')):
        protocol = HEAD + protocol
    if spec is not None and not spec.lstrip().startswith(("spec ", '"""')):
        spec = SPEC + spec
    return protocol, spec


def checked(protocol: str, spec: str | None = None, instance: str | None = None, **overrides: str) -> Checked:
    """The checked protocol. Raises BadInput."""
    protocol, spec = with_heads(protocol, spec)
    tree = parse_protocol(Source("p.team", protocol))
    return check(tree, None if spec is None else parse_spec(Source("p.spec", spec)), instance, overrides)


def errors(protocol: str, spec: str | None = None, instance: str | None = None, **overrides: str) -> list[Diagnostic]:
    """What is wrong, in order."""
    try:
        checked(protocol, spec, instance, **overrides)
    except BadInput as bad:
        return list(bad.diagnostics)
    return []


def codes(protocol: str, spec: str | None = None, instance: str | None = None, **overrides: str) -> list[str]:
    return [d.code for d in errors(protocol, spec, instance, **overrides)]


def shown(found: list[Diagnostic], texts: dict[str, str]) -> str:
    """The errors as a golden file has them: code, place and the text there, title, label, help, related places."""
    lines: list[str] = []
    for d in found:
        lines.append(f"{d.code} {_place(d.span, texts)}")
        lines.append(f"    {d.title_text}")
        lines += [f"    ^ {d.label_text}"] if d.label_text else []
        lines += [f"    help: {d.help_text}"] if d.help_text else []
        lines += [f"    {_place(span, texts)} {text}" for span, text in d.related]
    return "\n".join(lines)


def _place(span: Span | None, texts: dict[str, str]) -> str:
    if span is None:
        return "-"
    line = texts[span.file].split("\n")[span.line - 1]
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    more = "" if span.end_line == span.line else " ..."
    return f"{span.file}:{span.line}:{span.column} [{line[span.column - 1 : end]}{more}]"

"""Mutants of protocols: one small change each, of the kind that people make, so that some of them break what they should keep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from checker.language import tree
from checker.language.checking.walk import nodes
from checker.language.parse import parse_protocol
from checker.language.source import Source, Span

TURNED = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "in": "not in", "not in": "in"}


def mutants(path: Path) -> Iterator[tuple[str, str]]:
    """(what was changed, the whole text) for each mutant of a protocol, in the order of the text. Not all of them pass the checks."""
    text = path.read_text(encoding="utf-8")
    protocol = parse_protocol(Source(str(path), text))
    members = [member.name for node in protocol.declarations if isinstance(node, tree.EnumDecl) for member in node.members]
    for declaration in protocol.declarations:
        if not isinstance(declaration, tree.RoleDecl | tree.DefDecl):
            continue
        for node in nodes(declaration):
            for span, instead in (*_changes(node, text, members), *_one_more(node, text)):
                old = cut(text, span)
                if old != instead:
                    yield f"line {span.line}: `{old}` -> `{instead}`", put(text, span, instead)


def _changes(node: tree.Node, text: str, members: list[str]) -> Iterator[tuple[Span, str]]:
    match node:
        case tree.Binary(operator="and" | "or"):
            yield node.span, cut(text, node.left.span)
            yield node.span, cut(text, node.right.span)
        case tree.Binary(operator=operator) if operator in TURNED:
            yield node.span, f"{cut(text, node.left.span)} {TURNED[operator]} {cut(text, node.right.span)}"
        case tree.Assign():
            yield node.span, "pass"
        case tree.Send():
            yield node.span, "pass"
        case tree.Name(name=name) if name in members:
            others = [member for member in members if member != name]
            yield node.span, others[len(text) % len(others)] if others else name
        case tree.Action(guard=guard) if guard is not None:
            yield guard.span, "true"


def _one_more(node: tree.Node, text: str) -> Iterator[tuple[Span, str]]:
    """Off by one, and the other way round."""
    match node:
        case tree.Binary(right=tree.Number() as number) | tree.Assign(value=tree.Number() as number):
            yield number.span, str(number.value + 1)
        case tree.Assign(operator="+=" | "-=" as operator):
            other = "-=" if operator == "+=" else "+="
            yield node.span, cut(text, node.span).replace(operator, other, 1)


def cut(text: str, span: Span) -> str:
    start, end = _offsets(text, span)
    return text[start:end]


def put(text: str, span: Span, instead: str) -> str:
    start, end = _offsets(text, span)
    return text[:start] + instead + text[end:]


def _offsets(text: str, span: Span) -> tuple[int, int]:
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1

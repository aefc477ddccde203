"""Imported protocols, read and merged into the importing one.

Before: a protocol with `import` declarations. After: one without need of other files: its own declarations, then those of the imported
files under qualified names (`lock.holder`). What `with` binds has the name that it was bound to, and its declaration is gone; an imported role
that was bound has become one more block of ours, its variables and actions qualified. Parameters of an imported file are consts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from checker.language import tree
from checker.language.checking.errors import import_errors, limit_errors
from checker.language.checking.walk import MOST_DEPTH, deeper_than
from checker.language.diagnostics import BadInput, Diagnostic, nearest
from checker.language.renaming import Alias, Renaming
from checker.language.source import Span

MOST_FILES = 200  # that are imported, directly or by imported ones

Declared: TypeAlias = (
    tree.Parameter
    | tree.EnumDecl
    | tree.TypeAlias
    | tree.RecordDecl
    | tree.IdsDecl
    | tree.ConstDecl
    | tree.VarDecl
    | tree.MessageDecl
    | tree.DefDecl
    | tree.RoleDecl
)

_KIND: dict[type[tree.Node], str] = {
    tree.Parameter: "parameter",
    tree.ConstDecl: "const",
    tree.EnumDecl: "enum",
    tree.TypeAlias: "type",
    tree.RecordDecl: "record",
    tree.IdsDecl: "ids",
    tree.RoleDecl: "role",
    tree.VarDecl: "shared variable",
    tree.MessageDecl: "message",
    tree.DefDecl: "def",
}
_VALUES = (tree.Parameter, tree.ConstDecl, tree.VarDecl, tree.RoleDecl)  # their names may stand for values
_BINDS_TO = {
    "enum": ("enum",),
    "type": ("type", "enum", "record", "ids", "role"),
    "record": ("record",),
    "ids": ("ids", "role"),
    "role": ("role",),
    "shared variable": ("shared variable",),
    "message": ("message",),
}


class Agreement(Struct, frozen=True, kw_only=True):
    """`theirs`, a declaration of an imported file with its names replaced, is bound to `ours` and must have the same type."""

    theirs: tree.Declaration
    name: str
    ours: str
    span: Span


class Merged(Struct):
    protocol: tree.Protocol
    spec: tree.Spec | None = None
    problems: list[Diagnostic] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    prefixes: set[tuple[str, str]] = field(default_factory=set)  # an imported file, and what its names begin with here
    qualified: set[str] = field(default_factory=set)  # variables and activities that imports brought to roles


def with_imports(protocol: tree.Protocol, spec: tree.Spec | None) -> Merged:
    """The protocol and the spec with imports resolved, and what was wrong."""
    if not any(isinstance(node, tree.Import) for node in protocol.declarations):
        return Merged(protocol, spec)
    merged, renaming = _merge(protocol, (os.path.realpath(protocol.span.file),), [])
    if spec is not None:
        merged.spec = renaming.of(spec)
        merged.problems += [p for p in renaming.problems if p not in merged.problems]
    return merged


def _merge(protocol: tree.Protocol, reading: tuple[str, ...], read: list[str]) -> tuple[Merged, Renaming]:
    """The protocol with its imports merged into it, and how its own text was renamed.

    `reading`: the files that are being read, one for another; `read`: each file as often as it was read so far.
    """
    merged = Merged(protocol)
    ours = Renaming(messages={d.name for d in protocol.declarations if isinstance(d, tree.MessageDecl)}, problems=merged.problems)
    imported: list[tuple[tree.Import, Merged]] = []
    for node in protocol.declarations:
        if isinstance(node, tree.Import):
            inner = _read(merged, node, protocol.span.file, reading, read)
            if inner is not None:
                imported.append((node, inner))
    for node, inner in imported:
        ours.aliases[node.alias] = Alias(path=node.path, names=_plain_names(node, inner))
    brought: list[tree.Declaration] = []
    for node, inner in imported:
        brought += _Import(merged, node, inner, protocol, ours).declarations()
    own = replace(protocol, declarations=tuple(ours.of(node) for node in protocol.declarations))
    merged.qualified = ours.qualified
    merged.protocol = replace(own, declarations=(*own.declarations, *brought))
    return merged, ours


def _read(merged: Merged, node: tree.Import, importing: str, reading: tuple[str, ...], read: list[str]) -> Merged | None:
    from checker.language.parse import parse_protocol, read_source

    path = os.path.normpath(os.path.join(os.path.dirname(importing), node.path))
    real = os.path.realpath(path)
    read.append(real)
    if len(read) > MOST_FILES:
        if len(read) == MOST_FILES + 1:
            merged.problems.append(limit_errors.TooManyImports(span=node.span, most=MOST_FILES))
        return None
    if real in reading:
        chain = " -> ".join(os.path.basename(p) for p in (*reading[reading.index(real) :], real))
        merged.problems.append(import_errors.ImportCycle(span=node.span, path=node.path, chain=chain))
        return None
    try:
        parsed = parse_protocol(read_source(path))
    except BadInput as bad:
        placed = [d for d in bad.diagnostics if d.span is not None]
        merged.problems += placed
        for other in bad.diagnostics:
            if other.span is None:
                merged.problems.append(import_errors.ImportFailed(span=node.span, path=node.path, why=other.title_text))
        return None
    deep = deeper_than(MOST_DEPTH, parsed)
    if deep is not None:
        merged.problems.append(limit_errors.TooDeep(span=deep.span, most=MOST_DEPTH))
        return None
    inner, _ = _merge(parsed, (*reading, real), read)
    merged.prefixes |= {(path, f"{node.alias}."), *((file, f"{node.alias}.{prefix}") for file, prefix in inner.prefixes)}
    merged.problems += inner.problems
    merged.agreements += inner.agreements
    return inner


def _declared(protocol: tree.Protocol) -> Iterator[tuple[str, Declared]]:
    """The names of a merged protocol with their first declarations."""
    seen: set[str] = set()
    for node in (*protocol.parameters, *protocol.declarations):
        if not isinstance(node, (tree.Import, tree.MeterDecl, tree.DoneDecl)):
            name: str = node.name  # type: ignore[attr-defined]
            if name not in seen:
                seen.add(name)
                yield name, node  # type: ignore[misc]


def _plain_names(node: tree.Import, inner: Merged) -> dict[str, str]:
    """What each name of the imported file is called here."""
    bound = dict(node.bindings)
    names: dict[str, str] = {}
    for name, declaration in _declared(inner.protocol):
        names[name] = f"{node.alias}.{name}"
        if name in bound and _KIND[type(declaration)] in _BINDS_TO:
            names[name] = _written_name(bound[name]) or names[name]
    return names


def _written_name(node: tree.Expr) -> str | None:
    """`a.b` as text."""
    if isinstance(node, tree.Name):
        return node.name
    of = _written_name(node.of) if isinstance(node, tree.Field) else None
    return f"{of}.{node.name}" if of is not None and isinstance(node, tree.Field) else None


class _Import:
    """One import: what it brings to the importing protocol."""

    def __init__(self, merged: Merged, node: tree.Import, inner: Merged, host: tree.Protocol, ours: Renaming) -> None:
        self.merged, self.node, self.inner, self.ours = merged, node, inner, ours
        self.host = {name: _KIND[type(d)] for name, d in _declared(host)}
        self.declared = dict(_declared(inner.protocol))
        self.values: dict[str, tree.Expr] = {}
        self.bound: dict[str, tuple[str, Span]] = {}
        self._bindings()
        alias = ours.aliases[node.alias]
        for name, (target, _) in self.bound.items():
            alias.names[name] = target
        for name in self.declared:
            if name not in self.bound:
                alias.names[name] = f"{node.alias}.{name}"
        self.theirs = self._renaming(alias.names)
        ours.qualified |= inner.qualified

    def _bindings(self) -> None:
        """Sort what `with` binds into values and names; report what cannot be bound."""
        given: set[str] = set()
        for name, value in self.node.bindings:
            if name in given:
                self.merged.problems.append(import_errors.BindingTwice(span=value.span, name=name))
            elif name not in self.declared:
                self._not_there(name, value)
            else:
                self._bind(name, value, self.declared[name])
            given.add(name)

    def _not_there(self, name: str, value: tree.Expr) -> None:
        names = [n for n in self.declared if "." not in n]
        meant = nearest(name, names)
        self.merged.problems.append(
            import_errors.NotInImport(
                span=value.span,
                name=name,
                alias=self.node.alias,
                path=self.node.path,
                names=", ".join(names) or "nothing",
                advice=f"write `{meant}`" if meant is not None else "",
            )
        )

    def _bind(self, name: str, value: tree.Expr, declaration: Declared) -> None:
        kind = _KIND[type(declaration)]
        if kind in ("parameter", "const"):
            self.values[name] = self.ours.of(value)
            return
        if kind == "def":
            self.merged.problems.append(import_errors.CannotBind(span=value.span, name=name, what=kind))
            return
        target = _written_name(self.ours.of(value))
        if target is None or (self.host.get(target) not in _BINDS_TO[kind] and not self._brought(target)):
            given = _written_name(value) or "this"
            self.merged.problems.append(
                import_errors.BindingWanted(span=value.span, name=name, what=kind, wanted=_BINDS_TO[kind][0], given=given)
            )
            return
        self.bound[name] = (target, value.span)

    def _brought(self, target: str) -> bool:
        """Whether `target` is the qualified name of something that another import brings; its kind is checked as an agreement."""
        return any(target in alias.names.values() for name, alias in self.ours.aliases.items() if name != self.node.alias)

    def _renaming(self, names: dict[str, str]) -> Renaming:
        """How the imported text is renamed."""
        result = Renaming(names=dict(names), problems=self.merged.problems)
        enums = [d for d in self.declared.values() if isinstance(d, tree.EnumDecl)]
        members = [member.name for enum in enums for member in enum.members]
        for enum in enums:
            for member in enum.members:
                if members.count(member.name) == 1 and not isinstance(self.declared.get(member.name), _VALUES):
                    result.members[member.name] = names[enum.name]
        result.messages = {name for name, d in self.declared.items() if isinstance(d, tree.MessageDecl)}
        fields = {f.name for d in self.declared.values() if isinstance(d, tree.RecordDecl) for f in d.fields}
        for node in self.inner.protocol.declarations:
            if isinstance(node, tree.RoleDecl) and node.name in self.bound:
                variables = result.variables.setdefault(node.name, {})
                variables |= {v.name: f"{self.node.alias}.{v.name}" for v in node.variables}
                actions = result.actions.setdefault(node.name, {})
                actions |= {a.name: f"{self.node.alias}.{a.name}" for a in node.activities if isinstance(a, tree.Action)}
                result.parts |= {old: new for old, new in {**variables, **actions}.items() if old not in fields}
                handled = {
                    names[h.pattern.message]
                    for h in node.activities
                    if isinstance(h, tree.Handler) and h.pattern.message in names
                }
                self.ours.qualified |= {*variables.values(), *actions.values(), *handled}
        return result

    def declarations(self) -> list[tree.Declaration]:
        """The declarations of the imported file that are not bound, renamed; and blocks for roles that are."""
        result: list[tree.Declaration] = []
        for parameter in self.inner.protocol.parameters:
            result += self._constant(parameter.name, parameter.type, parameter.default, parameter)
        meters = {node.name for node in self.merged.protocol.declarations if isinstance(node, tree.MeterDecl)}
        for node in self.inner.protocol.declarations:
            match node:
                case tree.Import() | tree.DoneDecl():
                    continue
                case tree.MeterDecl():
                    result += [node] if node.name not in meters else []
                case tree.ConstDecl():
                    result += self._constant(node.name, node.type, node.value, node)
                case _:
                    result += self._declaration(node, node.name)  # type: ignore[attr-defined]
        return result

    def _constant(
        self, name: str, type: tree.TypeExpr, value: tree.Expr | None, node: tree.Parameter | tree.ConstDecl
    ) -> list[tree.Declaration]:
        new = self.theirs.names[name]
        own = self.values.get(name)
        if own is None and value is None:
            self.merged.problems.append(import_errors.ImportNeeds(span=self.node.span, name=name, alias=self.node.alias))
            return []
        given = own if own is not None else self.theirs.of(value) if value is not None else None
        return [tree.ConstDecl(span=node.span, name=new, name_span=node.name_span, type=self.theirs.of(type), value=given)]

    def _declaration(self, node: tree.Declaration, name: str) -> list[tree.Declaration]:
        renamed = self.theirs.of(node)
        if name not in self.bound:
            return [renamed]
        target, span = self.bound[name]
        self.merged.agreements.append(Agreement(theirs=renamed, name=name, ours=target, span=span))
        if not isinstance(renamed, tree.RoleDecl):
            return []
        return [replace(renamed, size=None, ordered=False, reentrant=False, starts_down=False)]

"""Trees with names replaced: those of an imported protocol become qualified, those written `alias.name` become what the import made of them.

Nodes below which nothing changes are kept. Names that the text itself binds are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from checker.language import tree
from checker.language.checking.errors import import_errors
from checker.language.diagnostics import Diagnostic, nearest
from checker.language.source import Span

Names = frozenset[str]
N = TypeVar("N", bound=tree.Node)
_ELEMENT = re.compile(r"(.*?)(0|[1-9][0-9]*)")


class Alias(Struct, frozen=True, kw_only=True):
    """An import as the importing file sees it: `names` gives for each name of the imported file the one it has here."""

    path: str
    names: dict[str, str]


class Renaming(Struct, kw_only=True):
    """What to replace.

    `names`: global names. `members`: enum member -> its enum's new name, where only one enum has it. `variables`, `actions`: role ->
    its own -> new name. `parts`: the same for agents, by the name after the dot. `messages`: the messages of the file. `aliases`: the
    imports of the file. `qualified`: the variables and activities that imports brought to roles, written `w.alias.name`.
    """

    names: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    actions: dict[str, dict[str, str]] = field(default_factory=dict)
    messages: set[str] = field(default_factory=set)
    aliases: dict[str, Alias] = field(default_factory=dict)
    qualified: set[str] = field(default_factory=set)
    problems: list[Diagnostic] = field(default_factory=list)
    own: dict[str, str] = field(default_factory=dict)  # the variables of the role whose block is being renamed

    def of(self, node: N, bound: Names = frozenset()) -> N:
        """`node` renamed, under the names bound around it."""
        special = _RULES.get(type(node))
        return special(self, node, bound) if special is not None else self.parts_of(node, bound)

    def parts_of(self, node: N, bound: Names, **changed: Any) -> N:
        """`node` with the nodes in it renamed."""
        for name in node.__struct_fields__:
            if name not in changed and name != "span":
                before = getattr(node, name)
                after = self.value(before, bound)
                if after is not before:
                    changed[name] = after
        changed = {name: value for name, value in changed.items() if value is not getattr(node, name)}
        return replace(node, **changed) if changed else node

    def value(self, value: Any, bound: Names) -> Any:
        """A field of a node: a node, a block, a tuple of nodes, or anything else."""
        if isinstance(value, tree.Node):
            return self.of(value, bound)
        if not isinstance(value, tuple) or not value:
            return value
        after = self.block(value, bound) if isinstance(value[0], tree.Statement) else tuple(self.value(v, bound) for v in value)
        return after if any(a is not b for a, b in zip(after, value, strict=True)) else value

    def block(self, block: tree.Block, bound: Names) -> tree.Block:
        after: list[tree.Statement] = []
        for statement in block:
            after.append(self.of(statement, bound))
            bound |= _binds(self, statement)
        return tuple(after)

    def name(self, name: str, span: Span) -> str:
        """The new form of a global name as written, dots included."""
        first, dot, rest = name.partition(".")
        if dot and first in self.aliases:
            alias = self.aliases[first]
            if rest in alias.names:
                return alias.names[rest]
            self.unknown(alias, first, rest, span)
            return name
        return self.names.get(name, name)

    def unknown(self, alias: Alias, first: str, rest: str, span: Span) -> None:
        meant = nearest(rest, alias.names)
        names = [name for name in alias.names if "." not in name]
        self.problems.append(
            import_errors.NotInImport(
                span=span,
                name=rest,
                alias=first,
                path=alias.path,
                names=", ".join(names) or "nothing",
                advice=f"write `{first}.{meant}`" if meant is not None else "",
            )
        )


def _binds(renaming: Renaming, node: tree.Statement) -> Names:
    """The names that a statement binds for those after it."""
    if isinstance(node, (tree.Let, tree.Choose)):
        return frozenset({node.name})
    if isinstance(node, tree.Await) and len(node.branches) == 1 and not node.branches[0].body:
        return _taken(renaming, node.branches[0].what)
    return frozenset()


def _taken(renaming: Renaming, what: tree.Awaitable) -> Names:
    """The names that an await binds where it goes on."""
    match what:
        case tree.AwaitMessage():
            return _pattern_names(what.pattern)
        case tree.AwaitCondition(condition=tree.Call() as call) if call.name in renaming.messages:
            return frozenset(a.name for a in call.arguments if isinstance(a, tree.Name))
    return frozenset()


def _pattern_names(pattern: tree.Pattern) -> Names:
    return frozenset({*(name for name in pattern.fields if name is not None), *([pattern.sender] if pattern.sender else [])})


# --- names -----------------------------------------------------------------------------------------------------


def _name(renaming: Renaming, node: tree.Name, bound: Names) -> tree.Expr:
    name = node.name
    if name in bound:
        return node
    if name in renaming.members and name not in renaming.own:
        enum = tree.Name(span=node.span, name=renaming.members[name])
        return tree.Field(span=node.span, of=enum, name=name, name_span=node.span)
    new = renaming.own.get(name) or renaming.names.get(name)
    if new is not None:
        if new in bound:
            renaming.problems.append(import_errors.Captured(span=node.span, name=name, ours=new))
        return replace(node, name=new) if new != name else node
    match = _ELEMENT.fullmatch(name)
    if match and match[1] in renaming.names:
        return replace(node, name=renaming.names[match[1]] + match[2])
    return node


def _path(node: tree.Expr) -> list[tree.Expr]:
    """`a.b.c` as its parts `a`, `a.b`, `a.b.c`; nothing when it does not start with a name."""
    parts: list[tree.Expr] = []
    while isinstance(node, tree.Field):
        parts.append(node)
        node = node.of
    return [node, *reversed(parts)] if isinstance(node, tree.Name) else []


def _field(renaming: Renaming, node: tree.Field, bound: Names) -> tree.Expr:
    path = _path(node)
    first = path[0] if path else None
    if isinstance(first, tree.Name) and first.name in renaming.aliases and first.name not in bound:
        return _of_import(renaming, renaming.aliases[first.name], first.name, path)
    joined = _of_agent(renaming, node)
    if joined is not None:
        return renaming.parts_of(joined, bound)
    new = renaming.parts.get(node.name, node.name)
    return renaming.parts_of(node, bound, name=new) if new != node.name else renaming.parts_of(node, bound)


def _of_import(renaming: Renaming, alias: Alias, first: str, path: list[tree.Expr]) -> tree.Expr:
    """`alias.name`, and the fields after it."""
    names = [part.name for part in path if isinstance(part, (tree.Name, tree.Field))]
    for end in range(len(names), 1, -1):
        new = _imported(alias, ".".join(names[1:end]))
        if new is not None:
            result: tree.Expr = tree.Name(span=path[end - 1].span, name=new)
            for part in path[end:]:
                assert isinstance(part, tree.Field)
                result = replace(part, of=result)
            return result
    renaming.unknown(alias, first, names[1], path[1].span)
    return path[-1]


def _imported(alias: Alias, name: str) -> str | None:
    if name in alias.names:
        return alias.names[name]
    match = _ELEMENT.fullmatch(name)
    return alias.names[match[1]] + match[2] if match and match[1] in alias.names else None


def _of_agent(renaming: Renaming, node: tree.Field) -> tree.Field | None:
    """`w.alias.name` as a field `alias.name` of `w`: the longest name that there is."""
    name, of = node.name, node.of
    found: tree.Field | None = None
    while isinstance(of, tree.Field):
        name = f"{of.name}.{name}"
        if name in renaming.qualified:
            found = replace(node, of=of.of, name=name, name_span=of.name_span.to(node.name_span))
        of = of.of
    return found


def _call(renaming: Renaming, node: tree.Call, bound: Names) -> tree.Call:
    return renaming.parts_of(node, bound, name=renaming.name(node.name, node.name_span))


# --- what binds names ------------------------------------------------------------------------------------------


def _quantifier(renaming: Renaming, node: tree.Quantifier, bound: Names) -> tree.Quantifier:
    binders: list[tree.Binder] = []
    for binder in node.binders:
        binders.append(renaming.parts_of(binder, bound))
        bound |= {binder.name}
    same = all(a is b for a, b in zip(binders, node.binders, strict=True))
    return renaming.parts_of(node, bound, binders=node.binders if same else tuple(binders))


def _with_binder(renaming: Renaming, node: Any, bound: Names) -> Any:
    """A `for`, or a map comprehension."""
    return renaming.parts_of(node, bound | {node.binder.name}, binder=renaming.parts_of(node.binder, bound))


def _choose(renaming: Renaming, node: tree.Choose, bound: Names) -> tree.Choose:
    domain = renaming.value(node.domain, bound)
    return renaming.parts_of(node, bound | {node.name}, domain=domain)


def _await_branch(renaming: Renaming, node: tree.AwaitBranch, bound: Names) -> tree.AwaitBranch:
    return renaming.parts_of(node, bound | _taken(renaming, node.what))


def _action(renaming: Renaming, node: tree.Action, bound: Names) -> tree.Action:
    parameters = renaming.value(node.parameters, bound)
    return renaming.parts_of(node, bound | {p.name for p in node.parameters}, parameters=parameters)


def _def(renaming: Renaming, node: tree.DefDecl, bound: Names) -> tree.DefDecl:
    parameters = renaming.value(node.parameters, bound)
    body = renaming.of(node.body, bound | {p.name for p in node.parameters})
    return renaming.parts_of(node, bound, name=renaming.names.get(node.name, node.name), parameters=parameters, body=body)


def _handler(renaming: Renaming, node: tree.Handler, bound: Names) -> tree.Handler:
    return renaming.parts_of(node, bound | _pattern_names(node.pattern))


def _pattern(renaming: Renaming, node: tree.Pattern, bound: Names) -> tree.Pattern:
    role = renaming.name(node.sender_role, node.span) if node.sender_role is not None else None
    return renaming.parts_of(node, bound, message=renaming.name(node.message, node.message_span), sender_role=role)


def _role(renaming: Renaming, node: tree.RoleDecl, bound: Names) -> tree.RoleDecl:
    variables, actions = renaming.variables.get(node.name, {}), renaming.actions.get(node.name, {})
    renaming.own = variables
    own_variables = tuple(replace(renaming.of(v, bound), name=variables.get(v.name, v.name)) for v in node.variables)
    activities: list[tree.Activity] = []
    for activity in node.activities:
        new = renaming.of(activity, bound | {"self"})
        activities.append(replace(new, name=actions.get(new.name, new.name)) if isinstance(new, tree.Action) else new)
    renaming.own = {}
    name = renaming.names.get(node.name, node.name)
    return renaming.parts_of(node, bound, name=name, variables=own_variables, activities=tuple(activities))


# --- names that are text ---------------------------------------------------------------------------------------


def _named(renaming: Renaming, node: Any, bound: Names) -> Any:
    """A declaration with a global name, or a named type."""
    return renaming.parts_of(node, bound, name=renaming.name(node.name, node.span))


def _enum(renaming: Renaming, node: tree.EnumDecl, bound: Names) -> tree.EnumDecl:
    new = renaming.names.get(node.name, node.name)
    return replace(node, name=new) if new != node.name else node


def _variable(renaming: Renaming, node: tree.VarDecl, bound: Names) -> tree.VarDecl:
    name = renaming.names.get(node.name, node.name) if node.kind == "shared" else node.name
    return renaming.parts_of(node, bound, name=name)


def _message(renaming: Renaming, node: tree.MessageDecl, bound: Names) -> tree.MessageDecl:
    name = renaming.names.get(node.name, node.name)
    return renaming.parts_of(node, bound, name=name, to=renaming.name(node.to, node.to_span))


def _sent(renaming: Renaming, node: Any, bound: Names) -> Any:
    return renaming.parts_of(node, bound, message=renaming.name(node.message, node.message_span))


def _fault(renaming: Renaming, node: tree.FaultItem, bound: Names) -> tree.FaultItem:
    return renaming.parts_of(node, bound, target=renaming.name(node.target, node.target_span))


def _absence(renaming: Renaming, node: tree.Absence, bound: Names) -> tree.Absence:
    on = renaming.name(node.on, node.on_span or node.span) if node.on is not None else None
    return replace(node, on=on) if on != node.on else node


def _same(renaming: Renaming, node: Any, bound: Names) -> Any:
    return node


_RULES: dict[type[tree.Node], Callable[[Renaming, Any, Names], Any]] = {
    tree.Name: _name,
    tree.Field: _field,
    tree.Call: _call,
    tree.Quantifier: _quantifier,
    tree.MapComprehension: _with_binder,
    tree.For: _with_binder,
    tree.Choose: _choose,
    tree.AwaitBranch: _await_branch,
    tree.Action: _action,
    tree.Handler: _handler,
    tree.Pattern: _pattern,
    tree.RoleDecl: _role,
    tree.DefDecl: _def,
    tree.NamedType: _named,
    tree.TypeAlias: _named,
    tree.RecordDecl: _named,
    tree.IdsDecl: _named,
    tree.ConstDecl: _named,
    tree.EnumDecl: _enum,
    tree.VarDecl: _variable,
    tree.MessageDecl: _message,
    tree.Send: _sent,
    tree.Broadcast: _sent,
    tree.FaultItem: _fault,
    tree.Absence: _absence,
    tree.Import: _same,
    tree.CheckDecl: _same,
    tree.ExpectViolated: _same,
    tree.ExpectCounts: _same,
}

"""Calls: defs, records, built-ins."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from checker.language import tree
from checker.language.checked import Builtin, Def
from checker.language.checking.context import Context, Scope
from checker.language.checking.errors import name_errors, type_errors, use_errors
from checker.language.checking.inference import expect, expect_number, infer, infer_rest, rule
from checker.language.checking.literals import record
from checker.language.checking.names import type_place
from checker.language.checking.observe import calls, spec_only
from checker.language.checking.relations import bare, join, ordered
from checker.language.checking.resolve import constant_number, def_named, named_type
from checker.language.checking.words import a, kind, nearest_help
from checker.language.checking.written import written
from checker.language.types import Int, Option, SeqOf, SetOf, Sort, Type, cardinality

BUILTINS = {
    "min": "min(a, b)",
    "max": "max(a, b)",
    "len": "len(s)",
    "first": "first(q)",
    "last": "last(q)",
    "rest": "rest(q)",
    "butlast": "butlast(q)",
    "append": "append(q, x)",
    "without": "without(q, x)",
    "next": "next(x)",
    "previous": "previous(x)",
    "next_in_ring": "next_in_ring(x)",
    "index": "index(x)",
    "waiting": "waiting(M)",
    "old": "old(e)",
}


@rule(tree.Call)
def call(ctx: Context, node: tree.Call, scope: Scope, hint: Type | None) -> Type | None:
    if node.name in ctx.def_decls:
        return _def(ctx, node, scope)
    if isinstance(ctx.type_decls.get(node.name), tree.RecordDecl):
        return record(ctx, node, scope)
    if node.name in BUILTINS:
        return _builtin(ctx, node, scope, hint)
    for argument in (*node.arguments, *(named.value for named in node.named)):
        infer_rest(ctx, argument, scope)
    if node.name in ctx.declared or node.name in scope.names:
        where, what = ctx.declared.get(node.name, (node.name_span, "local name"))
        local = scope.names.get(node.name)
        if local is not None and local.span is not None:
            where = local.span
        ctx.report(
            use_errors.NotCalled(span=node.name_span, name=node.name, what=kind(what), related=((where, "declared here"),))
        )
        return None
    records = [name for name, declaration in ctx.type_decls.items() if isinstance(declaration, tree.RecordDecl)]
    advice = nearest_help(node.name, [*ctx.def_decls, *records, *BUILTINS, "all", "any", "count", "sum", "those", "majority"])
    ctx.report(name_errors.UnknownFunction(span=node.name_span, name=node.name, advice=advice))
    return None


def _arity(ctx: Context, node: tree.Call, scope: Scope, counts: tuple[int, ...], signature: str) -> bool:
    if not node.named and len(node.arguments) in counts:
        return True
    for argument in (*node.arguments, *(named.value for named in node.named)):
        infer_rest(ctx, argument, scope)
    given = len(node.arguments) + len(node.named)
    problem = "its arguments are not named" if node.named else f"it takes {' or '.join(map(str, counts))}, and {given} are given"
    ctx.report(type_errors.Arguments(span=node.span, name=node.name, problem=problem, signature=signature))
    return False


def _def(ctx: Context, node: tree.Call, scope: Scope) -> Type | None:
    declaration = ctx.def_decls[node.name]
    info = def_named(ctx, node.name, node)
    signature = f"{node.name}({', '.join(p.name for p in declaration.parameters)})"
    if not _arity(ctx, node, scope, (len(declaration.parameters),), signature):
        return None
    if info is None:
        for argument in node.arguments:
            infer_rest(ctx, argument, scope)
        return None
    good = True
    for argument, (_, type) in zip(node.arguments, info.parameters, strict=True):
        good = expect(ctx, argument, scope, type) is not None and good
    if not calls(ctx, scope, node.span, node.name) or not good:
        return None
    ctx.checked.symbols[id(node)] = Def(node.name)
    return info.type


def _builtin(ctx: Context, node: tree.Call, scope: Scope, hint: Type | None) -> Type | None:
    counts = {"min": (2,), "max": (2,), "append": (2,), "without": (2,), "waiting": (1, 2)}.get(node.name, (1,))
    if not _arity(ctx, node, scope, counts, BUILTINS[node.name]):
        return None
    found = _TYPES[node.name](ctx, node, scope, hint)
    if found is not None:
        ctx.checked.symbols[id(node)] = Builtin(node.name)
    return found


# --- built-ins -----------------------------------------------------------------------------------------------------


def _extreme(ctx: Context, node: tree.Call, scope: Scope, hint: Type | None) -> Type | None:
    left, right = (expect_number(ctx, argument, scope) for argument in node.arguments)
    if left is None or right is None:
        return None
    pick = min if node.name == "min" else max
    return Int(pick(left.low, right.low), pick(left.high, right.high))


def _len(ctx: Context, node: tree.Call, scope: Scope, hint: Type | None) -> Type | None:
    found = infer(ctx, node.arguments[0], scope)
    if isinstance(found, SetOf):
        return Int(0, cardinality(found.of))
    if isinstance(found, SeqOf):
        return Int(0, found.max)
    return _wrong(ctx, node, found, "a set or a sequence")


def _wrong(ctx: Context, node: tree.Call, found: Type | None, wanted: str) -> Type | None:
    argument = node.arguments[0]
    if found is not None:
        ctx.report(type_errors.WrongType(span=argument.span, text=written(argument), found=a(found), wanted=wanted))
    return None


def _end(ctx: Context, node: tree.Call, scope: Scope, hint: Type | None) -> Type | None:
    """`first`, `last`: of a sequence or of an ordered type."""
    errors = len(ctx.errors)
    named = type_place(ctx, node.arguments[0], scope)
    if named is not None:
        if ordered(named):
            return named
        ctx.report(type_errors.Unordered(span=node.span, operator=node.name, sort=str(named)))
        return None
    if len(ctx.errors) > errors:
        return None
    found = infer(ctx, node.arguments[0], scope)
    if isinstance(found, SeqOf):
        return found.of
    return _wrong(ctx, node, found, "a sequence or an ordered type")


def _rest(ctx: Context, node: tree.Call, scope: Scope, hint: Type | None) -> Type | None:
    found = infer(ctx, node.arguments[0], scope, hint)
    if isinstance(found, SeqOf):
        return SeqOf(found.of, max(0, found.max - 1))
    return _wrong(ctx, node, found, "a sequence")


def _with_or_without(ctx: Context, node: tree.Call, scope: Scope, hint: Type | None) -> Type | None:
    """`append`, `without`: of a sequence and an element."""
    found = infer(ctx, node.arguments[0], scope, hint)
    if not isinstance(found, SeqOf):
        infer(ctx, node.arguments[1], scope)
        return _wrong(ctx, node, found, "a sequence")
    item = infer(ctx, node.arguments[1], scope, found.of)
    if item is None:
        return None
    both = join(found.of, item)
    if both is None:
        ctx.report(
            type_errors.WrongType(
                span=node.arguments[1].span,
                text=written(node.arguments[1]),
                found=a(item),
                wanted=a(found.of),
            )
        )
        return None
    return SeqOf(both, found.max + 1) if node.name == "append" else found


def _neighbour(ctx: Context, node: tree.Call, scope: Scope, hint: Type | None) -> Type | None:
    """`next`, `previous`, `next_in_ring`, `index`."""
    argument = node.arguments[0]
    found = infer(ctx, argument, scope, hint)
    if found is None:
        return None
    if ordered(found):
        return Int(0, max(0, cardinality(found) - 1)) if node.name == "index" else found
    if isinstance(found, Option) and ordered(found.of):
        ctx.report(type_errors.MayBeNone(span=argument.span, text=written(argument), found=str(found), wanted=a(found.of)))
        return None
    if isinstance(bare(found), Sort):
        ctx.report(type_errors.Unordered(span=node.span, operator=node.name, sort=str(bare(found))))
        return None
    return _wrong(ctx, node, found, "an element of an ordered type")


def _old(ctx: Context, node: tree.Call, scope: Scope, hint: Type | None) -> Type | None:
    if scope.old == "yes" and scope.owner is not None:
        facts = ctx.def_facts[scope.owner]
        facts.old = facts.old or node.span
    if scope.old != "yes":
        ctx.report(use_errors.OldOutside(span=node.span))
    return infer(ctx, node.arguments[0], replace(scope, old="inside"), hint)


def _waiting(ctx: Context, node: tree.Call, scope: Scope, hint: Type | None) -> Type | None:
    name = node.arguments[0]
    if not spec_only(ctx, scope, node.span, written(node)):
        return None
    if not isinstance(name, tree.Name) or name.name not in ctx.message_decls:
        text = written(name)
        ctx.report(name_errors.UnknownMessage(span=name.span, name=text, advice=nearest_help(text, list(ctx.message_decls))))
        return None
    declaration = ctx.message_decls[name.name]
    receiver = named_type(ctx, declaration.to, declaration) if declaration.to in ctx.role_decls else None
    if len(node.arguments) == 2 and expect(ctx, node.arguments[1], scope, receiver) is None:
        return None
    return Int(0, _most(ctx, declaration, receiver, len(node.arguments) == 2))


def _most(ctx: Context, declaration: tree.MessageDecl, receiver: Type | None, one: bool) -> int:
    """The greatest number of messages of a kind in flight."""
    receivers = receiver.size if isinstance(receiver, Sort) and not one else 1
    senders = [named_type(ctx, role, declaration) for role in ctx.senders.get(declaration.name, ())]
    if declaration.channel == "persistent":
        return 2**31 - 1
    queues = len(senders) if declaration.channel == "unordered" else sum(s.size for s in senders if isinstance(s, Sort))
    capacity = 4 if declaration.capacity is None else constant_number(ctx, declaration.capacity, "a capacity")
    return receivers * queues * (capacity or 0)


_TYPES: dict[str, Callable[[Context, tree.Call, Scope, Type | None], Type | None]] = {
    "min": _extreme,
    "max": _extreme,
    "len": _len,
    "first": _end,
    "last": _end,
    "rest": _rest,
    "butlast": _rest,
    "append": _with_or_without,
    "without": _with_or_without,
    "next": _neighbour,
    "previous": _neighbour,
    "next_in_ring": _neighbour,
    "index": _neighbour,
    "waiting": _waiting,
    "old": _old,
}

"""How large and how deep expressions are once defs stand in for their calls: lowering puts them there.

Before: every call has its symbol. After: no expression is larger than MOST_SIZE or deeper than MOST_DEPTH, nor all of them together larger
than MOST_TOTAL.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

from msgspec import Struct

from checker.language import tree
from checker.language.checked import Def
from checker.language.checking.context import Context
from checker.language.checking.errors import limit_errors
from checker.language.checking.walk import children

MOST_SIZE = 100_000  # nodes
MOST_TOTAL = 2_000_000  # nodes
MOST_DEPTH = 150


@final
class _Extent(Struct, frozen=True):
    """Of an expression in a def: `size` nodes and, for each parameter, how often its argument stands there; and how deep it is."""

    size: int
    uses: dict[str, int]
    depth: int


_NAME = _Extent(1, {}, 1)


def expansion(ctx: Context) -> None:
    """Report the defs and the calls that become too large."""
    defs: dict[str, _Extent] = {}
    for name, info in ctx.checked.defs.items():  # a def comes after those that it calls
        extent = _extent(ctx, info.body, defs, frozenset(parameter for parameter, _ in info.parameters))
        defs[name] = extent if _fits(ctx, ctx.def_decls[name], name, extent) else _NAME
    total = 0
    for root in (ctx.protocol, *(() if ctx.spec is None else ctx.spec.properties)):
        for call in _outermost_calls(ctx, root):
            extent = _extent(ctx, call, defs, frozenset())
            total += extent.size if _fits(ctx, call, call.name, extent) else 1
            if total > MOST_TOTAL:
                ctx.report(
                    limit_errors.ExpandsTooFar(
                        span=call.span, what="the calls up to here are", found=_many(total), most=f"{MOST_TOTAL:,}"
                    )
                )
                return


def _fits(ctx: Context, node: tree.Node, name: str, extent: _Extent) -> bool:
    if extent.size > MOST_SIZE:
        found, most = _many(extent.size), f"{MOST_SIZE:,}"
        ctx.report(limit_errors.ExpandsTooFar(span=node.span, what=f"`{name}` is", found=found, most=most))
    elif extent.depth > MOST_DEPTH:
        ctx.report(limit_errors.TooDeep(span=node.span, most=MOST_DEPTH))
    return extent.size <= MOST_SIZE and extent.depth <= MOST_DEPTH


def _many(size: int) -> str:
    return f"{size:,}" if size < 10**12 else f"more than {10**12:,}"


def _outermost_calls(ctx: Context, root: tree.Node) -> Iterable[tree.Call]:
    """The calls of defs outside of defs that are not arguments of one."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tree.Call) and isinstance(ctx.checked.symbols.get(id(node)), Def):
            yield node
        elif not isinstance(node, tree.DefDecl):
            waiting.extend(reversed(children(node)))


def _extent(ctx: Context, node: tree.Node, defs: dict[str, _Extent], parameters: frozenset[str]) -> _Extent:
    if isinstance(node, tree.Name):
        return _Extent(0, {node.name: 1}, 1) if node.name in parameters else _NAME
    parts = [_extent(ctx, child, defs, parameters) for child in children(node)]
    symbol = ctx.checked.symbols.get(id(node)) if isinstance(node, tree.Call) else None
    if not isinstance(symbol, Def) or symbol.name not in defs:
        return _sum(1, [(part, 1) for part in parts], 1 + max((part.depth for part in parts), default=0))
    called = defs[symbol.name]
    names = [name for name, _ in ctx.checked.defs[symbol.name].parameters]
    times = [max(1, called.uses.get(name, 0)) for name in names]
    depth = called.depth + max((part.depth for part in parts), default=0)
    return _sum(called.size, list(zip(parts, times, strict=False)), depth)


def _sum(size: int, parts: list[tuple[_Extent, int]], depth: int) -> _Extent:
    uses: dict[str, int] = {}
    for part, times in parts:
        size += times * part.size
        for name, count in part.uses.items():
            uses[name] = uses.get(name, 0) + times * count
    return _Extent(size, uses, depth)

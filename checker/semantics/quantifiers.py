"""What each quantifier means.

`all` and `any` go through the combinations in order and stop as soon as the answer is known, as `and` and `or` do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod

from checker.language.types import Value
from checker.model.expr import Expr, Quantifier
from checker.semantics.domains import Elements, constant_elements, elements
from checker.semantics.failure import fail
from checker.semantics.registers import Cells, Evaluate, Registers

LISTED = 4096  # combinations of several locals that are listed once and for all


def quantifier(node: Quantifier, evaluator: Callable[[Expr], Evaluate]) -> Evaluate:
    """`node` as a function of cells and registers."""
    body = evaluator(node.body)
    if len(node.locals) == 1:
        fixed = constant_elements(node.domains[0])
        if fixed is not None and node.kind in ("all", "any"):
            return _over_type(node.kind, fixed, node.locals[0].number, body)
        return _single(node, elements(node.domains[0], evaluator), node.locals[0].number, body)
    return _folded(node, _bind_all(node, evaluator), body)


def _over_type(kind: str, fixed: Sequence[Value], number: int, body: Evaluate) -> Evaluate:
    def every(c: Cells, r: Registers) -> Value:
        for value in fixed:
            r[number] = value
            if not body(c, r):
                return False
        return True

    def some(c: Cells, r: Registers) -> Value:
        for value in fixed:
            r[number] = value
            if body(c, r):
                return True
        return False

    return every if kind == "all" else some


def _single(node: Quantifier, domain: Elements, number: int, body: Evaluate) -> Evaluate:
    def those(c: Cells, r: Registers) -> Value:
        found = []
        for value in domain(c, r):
            r[number] = value
            if body(c, r):
                found.append(value)
        return frozenset(found)

    def entries(c: Cells, r: Registers) -> Value:
        found = []
        for value in domain(c, r):
            r[number] = value
            found.append(body(c, r))
        return tuple(found)

    def majority(c: Cells, r: Registers) -> Value:
        found, size = 0, 0
        for value in domain(c, r):
            r[number] = value
            size += 1
            if body(c, r):
                found += 1
        return 2 * found > size

    def bindings(c: Cells, r: Registers) -> Iterator[None]:
        for value in domain(c, r):
            r[number] = value
            yield

    match node.kind:
        case "those":
            return those
        case "map":
            return entries
        case "majority":
            return majority
    return _folded(node, bindings, body)


def _bind_all(node: Quantifier, evaluator: Callable[[Expr], Evaluate]) -> Callable[[Cells, Registers], Iterator[None]]:
    """Sets the locals to each combination in turn: the first local varies slowest, a later domain may use earlier locals."""
    numbers = [local.number for local in node.locals]
    fixed = [constant_elements(domain) for domain in node.domains]
    if all(domain is not None for domain in fixed) and prod(len(domain or ()) for domain in fixed) <= LISTED:
        combinations = list(product(*(domain for domain in fixed if domain is not None)))

        def over_types(c: Cells, r: Registers) -> Iterator[None]:
            for combination in combinations:
                for number, value in zip(numbers, combination, strict=True):
                    r[number] = value
                yield

        return over_types
    domains = [elements(domain, evaluator) for domain in node.domains]

    def bindings(c: Cells, r: Registers, depth: int = 0) -> Iterator[None]:
        if depth == len(numbers):
            yield
            return
        for value in domains[depth](c, r):
            r[numbers[depth]] = value
            yield from bindings(c, r, depth + 1)

    return bindings


def _folded(node: Quantifier, bindings: Callable[[Cells, Registers], Iterator[None]], body: Evaluate) -> Evaluate:
    at, kind = node.at, node.kind

    def least(c: Cells, r: Registers) -> Value:
        found = [body(c, r) for _ in bindings(c, r)]
        if not found:
            raise fail("empty", f"{kind} of nothing", at)
        return min(found) if kind == "min" else max(found)

    match kind:
        case "all":
            return lambda c, r: all(body(c, r) for _ in bindings(c, r))
        case "any":
            return lambda c, r: any(body(c, r) for _ in bindings(c, r))
        case "count":
            return lambda c, r: sum(1 for _ in bindings(c, r) if body(c, r))
        case "sum":
            return lambda c, r: sum(body(c, r) for _ in bindings(c, r))
        case "min" | "max":
            return least
    raise ValueError(f"{kind} binds one local")

"""Model expressions to nodes, in one place of one step: what the cells and registers hold there is known as shapes.

Quantifiers are unrolled, reads at an index that is not known become selections. Where a partial operation has no value under
the path condition, `failed` becomes true; the value itself may then be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from msgspec import Struct, field

from checker.ground.convert import bit, convert, fits, nothing, rank, union
from checker.ground.graph import Graph, Node, Unsupported
from checker.ground.operators import OPERATORS
from checker.ground.shapes import WORD, Shape, constant, same, select
from checker.language.types import BagOf, MapOf, SeqOf, SetOf, Type, cardinality, values
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read

LARGEST_DOMAIN = 4096

Cells = list[Shape]
Registers = dict[int, tuple[Type, Shape]]


class Place(Struct, kw_only=True):
    """Where an expression is evaluated. `path`: the condition on which control is here; `failed`: something had no value so far."""

    graph: Graph
    cells: Cells
    old: Cells | None = None
    registers: Registers = field(default_factory=dict)
    path: Node
    failed: Node

    def fail_unless(self, condition: Node) -> None:
        graph = self.graph
        self.failed = graph.either(self.failed, graph.both(self.path, graph.negate(condition)))

    def under(self, condition: Node, action: Callable[[], Shape]) -> Shape:
        """The value of `action` with the path condition narrowed."""
        before, self.path = self.path, self.graph.both(self.path, condition)
        try:
            return action()
        finally:
            self.path = before

    # --- entry points ------------------------------------------------------------------------------------------------

    def truth(self, expr: Expr) -> Node:
        result = self.shape(expr)
        assert isinstance(result, int)
        return result

    def as_type(self, expr: Expr, wanted: Type) -> Shape:
        return convert(self.graph, self.shape(expr), expr.type, wanted)

    def shape(self, expr: Expr) -> Shape:
        if isinstance(expr, Apply):
            return self._apply(expr)
        if isinstance(expr, Read):
            return self._read(expr)
        if isinstance(expr, Local):
            own, shape = self.registers[expr.number]
            return convert(self.graph, shape, own, expr.type)
        if isinstance(expr, Const):
            return constant(self.graph, expr.type, expr.value)
        if isinstance(expr, Quantifier):
            return self._quantifier(expr)
        raise TypeError(expr)

    # --- cells ---------------------------------------------------------------------------------------------------------

    def _read(self, read: Read) -> Shape:
        cells = self.old if read.old and self.old is not None else self.cells
        places = list(self.places(read.variable.index, read.indices))
        result: Shape | None = None
        for offset, condition in reversed(places):
            cell = cells[read.variable.offset + offset]
            result = cell if result is None else select(self.graph, condition, cell, result)
        if result is None:
            return nothing(self.graph, read.type)
        return result

    def places(self, index: tuple[Type, ...], indices: tuple[Expr, ...]) -> Iterator[tuple[int, Node]]:
        """Every place of an array that the indices may name, with the condition on which they do."""
        graph = self.graph
        if not index:
            yield 0, graph.const(1)
            return
        choices = [self._numbers(type, self.as_type(expr, type)) for type, expr in zip(index, indices, strict=True)]
        if len(choices) == 1:
            yield from choices[0]
            return
        for combination in product(*choices):
            offset, condition = 0, graph.const(1)
            for (number, here), type in zip(combination, index, strict=True):
                offset = offset * cardinality(type) + number
                condition = graph.both(condition, here)
            yield offset, condition

    def _numbers(self, type: Type, shape: Shape) -> list[tuple[int, Node]]:
        """Every place in its type that a value may have, with the condition on which it has it."""
        graph, node = self.graph, rank(self.graph, type, shape)
        known = graph.value(node)
        if known is not None:
            return [(known, graph.const(1))]
        return [(number, graph.eq(node, graph.const(number))) for number in range(cardinality(type))]

    # --- operators -------------------------------------------------------------------------------------------------------

    def _apply(self, node: Apply) -> Shape:
        name = node.operator
        if name in ("and", "or", "implies", "if"):
            return self._lazy(node)
        if name == "narrow":
            argument = node.arguments[0]
            value = self.shape(argument)
            self.fail_unless(fits(self.graph, value, argument.type, node.type))
            return convert(self.graph, value, argument.type, node.type)
        return OPERATORS[name](self, node)

    def _lazy(self, node: Apply) -> Shape:
        graph = self.graph
        if node.operator == "if":
            condition = self.truth(node.arguments[0])
            then = self.under(condition, lambda: self.as_type(node.arguments[1], node.type))
            orelse = self.under(graph.negate(condition), lambda: self.as_type(node.arguments[2], node.type))
            return select(graph, condition, then, orelse)
        first = self.truth(node.arguments[0])
        for argument in node.arguments[1:]:
            goes_on = graph.negate(first) if node.operator == "or" else first
            second = self.under(goes_on, lambda argument=argument: self.truth(argument))  # type: ignore[misc]
            assert isinstance(second, int)
            match node.operator:
                case "and":
                    first = graph.both(first, second)
                case "or":
                    first = graph.either(first, second)
                case _:
                    first = graph.either(graph.negate(first), second)
        return first

    # --- quantifiers -------------------------------------------------------------------------------------------------------

    def elements(self, domain: Type | Expr) -> Iterator[tuple[Type, Shape, Node]]:
        """Each element that a domain may have: its type, its shape, and whether it is there. No element comes twice."""
        graph = self.graph
        if isinstance(domain, Type):
            if cardinality(domain) > LARGEST_DOMAIN:
                raise Unsupported(f"all values of {domain}: {cardinality(domain)}")
            for value in values(domain):
                yield domain, constant(graph, domain, value), graph.const(1)
            return
        shape, own = self.shape(domain), domain.type
        assert isinstance(shape, tuple)
        if isinstance(own, SetOf):
            for i, value in enumerate(values(own.of)):
                yield own.of, constant(graph, own.of, value), bit(graph, shape, graph.const(i))
            return
        assert isinstance(own, SeqOf | BagOf)
        length, items = shape[0], shape[1:]
        assert isinstance(length, int)
        for i, item in enumerate(items):
            there = graph.lt(graph.const(i), length)
            for earlier in items[:i]:
                there = graph.both(there, graph.negate(same(graph, earlier, item)))
            yield own.of, item, there

    def _bodies(self, node: Quantifier) -> Iterator[tuple[Shape, Node, tuple[Shape, ...]]]:
        """The body for each combination of elements: its shape, whether the combination is there, the elements."""

        def walk(depth: int, there: Node, chosen: tuple[Shape, ...]) -> Iterator[tuple[Shape, Node, tuple[Shape, ...]]]:
            if self.graph.value(there) == 0:
                return
            if depth == len(node.locals):
                yield self.under(there, lambda: self.shape(node.body)), there, chosen
                return
            local = node.locals[depth]
            for type, element, present in list(self.elements(node.domains[depth])):
                self.registers[local.number] = (type, element)
                yield from walk(depth + 1, self.graph.both(there, present), (*chosen, element))

        yield from walk(0, self.graph.const(1), ())

    def _quantifier(self, node: Quantifier) -> Shape:
        graph = self.graph
        kind = node.kind
        if kind in ("all", "any"):
            return self._stopping(node)
        bodies = list(self._bodies(node))
        if kind == "map":
            assert isinstance(node.type, MapOf)
            wanted = node.type.value
            return tuple(convert(graph, body, node.body.type, wanted) for body, _, _ in bodies)
        if kind == "those":
            assert isinstance(node.type, SetOf)
            result = nothing(graph, node.type)
            for body, there, (element,) in bodies:
                assert isinstance(body, int)
                result = select(
                    graph, graph.both(there, body), self._with(result, element, node.locals[0].type, node.type), result
                )
            return result
        if kind in ("count", "sum", "majority"):
            total, size = graph.const(0), graph.const(0)
            for body, there, _ in bodies:
                assert isinstance(body, int)
                total = graph.add(total, graph.select(there, body, graph.const(0)))
                size = graph.add(size, there)
            return graph.lt(size, graph.mul(total, graph.const(2))) if kind == "majority" else total
        return self._extreme(node, bodies)

    def _extreme(self, node: Quantifier, bodies: list[tuple[Shape, Node, tuple[Shape, ...]]]) -> Shape:
        graph = self.graph
        some, best = graph.const(0), None
        for body, there, _ in bodies:
            assert isinstance(body, int)
            if best is None:
                best = body
            else:
                better = graph.min(best, body) if node.kind == "min" else graph.max(best, body)
                best = graph.select(there, graph.select(some, better, body), best)
            some = graph.either(some, there)
        self.fail_unless(some)
        return nothing(graph, node.type) if best is None else best

    def _stopping(self, node: Quantifier) -> Node:
        """`all` and `any` look at the elements in order and stop as soon as the answer is known."""
        graph = self.graph
        found = graph.const(1 if node.kind == "all" else 0)
        before = self.path

        def walk(depth: int, there: Node) -> None:
            nonlocal found
            if graph.value(there) == 0:
                return
            if depth == len(node.locals):
                undecided = found if node.kind == "all" else graph.negate(found)
                self.path = graph.both(before, graph.both(there, undecided))
                body = self.truth(node.body)
                if node.kind == "all":
                    found = graph.both(found, graph.either(graph.negate(there), body))
                else:
                    found = graph.either(found, graph.both(there, body))
                return
            local = node.locals[depth]
            undecided = found if node.kind == "all" else graph.negate(found)
            self.path = graph.both(before, graph.both(there, undecided))
            for type, element, present in list(self.elements(node.domains[depth])):
                self.registers[local.number] = (type, element)
                walk(depth + 1, graph.both(there, present))

        walk(0, graph.const(1))
        self.path = before
        return found

    def _with(self, pattern: Shape, element: Shape, own: Type, type: SetOf) -> Shape:
        return union(self.graph, pattern, self.single(element, own, type))

    def single(self, element: Shape, own: Type, type: SetOf) -> Shape:
        """The set of one element."""
        graph = self.graph
        place = rank(graph, type.of, convert(graph, element, own, type.of))
        size = cardinality(type.of)
        made = []
        for start in range(0, size, WORD):
            bits = min(WORD, size - start)
            here = graph.both(graph.le(graph.const(start), place), graph.lt(place, graph.const(start + bits)))
            inside = graph.max(graph.min(graph.sub(place, graph.const(start)), graph.const(bits - 1)), graph.const(0))
            made.append(graph.select(here, graph.shl(graph.const(1), inside), graph.const(0)))
        return tuple(made)

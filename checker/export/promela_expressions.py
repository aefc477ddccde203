"""Nodes of the ground form as expressions of Promela.

An expression is written out whole, but for the nodes that a name is given to (fields, temporaries). Truth values are 0 and 1 in both
languages. Operations stay total: what is written for a division tests for 0 and rounds down, as the ground form does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from checker.ground.graph import Graph, Node, Unsupported

LARGEST_EXPRESSION = 200_000  # operators and operands
SMALLEST_SHARED = 4  # what is smaller is written out wherever it is used

SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "eq": "==", "lt": "<", "bitand": "&", "bitor": "|", "shl": "<<", "shr": ">>"}
COMPARISONS = frozenset({"eq", "lt"})
NEGATED = {"eq": "!=", "lt": ">="}


def arguments(graph: Graph, node: Node) -> tuple[Node, ...]:
    """The nodes that a node is computed from."""
    code = graph.code[node]
    return () if code[0] in ("const", "field") else tuple(a for a in code[1:] if isinstance(a, int))


def below(graph: Graph, roots: Iterable[Node], named: Mapping[Node, str]) -> list[Node]:
    """The roots and all that they are computed from, each before what uses it; named nodes hide what is below them."""
    found: set[Node] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            if node not in named:
                waiting += arguments(graph, node)
    return sorted(found)


def _length(graph: Graph, node: Node, lengths: Mapping[Node, int]) -> int:
    """How long a node is when written out, given the lengths of its operands."""
    return 1 + _copies(graph, node) * sum(lengths[a] for a in arguments(graph, node))


def _copies(graph: Graph, node: Node) -> int:
    """How often an operation writes its operands."""
    operation = graph.code[node][0]
    if operation == "popcount":
        return graph.high[node]
    return {"min": 2, "max": 2, "div": 4, "mod": 5}.get(str(operation), 1)


def shared(graph: Graph, roots: Iterable[Node], named: Mapping[Node, str]) -> list[Node]:
    """The nodes that are worth a temporary: used more than once and not short. Each comes before those that use it."""
    roots = list(roots)
    nodes = below(graph, roots, named)
    uses = Counter(roots)
    for node in nodes:
        if node not in named:
            uses.update(arguments(graph, node) * min(2, _copies(graph, node)))
    chosen: list[Node] = []
    lengths: dict[Node, int] = {}
    for node in nodes:
        lengths[node] = 1 if node in named else _length(graph, node, lengths)
        if uses[node] > 1 and lengths[node] >= SMALLEST_SHARED:
            chosen.append(node)
            lengths[node] = 1
    return chosen


class _Text(Struct, frozen=True):
    """An expression: its text is the `parts`, joined by `joint` where there are several. `closed`: it needs no brackets."""

    parts: tuple[str, ...]
    joint: str = ""
    closed: bool = False

    @property
    def open_text(self) -> str:
        return self.joint.join(self.parts)

    @property
    def closed_text(self) -> str:
        return self.open_text if self.closed else f"({self.open_text})"


def written(graph: Graph, root: Node, names: Mapping[Node, str]) -> str:
    """The expression of a node. Raises Unsupported where it is too long."""
    nodes = below(graph, [root], names)
    lengths: dict[Node, int] = {}
    for node in nodes:
        lengths[node] = 1 if node in names else _length(graph, node, lengths)
    if lengths[root] > LARGEST_EXPRESSION:
        raise Unsupported("an expression that is too long when written out")
    texts: dict[Node, _Text] = {}
    for node in nodes:
        texts[node] = _Text((names[node],), closed=True) if node in names else _text(graph, node, texts)
    return texts[root].open_text


def _text(graph: Graph, node: Node, texts: Mapping[Node, _Text]) -> _Text:
    operation = str(graph.code[node][0])
    operands = arguments(graph, node)
    match operation:
        case "const":
            value = graph.low[node]
            return _Text((str(value),), closed=value >= 0)
        case "not":
            return _negation(graph, operands[0], texts)
        case "and" | "or":
            return _joined("&&" if operation == "and" else "||", [texts[a] for a in operands])
    a, *others = (texts[o].closed_text for o in operands)
    b = others[0] if others else ""
    match operation:
        case "select":
            return _Text((f"({texts[operands[0]].open_text} -> {b} : {others[1]})",), closed=True)
        case "bitclear":
            return _Text((f"{a} & ~{b}",))
        case "min" | "max":
            return _Text((f"({a} {'<' if operation == 'min' else '>'} {b} -> {a} : {b})",), closed=True)
        case "popcount":
            bits = graph.high[node]
            return _Text(tuple(f"(({a} >> {bit}) & 1)" if bit else f"({a} & 1)" for bit in range(bits)), " + ")
        case "div" | "mod":
            return _division(graph, operation, operands, a, b)
    symbol = SYMBOLS.get(operation)
    if symbol is None:
        raise Unsupported(f"the operation {operation}")
    return _Text((a, b), f" {symbol} ")


def _joined(symbol: str, operands: list[_Text]) -> _Text:
    """A conjunction or disjunction without inner brackets; comparisons within it need none either."""
    joint = f" {symbol} "
    parts: list[str] = []
    for operand in operands:
        if operand.joint == joint:
            parts += operand.parts
        else:
            comparison = operand.joint.strip() in ("==", "!=", "<", ">=")
            parts.append(operand.open_text if comparison else operand.closed_text)
    return _Text(tuple(parts), joint)


def _negation(graph: Graph, operand: Node, texts: Mapping[Node, _Text]) -> _Text:
    operation, text = str(graph.code[operand][0]), texts[operand]
    if operation in COMPARISONS and text.joint.strip() == SYMBOLS[operation]:  # not where it has become a name
        return _Text(text.parts, f" {NEGATED[operation]} ")
    return _Text((f"!{text.closed_text}",), closed=True)


def _division(graph: Graph, operation: str, operands: tuple[Node, ...], a: str, b: str) -> _Text:
    """Division and remainder of C round towards 0, those of the ground form down; by 0 the ground form gives 0."""
    symbol = "/" if operation == "div" else "%"
    over, under = operands
    plain = f"{a} {symbol} {b}"
    if graph.low[over] < 0 or graph.low[under] < 0:
        inexact = f"({a} % {b}) != 0 && (({a} % {b}) < 0) != ({b} < 0)"
        plain = f"({a} / {b}) - ({inexact} -> 1 : 0)" if operation == "div" else f"({a} % {b}) + ({inexact} -> {b} : 0)"
    if graph.low[under] <= 0 <= graph.high[under]:
        return _Text((f"({b} == 0 -> 0 : {plain})",), closed=True)
    return _Text((plain,))

"""An expression as text, with no more brackets than it reads well with: for messages, and for sentences that are made rather than written."""

from __future__ import annotations

from checker.language import tree

MOST_LETTERS = 60  # in a message

# How tightly each form binds: an operand that binds less than its place asks for stands in brackets.
LOOSEST, IMPLIES, OR, AND, NOT, COMPARISON, UNION, INTERSECTION, SUM, PRODUCT, NEGATIVE, POSTFIX = range(12)
_LEVELS = {"implies": IMPLIES, "or": OR, "and": AND, "|": UNION, "&": INTERSECTION, "+": SUM, "-": SUM}
_LEVELS |= dict.fromkeys(("*", "//", "%"), PRODUCT)


def written(node: tree.Expr) -> str:
    """`node` about as it was written, on one line, cut when it is long."""
    text = whole(node)
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 3] + "..."


def whole(node: tree.Expr) -> str:
    """All of `node` on one line, as the parser reads it."""
    return _text(node)


def _level(node: tree.Expr) -> int:
    match node:
        case tree.Conditional() | tree.Temporal():
            return LOOSEST
        case tree.Binary():
            return _LEVELS.get(node.operator, COMPARISON)
        case tree.Unary():
            return NOT if node.operator == "not" else NEGATIVE
        case tree.Is() | tree.At():
            return COMPARISON
    return POSTFIX


def _list(items: tuple[tree.Expr, ...]) -> str:
    return ", ".join(map(_text, items))


def _operand(node: tree.Expr, least: int = POSTFIX) -> str:
    """In brackets where it binds less than `least`."""
    return f"({_text(node)})" if _level(node) < least else _text(node)


def _text(node: tree.Expr) -> str:
    match node:
        case tree.Number():
            return str(node.value)
        case tree.Truth():
            return "true" if node.value else "false"
        case tree.NoneValue():
            return "none"
        case tree.Name():
            return node.name
        case tree.Field():
            return f"{_operand(node.of)}.{node.name}"
        case tree.Index():
            return f"{_operand(node.of)}[{_text(node.key)}]"
        case tree.Call():
            named = ", ".join(f"{a.name}: {_text(a.value)}" for a in node.named)
            return f"{node.name}({_list(node.arguments) or named})"
        case tree.Unary(operator="-"):
            return f"-{_operand(node.operand)}"
        case tree.Unary():
            return f"not {_text(node.operand) if isinstance(node.operand, tree.Is | tree.At) else _operand(node.operand)}"
        case tree.Unwrap():
            return f"{_operand(node.operand)}!"
        case tree.Binary():
            return _binary(node)
        case tree.Conditional():
            return f"if {_text(node.condition)} then {_text(node.then)} else {_text(node.orelse)}"
        case tree.Temporal(operands=(one,)):
            return f"{node.operator} {_operand(one)}"
        case tree.Temporal():
            return f"{_operand(node.operands[0])} {node.operator} {_operand(node.operands[1])}"
    return _container(node)


def _binary(node: tree.Binary) -> str:
    """Chains of one operator need no brackets, nor do comparisons under `and`; what people mix up has them all the same (`and` under `or`)."""
    level = _level(node)
    left = right = level + 1
    if node.operator == "implies":
        right = IMPLIES
    elif level == COMPARISON:
        left = right = UNION
    else:
        left = level
    if level == OR:
        left, right = (OR if _is(node.left, "or") else NOT), NOT
    return f"{_operand(node.left, left)} {node.operator} {_operand(node.right, right)}"


def _is(node: tree.Expr, operator: str) -> bool:
    return isinstance(node, tree.Binary) and node.operator == operator


def _container(node: tree.Expr) -> str:
    match node:
        case tree.Quantifier():
            binders = ", ".join(map(_binder, node.binders))
            return f"{node.kind}({binders}: {_text(node.body)})"
        case tree.Braces():
            return "{" + _list(node.items) + "}"
        case tree.MapLiteral():
            return "{" + ", ".join(f"{_text(k)}: {_text(v)}" for k, v in node.entries) + "}"
        case tree.MapComprehension():
            return "{" + f"{_text(node.key)}: {_text(node.value)} for {_binder(node.binder)}" + "}"
        case tree.SeqLiteral():
            return f"[{_list(node.items)}]"
        case tree.Is():
            return f"{_operand(node.agent)} is {node.fact}"
        case tree.At():
            label = node.label if node.activity is None else f"{node.activity}.{node.label}"
            return f"{_operand(node.agent)} at {label}"
    return "this"


def _binder(binder: tree.Binder) -> str:
    return f"{binder.name} in {_text(binder.domain)}"

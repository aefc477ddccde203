"""An expression as text, for messages."""

from __future__ import annotations

from checker.language import tree

CONNECTIVES = ("and", "or", "implies")


def written(node: tree.Expr) -> str:
    """`node` about as it was written, on one line, cut when it is long."""
    text = _text(node)
    return text if len(text) <= 60 else text[:57] + "..."


def _list(items: tuple[tree.Expr, ...]) -> str:
    return ", ".join(map(_text, items))


def _operand(node: tree.Expr) -> str:
    return f"({_text(node)})" if isinstance(node, (tree.Binary, tree.Conditional, tree.Temporal, tree.Unary)) else _text(node)


def _beside(node: tree.Expr, operator: str) -> str:
    """An operand of `and`, `or` or `implies`: what binds tighter, and more of the same `and` or `or`, needs no brackets."""
    tighter = isinstance(node, tree.Unary) or (isinstance(node, tree.Binary) and node.operator not in CONNECTIVES)
    same = isinstance(node, tree.Binary) and node.operator == operator != "implies"
    return _text(node) if tighter or same else _operand(node)


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
        case tree.Unary():
            return f"not {_operand(node.operand)}" if node.operator == "not" else f"-{_operand(node.operand)}"
        case tree.Unwrap():
            return f"{_operand(node.operand)}!"
        case tree.Binary() if node.operator in CONNECTIVES:
            return f"{_beside(node.left, node.operator)} {node.operator} {_beside(node.right, node.operator)}"
        case tree.Binary():
            return f"{_operand(node.left)} {node.operator} {_operand(node.right)}"
        case tree.Conditional():
            return f"if {_text(node.condition)} then {_text(node.then)} else {_text(node.orelse)}"
        case tree.Temporal(operands=(one,)):
            return f"{node.operator} {_operand(one)}"
        case tree.Temporal():
            return f"{_operand(node.operands[0])} {node.operator} {_operand(node.operands[1])}"
    return _container(node)


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

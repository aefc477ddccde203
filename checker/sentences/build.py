"""Small constructors of surface trees that no file has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, final

from checker.language import tree
from checker.language.source import Span

if TYPE_CHECKING:
    from checker.language.tree import BinaryOperator

NOWHERE = Span("", 0, 0, 0, 0)


@final
class Unsayable(tree.Name, frozen=True, kw_only=True, eq=False):
    """What specs have no words for; `name` is a text for people."""


def name(text: str) -> tree.Name:
    return tree.Name(span=NOWHERE, name=text)


def number(value: int) -> tree.Expr:
    return negative(number(-value)) if value < 0 else tree.Number(span=NOWHERE, value=value)


def negative(operand: tree.Expr) -> tree.Expr:
    return tree.Unary(span=NOWHERE, operator="-", operand=operand)


def negated(operand: tree.Expr) -> tree.Expr:
    """Not `operand`: a comparison turns round, two negations go; none wait where not some do."""
    turned: dict[str, BinaryOperator] = {"==": "!=", "!=": "==", "in": "not in", "not in": "in"}
    if isinstance(operand, tree.Binary) and operand.operator in turned:
        return binary(turned[operand.operator], operand.left, operand.right)
    match operand:
        case tree.Binary(operator=">", left=tree.Call(name="waiting"), right=tree.Number(value=0)):
            return binary("==", operand.left, operand.right)
    if isinstance(operand, tree.Unary) and operand.operator == "not":
        return operand.operand
    if isinstance(operand, tree.Is) and operand.fact in ("up", "down"):
        return tree.Is(span=NOWHERE, agent=operand.agent, fact="down" if operand.fact == "up" else "up")
    return tree.Unary(span=NOWHERE, operator="not", operand=operand)


def binary(operator: BinaryOperator, left: tree.Expr, right: tree.Expr) -> tree.Binary:
    return tree.Binary(span=NOWHERE, operator=operator, left=left, right=right)


def chain(operator: BinaryOperator, parts: Sequence[tree.Expr]) -> tree.Expr:
    """`a or b or c`; of nothing what is true of nothing."""
    if not parts:
        return tree.Truth(span=NOWHERE, value=operator == "and")
    found = parts[0]
    for part in parts[1:]:
        found = binary(operator, found, part)
    return found


def field(of: tree.Expr, named: str) -> tree.Expr:
    return tree.Field(span=NOWHERE, of=of, name=named, name_span=NOWHERE)


def index(of: tree.Expr, key: tree.Expr) -> tree.Expr:
    return tree.Index(span=NOWHERE, of=of, key=key)


def call(named: str, *arguments: tree.Expr) -> tree.Expr:
    return tree.Call(span=NOWHERE, name=named, name_span=NOWHERE, arguments=arguments)


def at(agent: tree.Expr, activity: str | None, label: str) -> tree.Expr:
    return tree.At(span=NOWHERE, agent=agent, activity=activity, label=label, label_span=NOWHERE)


def fact(agent: tree.Expr, of: tree.AgentFact) -> tree.Expr:
    return tree.Is(span=NOWHERE, agent=agent, fact=of)

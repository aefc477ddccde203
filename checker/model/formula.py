"""Formulas of linear temporal logic over the conditions of a goal, in negation normal form.

A formula is true or false of an endless sequence of states (of a run that ends, its last state goes on for ever). The other operators are
written with these: `eventually f` is true until f, `always f` is false release f, and `f weak until g` is g release (f or g).
"""

from __future__ import annotations

from typing import TypeAlias, final

from msgspec import Struct


@final
class Truth(Struct, frozen=True):
    value: bool


@final
class Literal(Struct, frozen=True):
    """Condition number `condition` of the goal is true now, or false where not `positive`."""

    condition: int
    positive: bool = True


@final
class And(Struct, frozen=True):
    left: Formula
    right: Formula


@final
class Or(Struct, frozen=True):
    left: Formula
    right: Formula


@final
class Next(Struct, frozen=True):
    of: Formula


@final
class Until(Struct, frozen=True):
    """`right` comes true, and until then `left` is."""

    left: Formula
    right: Formula


@final
class Release(Struct, frozen=True):
    """`right` is true up to and with the first time that `left` is, for ever where that never comes."""

    left: Formula
    right: Formula


Formula: TypeAlias = Truth | Literal | And | Or | Next | Until | Release

TRUE, FALSE = Truth(True), Truth(False)


def both(left: Formula, right: Formula) -> Formula:
    if FALSE in (left, right):
        return FALSE
    if left in (TRUE, right):
        return right
    return left if right == TRUE else And(left, right)


def either(left: Formula, right: Formula) -> Formula:
    if TRUE in (left, right):
        return TRUE
    if left in (FALSE, right):
        return right
    return left if right == FALSE else Or(left, right)


def next_(of: Formula) -> Formula:
    return of if isinstance(of, Truth) else Next(of)


def until(left: Formula, right: Formula) -> Formula:
    if isinstance(right, Truth) or left in (FALSE, right):
        return right
    if isinstance(right, Until) and right.left == left:
        return right
    return Until(left, right)


def release(left: Formula, right: Formula) -> Formula:
    if isinstance(right, Truth) or left in (TRUE, right):
        return right
    if isinstance(right, Release) and right.left == left:
        return right
    return Release(left, right)


def negated(formula: Formula) -> Formula:
    match formula:
        case Truth(value):
            return Truth(not value)
        case Literal(condition, positive):
            return Literal(condition, not positive)
        case And(left, right):
            return either(negated(left), negated(right))
        case Or(left, right):
            return both(negated(left), negated(right))
        case Next(of):
            return next_(negated(of))
        case Until(left, right):
            return release(negated(left), negated(right))
        case Release(left, right):
            return until(negated(left), negated(right))


def conditions_of(formula: Formula) -> frozenset[int]:
    """The numbers of the conditions that it speaks of."""
    match formula:
        case Truth():
            return frozenset()
        case Literal(condition):
            return frozenset({condition})
        case Next(of):
            return conditions_of(of)
        case And(left, right) | Or(left, right) | Until(left, right) | Release(left, right):
            return conditions_of(left) | conditions_of(right)


def shown(formula: Formula) -> str:
    """As text, condition i as `#i`."""
    match formula:
        case Truth(value):
            return "true" if value else "false"
        case Literal(condition, positive):
            return f"#{condition}" if positive else f"not #{condition}"
        case Next(of):
            return f"next ({shown(of)})"
        case And(left, right) | Or(left, right) | Until(left, right) | Release(left, right):
            return f"({shown(left)}) {type(formula).__name__.lower()} ({shown(right)})"

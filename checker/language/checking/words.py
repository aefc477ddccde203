"""Types, declarations and elements in the sentences of messages."""

from __future__ import annotations

from collections.abc import Iterable

from checker.language.diagnostics import nearest
from checker.language.types import Bool, Int, MapOf, Option, SeqOf, SetOf, Sort, Type, element


def a(type: Type) -> str:
    """`type` in a sentence: "a Status", "an Entry", "a number"."""
    match type:
        case Bool():
            return "a bool"
        case Int(low, high):
            return f"the number {low}" if low == high else "a number"
        case SetOf() | MapOf() | SeqOf() | Option():
            return f"a `{type}`"
    return with_article(str(type))


def with_article(word: str) -> str:
    return f"an {word}" if word[:1] in "AEIOUaeio" else f"a {word}"


def kind(what: str) -> str:
    """A kind of declaration in a sentence: "an enum", "a role"."""
    return "the name of ids" if what == "ids" else with_article(what)


def elements(sort: Sort) -> str:
    """The elements of a sort, in words."""
    if sort.size == 0:
        return "no elements in this instance"
    if sort.single:
        return f"one agent, {sort.name}"
    if sort.size <= 3:
        return ", ".join(element(sort, i) for i in range(sort.size))
    return f"{element(sort, 0)} to {element(sort, sort.size - 1)}"


def nearest_help(name: str, names: Iterable[str]) -> str:
    """The advice to write the name that was most likely meant, or nothing."""
    found = nearest(name, names)
    return f"write `{found}`" if found is not None else ""

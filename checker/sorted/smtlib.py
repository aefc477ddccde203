"""Formulas as SMT-LIB 2.6 text: what certificates carry, and what Z3, cvc5 and others read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial

from checker.sorted.logic import BOOL, INT, KEPT, App, Quantified, Term, Var, mentioned
from checker.sorted.signature import Function, Signature

_NUMBER = re.compile(r"!(\d+)")
_SIMPLE = re.compile(r"[A-Za-z~!@$%^&*_+=<>.?/-][A-Za-z0-9~!@$%^&*_+=<>.?/-]*\Z")
_KEPT = frozenset(
    {"true", "false", "and", "or", "not", "ite", "=", "+", "-", "*", "<=", "div", "mod", "let", "forall", "exists", "as", "par"}
)


def script(signature: Signature, terms: Iterable[Term], *, about: str = "") -> str:
    """A script that asks whether all of `terms` can hold together. Only what they speak of is declared.

    The text follows from the terms alone: what was made before them changes neither numbers nor order.
    """
    parts = [part for term in terms for part in conjuncts(term)]
    lines = [*declarations(signature, parts), *(f"(assert {text(part)})" for part in parts)]
    comment = [f"; {line}" for line in about.splitlines()]
    return "\n".join([*comment, "(set-logic ALL)", renumbered(lines), "(check-sat)"]) + "\n"


def renumbered(lines: Sequence[str]) -> str:
    """Variables and constants that carry a number, numbered in the order in which they come.

    A constant is the same one in all lines, a variable another one in each: two lines are made of one term or of equal ones, as it happens.
    """
    constants = {known for line in lines if line.startswith("(declare-fun ") for known in _NUMBER.findall(line)}
    numbers: dict[tuple[str, int], int] = {}

    def of(place: int, found: re.Match[str]) -> str:
        return f"!{numbers.setdefault((found[1], -1 if found[1] in constants else place), len(numbers))}"

    return "\n".join(_NUMBER.sub(partial(of, place), line) for place, line in enumerate(lines))


def conjuncts(term: Term) -> Iterable[Term]:
    """What is asserted by itself."""
    return term.arguments if isinstance(term, App) and term.symbol == "and" else (term,)


def declarations(signature: Signature, terms: Iterable[Term]) -> Iterator[str]:
    """The sorts, enumerations and functions of `terms`, in the order in which they come."""
    functions: dict[str, Function] = {}
    sorts: dict[str, None] = {}
    for sort, name in dict.fromkeys(one for term in terms for one in mentioned(term)):
        sorts[sort] = None
        function = signature.functions.get(name)
        if function is not None:
            functions[name] = function
            sorts |= dict.fromkeys(function.arguments)
    for name in sorts:
        if name in signature.enumerations:
            elements = " ".join(f"({symbol(e)})" for e in signature.enumerations[name])
            yield f"(declare-datatypes (({symbol(name)} 0)) (({elements})))"
        elif name in signature.sorts:
            yield f"(declare-sort {symbol(name)} 0)"
    for f in functions.values():
        yield f"(declare-fun {symbol(f.name)} ({' '.join(map(symbol, f.arguments))}) {symbol(f.result)})"


def symbol(name: str) -> str:
    return name if _SIMPLE.match(name) and name not in _KEPT else f"|{name}|"


@lru_cache(KEPT)
def text(term: Term) -> str:
    match term:
        case Var(name, _):
            return symbol(name)
        case App(name, (), sort, True) if sort in (BOOL, INT):
            return name if not name.startswith("-") else f"(- {name[1:]})"
        case App(name, arguments):
            shown = name if name in _KEPT else symbol(name)
            return f"({shown} {' '.join(map(text, arguments))})" if arguments else shown
        case Quantified(kind, variables, body):
            bound = " ".join(f"({symbol(v.name)} {symbol(v.sort)})" for v in variables)
            return f"({kind} ({bound}) {text(body)})"

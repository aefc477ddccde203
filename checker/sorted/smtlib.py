"""Formulas as SMT-LIB 2.6 text: what certificates carry, and what Z3, cvc5 and others read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from checker.sorted.logic import BOOL, INT, App, Quantified, Term, Var, nodes
from checker.sorted.signature import Signature

_SIMPLE = re.compile(r"[A-Za-z~!@$%^&*_+=<>.?/-][A-Za-z0-9~!@$%^&*_+=<>.?/-]*\Z")
_KEPT = frozenset(
    {"true", "false", "and", "or", "not", "ite", "=", "+", "-", "*", "<=", "div", "mod", "let", "forall", "exists", "as", "par"}
)


def script(signature: Signature, terms: Iterable[Term], *, about: str = "") -> str:
    """A script that asks whether all of `terms` can hold together. Only what they speak of is declared."""
    parts = [part for term in terms for part in _parts(term)]
    lines = [f"; {line}" for line in about.splitlines()]
    lines += ["(set-logic ALL)", *declarations(signature, parts)]
    lines += [f"(assert {text(part)})" for part in parts]
    return "\n".join([*lines, "(check-sat)"]) + "\n"


def _parts(term: Term) -> Iterable[Term]:
    return term.arguments if isinstance(term, App) and term.symbol == "and" else (term,)


def declarations(signature: Signature, terms: Iterable[Term]) -> Iterator[str]:
    """The sorts, enumerations and functions of `terms`, in the order of the signature."""
    symbols: dict[str, None] = {}
    sorts: dict[str, None] = {}
    for term in terms:
        for node in nodes(term):
            if isinstance(node, App):
                symbols[node.symbol] = None
                sorts[node.sort] = None
            for variable in node.variables if isinstance(node, Quantified) else ():
                sorts[variable.sort] = None
    functions = [f for name, f in signature.functions.items() if name in symbols]
    for function in functions:
        sorts |= dict.fromkeys((*function.arguments, function.result))
    for name in signature.sorts:
        if name in sorts and name not in signature.enumerations:
            yield f"(declare-sort {symbol(name)} 0)"
    for name, elements in signature.enumerations.items():
        if name in sorts:
            yield f"(declare-datatypes (({symbol(name)} 0)) (({' '.join(f'({symbol(e)})' for e in elements)})))"
    for f in functions:
        yield f"(declare-fun {symbol(f.name)} ({' '.join(map(symbol, f.arguments))}) {symbol(f.result)})"


def symbol(name: str) -> str:
    return name if _SIMPLE.match(name) and name not in _KEPT else f"|{name}|"


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

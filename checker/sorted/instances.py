"""How few elements decide an obligation: its instances at the terms that it speaks of, without quantifiers.

A formula of the form exists* forall* without functions between open sorts has a model only if it has one whose elements are its constants
(the class of Bernays, Schönfinkel and Ramsey); with functions that lead from sort to sort and never back, only if it has one of the terms that
can be built, which are finitely many (Abadi, Rabinovich, Sagiv 2010). So where the instances at all of these terms contradict each other, no
team of any size violates the obligation, and where they do not, a team of no more elements does. Where functions go round in a
circle (task -> worker -> task) the instances at the terms that are there may still be enough to refute it, which then holds for every size all the
same, but they decide nothing else (bounded instantiation: Feldman, Padon, Immerman, Sagiv, Shoham 2017).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import product
from typing import final

from msgspec import Struct

from checker.sorted.logic import (
    BOOL,
    FALSE,
    TRUE,
    App,
    Quantified,
    Term,
    Var,
    conj,
    disj,
    free_variables,
    nodes,
    normal,
    rebuilt,
    substituted,
)
from checker.sorted.obligations import Obligation
from checker.sorted.quantifiers import QUORUM
from checker.sorted.signature import Function, Signature
from checker.sorted.smtlib import script

MOST_TERMS = 16  # of one sort
MOST_INSTANCES = 20_000  # of one formula


@final
class Instances(Struct, frozen=True, kw_only=True, dict=True):
    """`smtlib`: the instances, quantifier-free, made when asked for. `sizes`: how many elements of each open sort they speak of, at least one.

    `complete`: a violation of the obligation would show with that many elements; else that the script is unsatisfiable still shows it for every
    size, but that it is satisfiable says nothing. Quorums are never complete: in a small structure they need not be majorities; nor are
    sums, of which solvers are not told all.
    """

    sizes: dict[str, int]
    complete: bool
    about: str
    signature: Signature
    terms: tuple[Term, ...]
    universe: Mapping[str, list[Term]]

    @cached_property
    def smtlib(self) -> str:
        ground = [_instantiated(term, self.universe, {}) for term in self.terms]
        return script(self.signature, ground, about=f"{self.about}, by instances")


def instances(signature: Signature, obligation: Obligation) -> Instances | None:
    """The obligation by its instances, or None where they would be too many, or where a quantifier goes through numbers."""
    terms = [_skolemised(signature, normal(term), ()) for term in obligation.told]
    if any(v.sort not in signature.sorts for term in terms for v in _bound(term)):
        return None
    functions = _functions(signature, terms)
    universe, complete = _universe(signature, terms, functions)
    if universe is None:
        return None
    if sum(_count(term, universe) for term in terms) > MOST_INSTANCES:
        return None
    return Instances(
        sizes={sort: max(1, len(universe.get(sort, ()))) for sort in sorted(signature.free)},
        complete=complete and obligation.told == obligation.terms and not any(sort.startswith(QUORUM) for sort in universe),
        about=obligation.name,
        signature=signature,
        terms=tuple(terms),
        universe=universe,
    )


def _skolemised(signature: Signature, term: Term, around: tuple[Var, ...]) -> Term:
    """The formula, negations in front of atoms, with a function of the variables around for what exists."""
    match term:
        case App("and" | "or" as symbol, arguments):
            join = conj if symbol == "and" else disj
            return join(*(_skolemised(signature, argument, around) for argument in arguments))
        case Quantified("forall", variables, body):
            inner = _skolemised(signature, body, around + variables)
            return Quantified("forall", variables, inner)
        case Quantified("exists", variables, body):
            free = free_variables(term)
            given = tuple(v for v in around if v in free)
            made: dict[Term, Term] = {}
            for v in variables:
                name = signature.variable(v.name.split("!")[0], v.sort).name
                made[v] = signature.apply(name, given, v.sort, "choice")
            return _skolemised(signature, substituted(body, made), around)
    return term


def _bound(term: Term) -> Iterator[Var]:
    for node in nodes(term):
        if isinstance(node, Quantified):
            yield from node.variables


def _functions(signature: Signature, terms: Iterable[Term]) -> tuple[Function, ...]:
    """The functions that make elements of open sorts out of others."""
    used = {node.symbol for term in terms for node in nodes(term) if isinstance(node, App)}
    found = (function for name, function in signature.functions.items() if name in used)
    return tuple(f for f in found if f.arguments and f.result in signature.sorts)


def _universe(
    signature: Signature, terms: Iterable[Term], functions: tuple[Function, ...]
) -> tuple[dict[str, list[Term]] | None, bool]:
    """The terms without variables of each open sort that is spoken of, and whether they are all that can be built; None: too many."""
    found: dict[str, dict[Term, None]] = {}
    for term in terms:
        for node in nodes(term):
            for sort in (node.sort, *(v.sort for v in node.variables)) if isinstance(node, Quantified) else (node.sort,):
                if sort in signature.sorts:
                    found.setdefault(sort, {})
            if isinstance(node, App) and node.sort in found and not free_variables(node):
                found[node.sort][node] = None
    for sort, known in found.items():
        if not known:  # a sort has an element, whether or not something speaks of one
            known[signature.apply(f"any {sort}", (), sort, "any")] = None
    complete = _stratified(functions, signature)
    while complete:
        new = [
            term for function in functions for term in _applications(signature, function, found) if term not in found[term.sort]
        ]
        for term in new:
            found[term.sort][term] = None
        if any(len(known) > MOST_TERMS for known in found.values()):
            return None, False
        if not new:
            break
    return {sort: list(known) for sort, known in found.items()}, complete


def _stratified(functions: tuple[Function, ...], signature: Signature) -> bool:
    """Whether the functions lead from sort to sort and never back, and only from what can be listed."""
    leads: dict[str, set[str]] = {}
    for function in functions:
        for argument in function.arguments:
            if argument in signature.sorts:
                leads.setdefault(argument, set()).add(function.result)
            elif argument != BOOL and argument not in signature.enumerations:
                return False

    def reaches(start: str, wanted: str, seen: frozenset[str]) -> bool:
        return any(s == wanted or (s not in seen and reaches(s, wanted, seen | {s})) for s in leads.get(start, ()))

    return not any(reaches(sort, sort, frozenset()) for sort in leads)


def _applications(signature: Signature, function: Function, found: Mapping[str, Mapping[Term, None]]) -> Iterator[App]:
    domains: list[list[Term]] = []
    for argument in function.arguments:
        if argument in signature.sorts:
            domains.append(list(found.get(argument, ())))
        elif argument == BOOL:
            domains.append([FALSE, TRUE])
        else:
            domains.append([App(name, (), argument, True) for name in signature.enumerations[argument]])
    for arguments in product(*domains):
        yield App(function.name, arguments, function.result)


def _count(term: Term, universe: Mapping[str, list[Term]]) -> int:
    match term:
        case App(arguments=arguments):
            return sum(_count(argument, universe) for argument in arguments) if arguments else 1
        case Quantified(variables=variables, body=body):
            total = _count(body, universe)
            for v in variables:
                total *= len(universe[v.sort])
            return total
    return 1


def _instantiated(term: Term, universe: Mapping[str, list[Term]], known: dict[Var, Term]) -> Term:
    match term:
        case Var():
            return known[term]
        case App(arguments=arguments) if arguments:
            return rebuilt(term, tuple(_instantiated(argument, universe, known) for argument in arguments))
        case Quantified(variables=variables, body=body):
            choices = product(*(universe[v.sort] for v in variables))
            return conj(*(_instantiated(body, universe, {**known, **dict(zip(variables, c, strict=True))}) for c in choices))
    return term

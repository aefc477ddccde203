"""Formulas are simplified as they are made, and mean what they meant."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from checker.sorted.logic import (
    BOOL,
    FALSE,
    INT,
    TRUE,
    App,
    Quantified,
    Term,
    Var,
    arithmetic,
    at_most,
    conj,
    disj,
    equal,
    free_variables,
    implies,
    ite,
    negate,
    normal,
    number,
    quantified,
    substituted,
)

ELEMENTS = tuple(App(f"E:{name}", (), "E", True) for name in "abc")
CONSTANTS: dict[str, list[Term]] = {
    BOOL: [App(f"p{i}", (), BOOL) for i in range(3)],
    INT: [App(f"n{i}", (), INT) for i in range(2)],
    "E": [App(f"e{i}", (), "E") for i in range(2)],
}


def value(term: Term, known: dict[Term, object]) -> object:
    """The value of a term, made without any of the code that is tested."""
    if term in known:
        return known[term]
    match term:
        case App(symbol, (), sort, True):
            return symbol == "true" if sort == BOOL else int(symbol) if sort == INT else symbol
        case Quantified(kind, variables, body):
            chosen = product([e.symbol for e in ELEMENTS], repeat=len(variables))
            found = [value(body, {**known, **dict(zip(variables, one, strict=True))}) for one in chosen]
            return all(found) if kind == "forall" else any(found)
        case App(symbol, arguments):
            a = [value(argument, known) for argument in arguments]
            return MEANING[symbol](*a)
    raise TypeError(term)


MEANING = {
    "and": lambda *a: all(a),
    "or": lambda *a: any(a),
    "not": lambda a: not a,
    "ite": lambda c, a, b: a if c else b,
    "=": lambda a, b: a == b,
    "<=": lambda a, b: a <= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def pair(random: Random, sort: str, depth: int, bound: tuple[Var, ...] = ()) -> tuple[Term, Term]:
    """One term twice: plain, and as the constructors make it."""
    if depth == 0 or random.random() < 0.15:
        known = [TRUE, FALSE] if sort == BOOL else list(ELEMENTS) if sort == "E" else [number(i) for i in range(3)]
        term = random.choice([*CONSTANTS[sort], *known, *(v for v in bound if v.sort == sort)])
        return term, term

    def two(of: str, inner: tuple[Var, ...] = bound) -> tuple[Term, Term]:
        return pair(random, of, depth - 1, inner)

    if sort == INT and random.random() < 0.6:
        (a, x), (b, y), symbol = two(INT), two(INT), random.choice("+-*")
        return App(symbol, (a, b), INT), arithmetic(symbol, x, y)
    if sort != BOOL or random.random() < 0.2:
        (c, z), (a, x), (b, y) = two(BOOL), two(sort), two(sort)
        return App("ite", (c, a, b), sort), ite(z, x, y)
    match random.randrange(6):
        case 0 | 1:
            parts, symbol = [two(BOOL) for _ in range(random.randint(1, 3))], random.choice(["and", "or"])
            join = conj if symbol == "and" else disj
            return App(symbol, tuple(a for a, _ in parts), BOOL), join(*(x for _, x in parts))
        case 2:
            a, x = two(BOOL)
            return App("not", (a,), BOOL), negate(x)
        case 3:
            of = random.choice([BOOL, INT, "E"])
            (a, x), (b, y) = two(of), two(of)
            return App("=", (a, b), BOOL), equal(x, y)
        case 4:
            (a, x), (b, y) = two(INT), two(INT)
            return App("<=", (a, b), BOOL), at_most(x, y)
    v = Var(f"v{len(bound)}", "E")
    a, x = two(BOOL, (*bound, v))
    kind = random.choice(["forall", "exists"])
    return Quantified(kind, (v,), a), quantified(kind, (v,), x)


def worlds(random: Random) -> dict[Term, object]:
    known: dict[Term, object] = {p: random.random() < 0.5 for p in CONSTANTS[BOOL]}
    known |= {n: random.randint(-2, 3) for n in CONSTANTS[INT]}
    return known | {e: random.choice(ELEMENTS).symbol for e in CONSTANTS["E"]}


@pytest.mark.parametrize("seed", range(4))
def test_constructors_keep_the_meaning(seed: int) -> None:
    random, smaller = Random(seed), 0
    for _ in range(100):
        plain, made = pair(random, BOOL, 5)
        smaller += len(str(made)) < len(str(plain))
        for _ in range(4):
            known = worlds(random)
            wanted = value(plain, known)
            assert value(made, known) == wanted, plain
            assert value(normal(made), known) == wanted, made
            assert value(normal(made, False), known) == (not wanted), made
            fixed = {term: found for term, found in known.items() if term.sort == "E"}
            replaced = substituted(made, {term: App(str(found), (), "E", True) for term, found in fixed.items()})
            assert value(replaced, known) == wanted, made
    assert smaller > 30


def test_nothing_is_quantified_in_vain() -> None:
    x, y = Var("x", "E"), Var("y", "E")
    same = equal(x, ELEMENTS[0])
    assert quantified("forall", (x, y), same) == Quantified("forall", (x,), same)
    assert quantified("exists", (y,), TRUE) == TRUE
    assert free_variables(quantified("forall", (x,), equal(x, y))) == {y}


def test_what_is_known_is_decided() -> None:
    p, e = CONSTANTS[BOOL][0], CONSTANTS["E"][0]
    assert conj(p, negate(p)) == FALSE
    assert disj(p, negate(p)) == implies(p, p) == TRUE
    assert equal(ite(p, ELEMENTS[0], ELEMENTS[1]), ELEMENTS[0]) == p
    assert equal(ELEMENTS[0], ELEMENTS[1]) == FALSE
    assert equal(e, e) == TRUE
    assert at_most(ite(p, number(1), number(4)), number(2)) == p

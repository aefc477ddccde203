"""Solvers in a process of their own: answers, limits, what is missing."""

from __future__ import annotations

import builtins
import multiprocessing
import signal

import pytest

from checker.sorted.solve import MEMORY, TIME, Script, SolverMissing, solve, solve_all

UNSAT = "(declare-const x Int)(assert (< x x))(check-sat)"
SAT = """(declare-datatypes ((T 0)) (((|T:a|) (|T:b|))))
(declare-const |c 0| T)
(declare-const n Int)
(assert (not (= |c 0| |T:a|)))
(assert (= n (- 3)))
(check-sat)"""
NO_ELEMENT = """(set-logic ALL)
(declare-sort A 0)
(declare-fun p (A) Bool)
(declare-fun q (A A) Bool)
(assert (forall ((x A)) (exists ((y A)) (and (q x y) (p y)))))
(assert (forall ((x A) (y A)) (not (and (q x y) (p y)))))
(check-sat)"""
HARD = """(declare-const x Int)
(declare-const y Int)
(declare-const z Int)
(assert (and (> x 2) (> y 2) (> z 2) (= (+ (* x x x x x) (* y y y y y)) (* z z z z z))))
(check-sat)"""


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_answers_in_order(solver: str) -> None:
    answers = list(solve_all([Script(UNSAT), Script(SAT), Script(UNSAT)], solver))  # type: ignore[arg-type]
    assert [answer.result for answer in answers] == ["unsat", "sat", "unsat"]


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_what_speaks_of_no_element_is_answered(solver: str) -> None:
    """With no term to begin with, cvc5 finds instances only by going through all."""
    assert solve(Script(NO_ELEMENT), solver).result == "unsat"  # type: ignore[arg-type]


def test_values_of_a_model() -> None:
    assert solve(Script(SAT, ("c 0", "n"))).values == {"c 0": "T:b", "n": "-3"}


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_a_limit_gives_unknown_and_what_follows_is_answered(solver: str) -> None:
    answers = list(solve_all([Script(HARD), Script(UNSAT)], solver, time_s=0.5))  # type: ignore[arg-type]
    assert answers[0].result == "unknown"
    assert answers[0].reason in (TIME, MEMORY, "it gave up")
    assert answers[1].result == "unsat"


def test_an_interrupt_ends_the_solver() -> None:
    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(solve_all([Script(HARD)], time_s=60))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert multiprocessing.active_children() == []


def test_a_script_that_is_no_smtlib() -> None:
    with pytest.raises(Exception, match="unknown constant nothing"):
        solve(Script("(assert nothing)(check-sat)"))


@pytest.mark.parametrize(("solver", "package"), [("z3", "z3-solver"), ("cvc5", r"teamcheck\[cvc5\]")])
def test_a_missing_solver_is_named(solver: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    really = builtins.__import__

    def no(name: str, *rest: object) -> object:
        if name == solver:
            raise ImportError(name)
        return really(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", no)
    with pytest.raises(SolverMissing, match=f"{solver} is not installed here: `pip install {package}`"):
        solve(Script(UNSAT), solver)  # type: ignore[arg-type]

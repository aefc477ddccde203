"""A solver that stays for the next questions."""

from __future__ import annotations

import multiprocessing

from checker.sorted.solve import Script
from checker.sorted.standing import Standing

NO = Script("(declare-const p Bool)(assert (and p (not p)))(check-sat)")
YES = Script("(declare-const p Bool)(assert p)(check-sat)")


def results(solver: Standing, *scripts: Script) -> list[str]:
    return [answer.result for answer in solver.answers(scripts, 10)]


def test_one_process_answers_all_questions() -> None:
    solver = Standing(None)
    assert results(solver, NO, YES) == ["unsat", "sat"]
    [child] = multiprocessing.active_children()
    assert results(solver, YES) == ["sat"]
    assert multiprocessing.active_children() == [child]
    solver.end()
    assert multiprocessing.active_children() == []


def test_it_begins_anew_after_its_process_was_killed() -> None:
    solver = Standing(None)
    assert results(solver, NO) == ["unsat"]
    [child] = multiprocessing.active_children()
    child.kill()
    child.join()
    assert results(solver, NO, NO) == ["unknown", "unsat"]
    solver.end()


def test_where_a_fork_of_the_process_drops_it_the_solver_goes_on() -> None:
    held = [Standing(None)]
    assert results(held[0], NO) == ["unsat"]
    solvers = multiprocessing.active_children()
    fork = multiprocessing.get_context("fork").Process(target=held.clear)
    fork.start()
    fork.join()
    assert fork.exitcode == 0
    assert multiprocessing.active_children() == solvers
    assert results(held[0], NO) == ["unsat"]
    held[0].end()

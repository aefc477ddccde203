"""The text of a question: exact, and the same whatever was asked before."""

from __future__ import annotations

from checker.sorted.obligations import obligations
from checker.sorted.uniform import every_size
from tests.sorted.families import asked, goal_of, lemmas_of, of_corpus
from tests.sorted.test_proofs import HOLDER

QUESTION = """; consecution Client.use.using #0
(set-logic ALL)
(declare-sort Client 0)
(declare-datatypes ((Client.use 0)) (((|Client.use:idle|) (|Client.use:using|))))
(declare-fun Client.use (Client) Client.use)
(declare-fun |holder some| () Bool)
(declare-fun |holder value| () Client)
(declare-fun |Client.use.using: self#0| () Client)
(declare-fun c!0 () Client)
(assert (forall ((c!1 Client)) (or (not (= (Client.use c!1) |Client.use:using|)) (and |holder some| (= |holder value| c!1)))))
(assert (forall ((c!2 Client) (d!3 Client)) (or (= c!2 d!3) (not (= (Client.use c!2) |Client.use:using|)) \
(not (= (Client.use d!3) |Client.use:using|)))))
(assert (= (Client.use |Client.use.using: self#0|) |Client.use:using|))
(assert (not (= c!0 |Client.use.using: self#0|)))
(assert (or (= c!0 |Client.use.using: self#0|) (= (Client.use c!0) |Client.use:using|)))
(check-sat)
"""


def test_a_question() -> None:
    """A client gives the lock back, and some other one is at it then: nobody has it, but the lemma says that this one does."""
    _, found = asked(of_corpus("lock", lemmas=(HOLDER,)), "together")
    assert [one.name for one in found] == [
        "initiation #0",
        "initiation #1",
        "consecution Client.use #0",
        "consecution Client.use #1",
        "consecution Client.use.using #0",
        "consecution Client.use.using #1",
    ]
    assert next(one.smtlib for one in found if one.name == "consecution Client.use.using #0") == QUESTION


def test_the_text_does_not_depend_on_what_was_asked_before() -> None:
    every = every_size(of_corpus("task_board", None, "one_crash"))
    goals = [goal_of(every.form.model, name) for name in ("one_owner", "no error", "no deadlock", "one_owner")]
    told = [[one.smtlib for one in obligations(every.form, lemmas_of(every.form.model), goal)] for goal in goals]
    fresh = every_size(of_corpus("task_board", None, "one_crash"))
    assert told[0] == told[3]
    assert told[2] == [one.smtlib for one in obligations(fresh.form, (), goal_of(fresh.form.model, "no deadlock"))]

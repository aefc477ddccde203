"""What is proved for every size with lemmas written by hand, what is not, and that nothing is proved that a search refutes."""

from __future__ import annotations

import pytest

from checker.elaborate import make
from checker.language import tree
from checker.language.types import Bool
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Model
from checker.properties.plan import read_target
from checker.sorted.counterexample import Counterexample
from checker.sorted.decide import Shown, decide_all
from checker.sorted.obligations import PROVABLE, obligations
from checker.sorted.refusals import Refused
from checker.sorted.solve import Script, solve_all
from checker.sorted.uniform import every_size
from tests.sorted.families import SPECS, asked, decided, goal_of, lemmas_of, of_corpus, of_text, watching

HOLDER = "all(c in Client: c at using implies holder == c)"
FRAMES = "all(w in Worker: (w at planning or w at working) implies w.work.t != none)"
CLAIMED = "all(a in Agent: a at implementing implies a.work.b != none and all(b in Bead: a.work.b == b implies assignee[b] == a))"
BUSY = "all(a in Agent, b in Bead: a at implementing and a.work.b == b implies status[b] == in_progress)"
TELLING = "all(p in Polecat, b in Bead: p at telling implies p.work.b != none and (p.work.b == b implies b in pushed))"
PROVED = [  # stem, instance, fault model, goal, lemmas
    ("lock", None, "none", "together", (HOLDER,)),
    ("lock", None, "one_crash", "together", (HOLDER,)),
    ("lock", None, "none", "no deadlock", (HOLDER, "all(c in Client: holder == c implies c at using)")),
    ("task_board", None, "none", "no error", (FRAMES,)),
    ("task_board", None, "one_crash", "no error", (FRAMES,)),
    ("bugs/claim_race", "repaired", "none", "one_implementer", (CLAIMED, BUSY)),
    ("bugs/busy_check", "repaired", "none", "one_task_each", ()),
    ("bugs/read_error_empty", "repaired", "none", "closed_is_done", ()),
    ("bugs/shutdown_hang", "repaired", "one_stall", "nobody_left_behind", ()),
    ("bugs/two_effects", "as_it_was", "one_crash", "once_pushed_stays", ()),
    ("patterns/lease_fenced", "pair", "one_crash", "no_late_write", ()),
    ("patterns/quorum_vote", "two_of_three", "one_lie", "one_vote_each", ()),
    ("patterns/contract_net", "refuses", "none", "one_job_each", ()),
    ("patterns/merge_queue", "repaired", "one_crash", "main_is_green", ()),
    ("parts/leases", "two", "one_crash", "new_holder_new_token", ()),
    ("parts/heartbeat", "exact", "one_lost_beat", "only_the_dead", ()),
    ("seed_leased", "leased", "one_crash", "one_owner", ()),
    ("latte", "repaired", "none", "done_stays_done", ()),
]


@pytest.mark.parametrize(("stem", "instance", "faults", "goal", "lemmas"), PROVED, ids=lambda value: str(value)[:24])
def test_proved_for_every_size(stem: str, instance: str | None, faults: str, goal: str, lemmas: tuple[str, ...]) -> None:
    found = decided(of_corpus(stem, instance, faults, lemmas), goal)
    assert found
    assert [obligation.name for obligation, decision in found if not isinstance(decision, Shown)] == []


# --- two-phase commit: lemmas that speak of messages ----------------------------------------------------------------


def two_phase_lemmas(model: Model) -> list[Expr]:
    """Who voted was prepared; who was prepared still is, or was told; what was sent was decided; a commit has all votes."""
    variables, sorts = {v.name: v for v in model.variables}, {s.name: s for s in model.sorts}
    manager, p = Const(0, sorts["Manager"]), Local(0, "p", sorts["Participant"])
    decision, state = Read(variables["Manager.decision"], (manager,)), Read(variables["Participant.state"], (p,))
    votes, prepared = Read(variables["Manager.votes"], (manager,)), Read(variables["Prepared"], (manager,))

    def is_(cell: Read, member: str) -> Expr:
        return make.member(cell, state.type, member)  # type: ignore[arg-type]

    def all_of(body: Expr) -> Expr:
        return Quantifier("all", (p,), (p.type,), body, Bool())

    def sent(name: str) -> Expr:
        cell = Read(variables[name], (p,))
        return make.compare("ne", cell, Const(frozenset(), cell.type))

    said = Apply("in_set", (Apply("record", (p,), prepared.type.of), prepared), Bool())  # type: ignore[attr-defined]
    voted = Apply("in_set", (p, votes), Bool())
    kept = make.either(is_(state, "prepared"), is_(state, "committed"), is_(decision, "aborted"))
    return [
        all_of(make.implies(said, kept)),
        all_of(make.implies(voted, said)),
        all_of(make.implies(sent("Commit"), is_(decision, "committed"))),
        all_of(make.implies(sent("Abort"), is_(decision, "aborted"))),
        make.implies(is_(decision, "committed"), all_of(voted)),
        all_of(make.implies(is_(state, "committed"), is_(decision, "committed"))),
    ]


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
@pytest.mark.parametrize(("faults", "goal"), [("none", "consistent"), ("participant_crash", "consistent"), ("none", "final")])
def test_two_phase_commit(faults: str, goal: str, solver: str) -> None:
    every = every_size(of_corpus("two_phase_commit", "three", faults))
    model = every.form.model
    found = obligations(every.form, two_phase_lemmas(model), goal_of(model, goal))
    answers = list(solve_all([Script(one.smtlib) for one in found], solver))  # type: ignore[arg-type]
    assert {answer.result for answer in answers} == {"unsat"}
    assert len(found) > 20


def test_messages_of_an_unordered_channel() -> None:
    """What is announced was pushed: the bag of announcements holds nothing else, however many there are of each."""
    every = every_size(of_corpus("bugs/two_effects", "repaired", "lost_mail", lemmas=(TELLING,)))
    model = every.form.model
    variables, sorts = {v.name: v for v in model.variables}, {s.name: s for s in model.sorts}
    box, m = Read(variables["MergeReady"], (Const(0, sorts["Refinery"]),)), Local(0, "m", variables["MergeReady"].type.of)  # type: ignore[attr-defined]
    bead = Apply("field", (m, make.number(0)), sorts["Bead"])
    announced = Quantifier("all", (m,), (box,), Apply("in_set", (bead, Read(variables["pushed"], ())), Bool()), Bool())
    found = obligations(every.form, [*lemmas_of(model), announced], goal_of(model, "only_pushed"))
    assert {type(decision).__name__ for decision in decide_all(every, found)} == {"Shown"}


def test_a_hasty_manager_is_not_proved() -> None:
    """With a majority instead of all votes the same lemmas break, and so does the goal without them."""
    every = every_size(of_corpus("two_phase_commit", "hasty"))
    model = every.form.model
    found = obligations(every.form, two_phase_lemmas(model), goal_of(model, "consistent"))
    broken = [o.name for o, d in zip(found, decide_all(every, found), strict=True) if isinstance(d, Counterexample)]
    assert broken == ["consecution Manager.commit #4"]


def test_a_wrong_lemma_is_caught() -> None:
    wrong = "all(c in Client: holder != c)"
    found = decided(of_corpus("lock", lemmas=(HOLDER, wrong)), "together")
    (broken,) = [decision for _, decision in found if not isinstance(decision, Shown)]
    assert isinstance(broken, Counterexample)
    assert broken.obligation == "consecution Client.use #1"
    assert broken.sizes == {"Client": 1}


def test_a_lost_update_is_not_proved() -> None:
    """Its ghosts are part of the state; the mark that tells of it is what must not happen."""
    family = watching("task_board", "no lost update on status")
    found = decided(family, "no lost update on status")
    broken = [obligation.name for obligation, decision in found if isinstance(decision, Counterexample)]
    assert broken == ["safety Worker.work.planning", "safety Worker.work.working"]


def test_quorums_meet() -> None:
    """Two majorities have a member in common: that alone decides that two values are never chosen."""
    protocol = """protocol p(voters: 1..5 = 3)
role Voter * voters
enum Side: left, right
shared vote: map[Voter, Side?] = none
role Voter:
    action choose_left when vote[self] == none:
        vote[self] = left
    action choose_right when vote[self] == none:
        vote[self] = right
"""
    spec = "always one: not (majority(v in Voter: vote[v] == left) and majority(w in Voter: vote[w] == right))\n"
    spec += "always not_both: not (majority(v in Voter: vote[v] == left) and any(w in Voter: vote[w] == right))"
    family = of_text(protocol, spec)
    assert all(isinstance(decision, Shown) for _, decision in decided(family, "one"))
    assert [type(d).__name__ for _, d in decided(family, "not_both")] == ["Shown", "Counterexample", "Counterexample"]


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "why"), [("served", "nothing says that every run ends"), ("contended", "not a property of states or single steps")]
)
def test_properties_of_runs_are_refused(goal: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        asked(of_corpus("lock"), goal)


def test_a_goal_that_speaks_of_a_size_is_refused() -> None:
    protocol = "protocol p(workers: 1..4 = 2)\nrole Worker * workers\nshared n: 0..4 = 0\nrole Worker:\n    action go when n < 4:\n        n += 1\n"
    family = of_text(protocol, "always few: n <= workers")
    assert list(every_size(family).goals) == ["few"]
    with pytest.raises(Refused, match=r"`few` speaks of a size itself, so it says something else at every size \(p.spec:2:18\)"):
        asked(family, "few")


# --- nothing is proved that a search refutes -----------------------------------------------------------------------


def expected(spec: tree.Spec, goal: str, instance: str, faults: str) -> bool:
    """Whether the spec expects the goal to be violated there, or anywhere, where it does not say so closely."""
    for node in spec.expectations:
        if isinstance(node, tree.ExpectViolated) and goal in [p.name for p in node.properties]:
            instances, models = [i.name for i in node.instances], [f.name for f in node.faults]
            if (not instances or instance in instances) and (not models or faults in models):
                return True
    return False


def test_nothing_is_proved_that_the_corpus_expects_to_be_violated() -> None:
    open_ones = 0
    for path in sorted(SPECS.rglob("*.spec")):
        target = read_target(str(path))
        assert target.spec is not None
        names = {p.name for node in target.spec.expectations if isinstance(node, tree.ExpectViolated) for p in node.properties}
        stem = str(path.relative_to(SPECS).with_suffix(""))
        for instance, faults in target.pairs():
            wrong = [name for name in names if expected(target.spec, name, instance, faults)]
            names -= set(wrong)  # each once
            open_ones += len(wrong)
            if wrong:
                assert _proved(stem, target.instance_name(instance), faults, wrong) == [], f"{stem} {instance} {faults}"
    assert open_ones > 50


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_more_than_a_hundred_goals_of_the_corpus_need_no_lemma() -> None:
    proved: list[str] = []
    for path in sorted(SPECS.rglob("*.spec")):
        target = read_target(str(path))
        assert target.spec is not None
        stem = str(path.relative_to(SPECS).with_suffix(""))
        for instance, faults in target.pairs():
            proved += _proved(stem, target.instance_name(instance), faults, None)
    assert len(proved) > 100
    assert len({name.split(" ")[0] for name in proved}) >= 20


def _proved(stem: str, instance: str | None, faults: str, names: list[str] | None) -> list[str]:
    """The goals (of those named) that are proved without lemmas, as `stem goal`."""
    try:
        every = every_size(of_corpus(stem, instance, faults))
    except Refused:
        return []
    proved = []
    goals = [goal for goal in every.form.model.goals if goal.kind in PROVABLE and (names is None or goal.name in names)]
    for goal in goals if every.open else []:
        try:
            found = obligations(every.form, (), goal)
        except Refused:
            continue
        answers = list(solve_all([Script(one.smtlib) for one in found], time_s=3))
        if all(answer.result == "unsat" for answer in answers):
            proved.append(f"{stem} {goal.name}")
    return proved

"""Rules that are made on demand: a protocol for each thing that they speak of only where nothing else helps, proved for every size with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.properties.searches import Limits, model_of
from checker.properties.tolerance.subject import subject
from checker.proving.attempt import Attempts

CHAIN = """
protocol p(values: 1..4 = 2, replicas: 1..4 = 2, skips: bool = false)
ids Value * values
role Client
role Replica * replicas, ordered
message Write(v: Value) to Replica: unordered, capacity 4
role Client:
    var asked: set[Value] = {}
    action write(v: Value) when v not in asked:
        asked += {v}
        send Write(v) to first(Replica)
role Replica:
    durable var stored: set[Value] = {}
    on Write(v):
        if not skips or self != first(Replica):
            stored += {v}
        if self != last(Replica):
            send Write(v) to next(self)
"""
BARRIER = """
protocol p(workers: 1..4 = 2, phases: 1..4 = 3, early: bool = false)
role Worker * workers
shared arrived: set[Worker] = {}
shared generation: 0..phases = 0
role Worker:
    var phase: 0..phases = 0
    run:
        while phase < phases:
            await llm() as working
            let mine = generation
            arrived += {self}
            if all(w in Worker: w in arrived) or early:
                arrived = {}
                generation += 1
            else:
                await generation != mine as waiting
            phase += 1
done when all(w in Worker: w is finished)
"""
REFUSED = """
protocol p(experts: 2..4 = 2, tickets: 1..3 = 2, all_may: bool = false)
enum State: new, open, closed
ids Ticket * tickets
role Expert * experts
shared state: map[Ticket, State] = new
shared refused: map[Ticket, set[Expert]] = {}
role Expert:
    action take(t: Ticket) when state[t] == new and self not in refused[t]:
        state[t] = open
        await llm() as solving
        either:
            state[t] = closed
        or:
            if all_may or any(e in Expert: e != self and e not in refused[t]):
                refused[t] += {self}
                state[t] = new
            else:
                state[t] = closed
done when all(t in Ticket: state[t] == closed)
"""
CASES = {  # the property, the parameter that breaks it, and what a lemma says
    "three": (CHAIN, "always p: all(a in Replica, b in Replica: a < b implies b.stored subset a.stored)", "skips", "r < "),
    "numbers": (BARRIER, "always p: all(v in Worker, w in Worker: v.phase <= w.phase + 1)", "early", "generation"),
    "somebody": (REFUSED, "no deadlock", "all_may", "any(e in Expert: "),
}


def attempts(folder: Path, name: str, instance: str) -> tuple[Attempts, str]:
    """Of one property, with what rules there are for it."""
    team, asked, broken, _ = CASES[name]
    (folder / "p.team").write_text(team, encoding="utf-8")
    (folder / "p.spec").write_text(
        f'spec p for "p.team"\ninstance good: {broken} = false\ninstance broken: {broken} = true\n{asked}\n', encoding="utf-8"
    )
    base = subject(
        str(folder / "p.spec"), instance=instance, faults="none", properties=None, overrides={}, limits=Limits(), said=None
    )
    goals = [goal for job in base.jobs("none") for goal in model_of(job).goals if goal.name != "no error"]
    found = Attempts(base, "none", None)
    for rule in found.look_for_rules(goals, 60.0):
        found.every_size(next(goal for goal in goals if goal.name == rule), 60.0, "rules")
    return found, goals[0].name


@pytest.mark.parametrize("name", CASES)
def test_it_is_proved_for_every_size(name: str, tmp_path: Path) -> None:
    found, goal = attempts(tmp_path, name, "good")
    assert found.proved(goal)
    assert any(CASES[name][3] in lemma.text for lemma in found.of(goal).lemmas)


@pytest.mark.parametrize("name", ["numbers"])
def test_nothing_is_proved_of_the_broken_one(name: str, tmp_path: Path) -> None:
    found, goal = attempts(tmp_path, name, "broken")
    assert not found.proved(goal)

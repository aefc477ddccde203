"""Sets of states as decision diagrams hold what listing the states gives, observation by observation, on generated protocols."""

from __future__ import annotations

from collections import Counter
from random import Random

from msgspec.structs import replace

from checker.conformance.beliefs import Beliefs
from checker.conformance.explain import Explained
from checker.conformance.seen import Begun, DoneSeen, Dropped, Ended, Gone, Seen, StateSeen, StepSeen
from checker.conformance.symbolic.back import way_back
from checker.conformance.symbolic.diagram import EMPTY
from checker.conformance.symbolic.follow import SetsOfStates
from checker.conformance.tracker import Tracker
from checker.model.model import Model
from checker.semantics.interpreter import Interpreter
from tests.conformance.oracle import generated_models, random_run, seen_of
from tests.conformance.test_tracker_oracle import less, mutated

SLOTS = 2


def observations(model: Model, hidden: frozenset[int], random: Random) -> list[Seen]:
    """Of a random run, perhaps changed: steps, states, whether it is done, calls."""
    run = random_run(Interpreter(model), random, 7)
    steps = [seen_of(model, t) for t in run if t.step not in hidden]
    steps = mutated(model, steps, random) if steps and random.random() < 0.5 else steps
    found: list[Seen] = []
    open: list[int] = []
    for one in less(steps, random):
        free = [slot for slot in range(SLOTS) if slot not in open]
        if free and random.random() < 0.4:
            found.append(Begun(free[0], one))
            open.append(free[0])
        else:
            found.append(one)
        if open and random.random() < 0.5:
            slot = open.pop(random.randrange(len(open)))
            found.append(random.choice([Ended(slot), Ended(slot, one), Dropped(slot), Gone(slot)]))
        state = random.choice(run).target
        if state is not None and random.random() < 0.3:
            cell = random.randrange(model.size)
            found.append(StateSeen(((cell, state[cell]),)))
        if model.done is not None and random.random() < 0.2:
            found.append(DoneSeen(random.random() < 0.3))
    return found


def explains(model: Model, seen: list[Seen], hidden: frozenset[int], path: Explained | None) -> None:
    """The path is one of the model, and takes the steps that were seen, in their order; the others are hidden or of calls."""
    assert path is not None
    interpreter, state = Interpreter(model), path.start
    assert state in interpreter.initial_states()
    for taken in path.taken:
        assert taken.before == state
        outcome = interpreter.outcomes(state)[taken.index]
        assert outcome[2] == taken.after
        assert taken.number is not None or outcome[0] in hidden or any(isinstance(one, Begun) for one in seen)
        state = taken.after
    steps = [number for number, one in enumerate(seen, 1) if isinstance(one, StepSeen)]
    assert [taken.number for taken in path.taken if taken.number is not None] == steps


def test_diagrams_hold_what_a_list_holds() -> None:
    random, met = Random(1), Counter[str]()
    models = generated_models(range(30), most_states=100)
    models += [replace(model, timeouts_only_when_stuck=True) for model in models if any(s.kind == "timeout" for s in model.steps)]
    for model in models:
        for _ in range(3):
            hidden = frozenset(n for n in range(len(model.steps)) if random.random() < 0.3)
            seen = observations(model, hidden, random)
            beliefs = Beliefs(model, hidden)
            tracker, sets = Tracker(beliefs), SetsOfStates(Interpreter(model), hidden, SLOTS)
            sets.start()
            for one in seen:
                if not tracker.observe(one):
                    break
                sets.observe(one)
                assert sets.sets.count(sets.now) == tracker.candidates
                met["the same"] += 1
            followed = SetsOfStates(
                Interpreter(model), hidden, SLOTS, most=random.choice([10_000, 500_000])
            )  # few are forgotten often
            found = followed.follow(seen)
            assert (found.explained == len(seen)) == (tracker.verdict == "conforms")
            if tracker.stuck is None:
                states = tracker.states()
                assert [set(values) for values in found.values] == [
                    {state[cell] for state in states} for cell in range(model.size)
                ]
                met["conforms"] += 1
            else:
                sets.observe(tracker.stuck.seen)
                assert sets.now == EMPTY
                assert found.explained == tracker.stuck.number - 1
                assert set(found.allowed) == set(tracker.stuck.allowed)
                assert (found.fails is None) == (tracker.stuck.fails is None)
                explains(model, seen[: found.explained], hidden, way_back(followed, seen[: found.explained]))
                met["violates"] += 1
    assert met["the same"] >= 500
    assert min(met["conforms"], met["violates"]) >= 40

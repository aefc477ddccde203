"""The tracker and the search over orders agree with paths in the state graph, on runs of generated protocols as they were, changed, and cut."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations
from random import Random

from msgspec.structs import replace

from checker.conformance.beliefs import Beliefs
from checker.conformance.orders import PartialOrder, explain_in_some_order
from checker.conformance.seen import Seen, StepSeen
from checker.conformance.tracker import Tracker
from checker.language.types import cardinality
from checker.model.model import Model
from checker.semantics.interpreter import Interpreter
from tests.conformance.oracle import Oracle, event_of, generated_models, random_run, seen_of

PROTOCOLS = range(45)
RUNS = 3
STEPS = 6


@cache
def models() -> tuple[Model, ...]:
    return tuple(generated_models(PROTOCOLS, most_states=100))


def runs(model: Model, random: Random) -> list[list[StepSeen]]:
    interpreter = Interpreter(model)
    return [[seen_of(model, t) for t in random_run(interpreter, random, STEPS)] for _ in range(RUNS)]


def verdict(beliefs: Beliefs, seen: list[Seen] | list[StepSeen]) -> str:
    tracker = Tracker(beliefs)
    for one in seen:
        tracker.observe(one)
    assert_explained(tracker)
    return tracker.verdict


def assert_explained(tracker: Tracker) -> None:
    """The behaviour that it gives is one that the interpreter takes, and the observations are its steps that are not hidden."""
    found = tracker.explanation()
    interpreter = tracker.beliefs.automaton.interpreter
    state = found.start
    assert state in interpreter.initial_states()
    numbers = []
    for taken in found.taken:
        assert taken.before == state
        transition = interpreter.transitions(state)[taken.index]
        assert transition.target == taken.after
        assert taken.number is not None or transition.step in tracker.beliefs.hidden
        state = taken.after
        numbers += [] if taken.number is None else [taken.number]
    assert numbers == sorted(numbers)


def mutated(model: Model, run: list[StepSeen], random: Random) -> list[StepSeen]:
    """The run with one event left out, two exchanged, one by another agent, or one twice."""
    changed = list(run)
    place = random.randrange(len(changed))
    match random.randrange(4):
        case 0:
            del changed[place]
        case 1:
            other = random.randrange(len(changed))
            changed[place], changed[other] = changed[other], changed[place]
        case 2:
            local = model.steps[min(changed[place].steps)].agent
            if local is not None:
                changed[place] = replace(changed[place], agent=random.randrange(cardinality(local.type)))
        case 3:
            changed.insert(place, changed[place])
    return changed


def less(run: list[StepSeen], random: Random) -> list[StepSeen]:
    """The run with what is known of some events left out."""
    found = []
    for one in run:
        agent = one.agent if random.random() < 0.5 else None
        values = tuple(pair for pair in one.values if random.random() < 0.5)
        found.append(StepSeen(one.steps, agent, values))
    return found


def test_there_is_much_to_look_at() -> None:
    assert len(models()) >= 20
    assert max(len(model.steps) for model in models()) >= 6


def test_every_run_conforms_also_with_less_known() -> None:
    random = Random(1)
    for model in models():
        beliefs = Beliefs(model)
        for run in runs(model, random):
            assert verdict(beliefs, run) == "conforms"
            assert verdict(beliefs, less(run, random)) == "conforms"


def test_a_changed_run_violates_exactly_where_there_is_no_path() -> None:
    random, met = Random(2), Counter[str]()
    for model in models():
        beliefs, oracle = Beliefs(model), Oracle(model)
        for run in runs(model, random):
            for _ in range(2 if run else 0):
                for changed in (made := mutated(model, run, random), less(made, random)):
                    found = verdict(beliefs, changed)
                    assert found == ("conforms" if oracle.explains([event_of(model, one) for one in changed]) else "violates")
                    met[found] += 1
    assert min(met["conforms"], met["violates"]) >= 100


def test_hidden_steps_are_assumed_exactly_where_there_is_a_path() -> None:
    random, met = Random(3), Counter[str]()
    for model in models():
        names = [step.name for step in model.steps]
        hidden = frozenset(name for name in names if random.random() < 0.4)
        beliefs, oracle = Beliefs(model, [names.index(name) for name in hidden]), Oracle(model)
        for run in runs(model, random):
            shown = [one for one in run if names[min(one.steps)] not in hidden]
            assert verdict(beliefs, shown) == "conforms"
            if shown:
                changed = mutated(model, shown, random)
                found = verdict(beliefs, changed)
                events = [event_of(model, one) for one in changed]
                assert found == ("conforms" if oracle.explains(events, hidden) else "violates")
                met[found] += 1
    assert min(met["conforms"], met["violates"]) >= 15


def test_orders_known_for_each_agent_only() -> None:
    random, met = Random(4), Counter[bool]()
    for model in models():
        names = [step.name for step in model.steps]
        hidden = frozenset(name for name in names if random.random() < 0.2)
        beliefs, oracle = Beliefs(model, [names.index(name) for name in hidden]), Oracle(model)
        for run in runs(model, random)[:2]:
            shown = [one for one in run if names[min(one.steps)] not in hidden]
            for events in (shown, mutated(model, shown, random)) if shown else ():
                lanes = lanes_of(events)
                shuffled = [one for lane in random.sample(lanes, len(lanes)) for one in lane]
                found = explain_in_some_order(beliefs, in_lanes(shuffled))
                texts = [[event_of(model, one) for one in lane] for lane in lanes]
                assert (found.blocked is None) == oracle.explains_lanes(texts, hidden)
                assert events is not shown or found.blocked is None
                met[found.blocked is None] += 1
    assert min(met.values()) >= 10


def lanes_of(events: list[StepSeen]) -> list[list[StepSeen]]:
    return [[one for one in events if one.agent == agent] for agent in dict.fromkeys(one.agent for one in events)]


def in_lanes(events: list[StepSeen]) -> PartialOrder:
    last: dict[int | None, int] = {}
    before = []
    for place, one in enumerate(events):
        before.append(frozenset([last[one.agent]]) if one.agent in last else frozenset[int]())
        last[one.agent] = place
    return PartialOrder(seen=tuple(events), before=tuple(before))


def test_a_call_takes_its_step_somewhere_between_its_begin_and_its_end() -> None:
    """By trying every place."""
    random, met = Random(5), Counter[str]()
    for model in models():
        beliefs = Beliefs(model)
        for run in runs(model, random):
            if len(run) < 2:
                continue
            changed = run if random.random() < 0.3 else mutated(model, run, random)
            called = changed.pop(random.randrange(len(changed)))
            begin, end = sorted(random.sample(range(len(changed) + 2), 2)) if len(changed) else (0, 1)
            end -= 1
            tries = [[*changed[:at], called, *changed[at:]] for at in range(begin, end + 1)]
            expected = "conforms" if any(verdict(beliefs, one) == "conforms" for one in tries) else "violates"
            assert with_call(beliefs, changed, called, begin, end) == expected
            met[expected] += 1
            vague = StepSeen(called.steps)  # all that is known of a call without an end
            unknown = [changed, *([*changed[:at], vague, *changed[at:]] for at in range(begin, len(changed) + 1))]
            expected = "conforms" if any(verdict(beliefs, one) == "conforms" for one in unknown) else "violates"
            assert with_call(beliefs, changed, called, begin, None) == expected
    assert min(met["conforms"], met["violates"]) >= 20


def with_call(beliefs: Beliefs, others: list[StepSeen], called: StepSeen, begin: int, end: int | None) -> str:
    """The verdict where the begin of the call comes before `others[begin]`, and its end, of which all is known, before `others[end]`."""
    tracker = Tracker(beliefs)
    slot = -1
    for place in range(len(others) + 1):
        if place == begin:
            slot = tracker.begin(StepSeen(called.steps))
        if place == end:
            tracker.end(slot, called)
        if place < len(others):
            tracker.observe(others[place])
    return tracker.verdict


def test_observed_states_leave_those_that_hold_them() -> None:
    random = Random(6)
    for model in models():
        beliefs, interpreter = Beliefs(model), Interpreter(model)
        run = random_run(interpreter, random, STEPS)
        tracker, blind = Tracker(beliefs), Tracker(beliefs)
        for transition in run:
            assert transition.target is not None
            seen = StepSeen(frozenset([transition.step]))
            cells = random.sample(range(model.size), min(2, model.size))
            assert tracker.observe(seen)
            assert tracker.observe_state({cell: transition.target[cell] for cell in cells})
            assert blind.observe(seen)
            assert transition.target in tracker.states()
            assert set(tracker.states()) <= set(blind.states())
            assert all(state[cell] == transition.target[cell] for state in tracker.states() for cell in cells)


def test_pairs_of_orders() -> None:
    """Two events that may come in either order are explained if one order is, whatever the log's."""
    random = Random(7)
    for model in models()[::3]:
        beliefs = Beliefs(model)
        for run in runs(model, random)[:1]:
            for first, second in list(combinations(range(len(run)), 2))[:6]:
                if second != first + 1:
                    continue
                exchanged = [*run[:first], run[second], run[first], *run[second + 1 :]]
                before = [frozenset(range(place)) for place in range(len(run))]
                before[second] = frozenset(range(first))
                found = explain_in_some_order(beliefs, PartialOrder(seen=tuple(exchanged), before=tuple(before)))
                assert found.blocked is None

"""Logs with maps to attack `conform` with, and what they say for the oracle: random runs of a model, with something taken away or changed."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from msgspec import Struct

from checker.conformance.logs.names import Naming
from checker.conformance.logs.vocabulary import Vocabulary
from checker.ground.permute import mentions
from checker.language.types import Bool, Enum, Int, MapOf, Option, SeqOf, SetOf, Sort, Type, element
from checker.model.cells import cell_names, cell_variables
from checker.model.expr import Local
from checker.model.model import Model
from checker.semantics.interpreter import EvaluationError, Interpreter, Outcome, State
from tests.conformance.brute import Begin, Brute, Done, End, Fail, Held, Part, Told, Took, renamings

ORDERS = ("log", "time", "agent", "round", "links")
MOST_EVENTS = 6


class Case(Struct, kw_only=True):
    """A log with its map as texts, and the same for the oracle."""

    map: str
    records: list[dict[str, Any]]
    told: list[Told]
    hidden: frozenset[str]
    order: str
    named: frozenset[Sort]  # whose elements have names of the log's own


def plain(type: Type) -> bool:
    """Whether JSON has its values as they are written here."""
    match type:
        case Sort() | Enum() | Bool() | Int():
            return True
        case Option(of) | SetOf(of) | SeqOf(of, _):
            return not isinstance(of, Option) and plain(of)
        case MapOf(key, of):
            return isinstance(key, Sort | Enum) and plain(of)
    return False


def written(type: Type, value: Any) -> Any:
    """As a log with the protocol's names writes it."""
    match type:
        case Sort():
            return element(type, value)
        case Enum():
            return type.members[value]
        case Option(of):
            return None if value is None else written(of, value)
        case SetOf(of):
            return [written(of, one) for one in sorted(value)]
        case SeqOf(of, _):
            return [written(of, one) for one in value]
        case MapOf(key, of):
            from checker.language.types import values

            return {written(key, k): written(of, one) for k, one in zip(values(key), value, strict=True)}
    return value


class Maker:
    """Makes cases of one model."""

    def __init__(self, model: Model, random: Random) -> None:
        self.model, self.random, self.interpreter = model, random, Interpreter(model)
        self.names, self.owners = cell_names(model), cell_variables(model)
        self.cells = [c for c, v in enumerate(self.owners) if v.kind in ("shared", "agent") and plain(v.type)]
        self.steps = [step.name for step in model.steps]
        self.types = [Vocabulary(model).types(number) for number in range(len(model.steps))]
        naming = Naming(model, {})
        alike = [sort for sort in model.sorts if sort.size > 1 and naming.told_apart(sort) is None]
        self.named = frozenset(alike) if random.random() < 0.4 else frozenset()
        if self.named:
            self.cells = []  # a map that names a cell of an element tells the elements apart

    def written(self, type: Type, value: Any) -> Any:
        inner = type.of if isinstance(type, Option) else type
        if inner in self.named and value is not None:
            return f"{inner} of the log, {(value + 1) % inner.size}"
        return written(type, value)

    def tellable(self, type: Type) -> bool:
        inner = type.of if isinstance(type, Option) else type
        return plain(type) and (inner in self.named or not any(mentions(inner, sort) for sort in self.named))

    def explained(self, case: Case) -> bool:
        """Whether the oracle says so of one of the ways in which the names could stand for elements."""
        brute = Brute(self.interpreter)
        names = {sort: [str(place) for place in range(sort.size)] for sort in case.named}
        return any(brute.explains([self.renamed(told, by) for told in case.told], case.hidden) for by in renamings(names))

    def renamed(self, told: Told, by: dict[Sort, dict[str, int]]) -> Told:
        def value(type: Type | None, given: Any) -> Any:
            inner = type.of if isinstance(type, Option) else type
            return by[inner][str(given)] if given is not None and isinstance(inner, Sort) and inner in by else given

        def took(one: Took) -> Took:
            number = self.steps.index(min(one.steps))
            agent = self.model.steps[number].agent
            values = tuple((name, value(self.types[number][name], of)) for name, of in one.values)
            return Took(one.steps, value(None if agent is None else agent.type, one.agent), values)

        def part(one: Part) -> Part:
            match one:
                case Took():
                    return took(one)
                case Begin(call, step):
                    return Begin(call, took(step))
                case End(call, step) if step is not None:
                    return End(call, took(step))
            return one

        return Told(tuple(map(part, told.parts)), told.before)

    def run(self) -> list[tuple[State, Outcome]]:
        state = self.random.choice(self.interpreter.initial_states())
        taken = []
        for _ in range(self.random.randint(2, 9)):
            fine = [outcome for outcome in self.interpreter.outcomes(state) if outcome[2] is not None]
            if not fine:
                break
            outcome = self.random.choice(fine)
            taken.append((state, outcome))
            assert outcome[2] is not None
            state = outcome[2]
        return taken

    def case(self) -> Case | None:
        random = self.random
        hidden = frozenset(name for name in self.steps if random.random() < random.choice([0.0, 0.0, 0.3]))
        order = random.choice(ORDERS)
        made: list[tuple[dict[str, Any], list[Part]]] = []
        ends: list[tuple[int, dict[str, Any], list[Part]]] = []
        for number, (state, outcome) in enumerate(self.run()):
            made += [(record, parts) for at, record, parts in ends if at <= number]
            ends = [one for one in ends if one[0] > number]
            if random.random() < 0.15:
                made.append(self.look(state))
            if self.model.steps[outcome[0]].name in hidden:
                continue
            if random.random() < 0.3:
                begin, end = self.call(f"c{number}", outcome)
                place = random.randint(0, len(made))
                if order == "log":
                    made.insert(place, begin)
                else:
                    made.append(begin)
                if end is not None:
                    ends.append((number + random.randint(1, 3), *end))
            else:
                made.append(self.step(state, outcome))
            if len(made) >= MOST_EVENTS:
                break
        made += [(record, parts) for _, record, parts in ends]
        made = [one for one in made if random.random() < 0.93 or {"begin", "end", "fail"} & {one[0].get("ph")}]
        if not made:
            return None
        if random.random() < 0.6:
            self.mutate(made)
        if not made:
            return None
        return self.ordered(made, order, hidden)

    # --- records -------------------------------------------------------------------------------------------------------

    def step(self, state: State, outcome: Outcome) -> tuple[dict[str, Any], list[Part]]:
        record, took = self.took(outcome)
        parts: list[Part] = []
        if self.random.random() < 0.15:
            before = self.some_cells(state, record, "b")
            parts += [Held(before)] if before else []
        parts.append(took)
        assert outcome[2] is not None
        if self.random.random() < 0.25:
            after = self.some_cells(outcome[2], record, "a")
            parts += [Held(after)] if after else []
        return record, parts

    def took(self, outcome: Outcome) -> tuple[dict[str, Any], Took]:
        step = self.model.steps[outcome[0]]
        instance = list(outcome[1])
        record: dict[str, Any] = {"ph": "step", "step": step.name}
        agent = instance.pop(0) if step.agent is not None else None
        if agent is not None and step.agent is not None and self.random.random() < 0.6:
            record["who"] = self.written(step.agent.type, agent)
        else:
            agent = None
        values = []
        given = [*zip(step.parameters, instance, strict=True), *((m, v) for m, v in outcome[5] if isinstance(m, Local))]
        for local, value in given:
            null = isinstance(local.type, Option) and value is None
            once = sum(other.name == local.name for other, _ in given) == 1
            if once and self.tellable(local.type) and self.random.random() < 0.6:
                record[f"p_{local.name}"] = None if null else self.written(local.type, value)
                values.append((local.name, value))
        return record, Took(frozenset([step.name]), agent, tuple(values))

    def some_cells(self, state: State, record: dict[str, Any], letter: str) -> tuple[tuple[int, Any], ...]:
        found = []
        for cell in self.random.sample(self.cells, min(len(self.cells), self.random.randint(1, 2))):
            record[f"{letter}{cell}"] = written(self.owners[cell].type, state[cell])
            found.append((cell, state[cell]))
        return tuple(sorted(found))

    def look(self, state: State) -> tuple[dict[str, Any], list[Part]]:
        record: dict[str, Any] = {"ph": "look"}
        roles = [sort for sort in self.model.sorts if sort.role]
        if roles and self.random.random() < 0.5:
            record["who"] = self.written(self.random.choice(roles), 0)
        if self.model.done is not None and self.random.random() < 0.5:
            try:
                done = bool(self.interpreter.evaluate(self.model.done, state))
            except EvaluationError:
                done = True
            return {**record, "ph": "done" if done else "not done"}, [Done(done)]
        cells = self.some_cells(state, record, "a")
        return record, [Held(cells)] if cells else []

    def call(
        self, id: str, outcome: Outcome
    ) -> tuple[tuple[dict[str, Any], list[Part]], tuple[dict[str, Any], list[Part]] | None]:
        record, took = self.took(outcome)
        begin = ({**record, "ph": "begin", "call": id}, [Begin(id, took)])
        match self.random.randrange(5):
            case 0:
                return begin, None
            case 1:
                more, known = self.took(outcome)
                return begin, ({**more, "ph": "end and", "call": id}, [End(id, known)])
            case 2:
                return begin, ({"ph": "fail", "call": id, **self.who(record)}, [Fail(id)])
        return begin, ({"ph": "end", "call": id, **self.who(record)}, [End(id, None)])

    def who(self, record: dict[str, Any]) -> dict[str, Any]:
        return {"who": record["who"]} if "who" in record and self.random.random() < 0.7 else {}

    def mutate(self, made: list[tuple[dict[str, Any], list[Part]]]) -> None:
        """One record by another agent, left out, twice, or elsewhere; or another value."""
        random, place = self.random, self.random.randrange(len(made))
        record, parts = made[place]
        calls = {"begin", "end", "end and", "fail"}
        match random.randrange(5):
            case 0 if record["ph"] not in calls:
                del made[place]
            case 1 if record["ph"] not in calls:
                made.insert(random.randint(0, len(made)), made[place])
            case 2 if record["ph"] not in calls:
                made.insert(random.randint(0, len(made) - 1), made.pop(place))
            case 3 if "who" in record and parts and isinstance(parts[-1], Took):
                took = parts[-1]
                role = self.model.steps[self.steps.index(min(took.steps))].agent
                assert role is not None
                assert isinstance(role.type, Sort)
                other = random.randrange(role.type.size)
                made[place] = (
                    {**record, "who": self.written(role.type, other)},
                    [*parts[:-1], Took(took.steps, other, took.values)],
                )
            case _ if parts and isinstance(parts[-1], Held):
                cell, _ = parts[-1].cells[0]
                value = random.choice(self.interpreter.initial_states())[cell]
                held = tuple((c, value if c == cell else v) for c, v in parts[-1].cells)
                made[place] = (
                    {**record, f"a{cell}": written(self.owners[cell].type, value)},
                    [*parts[:-1], Held(held)],
                )

    # --- order ---------------------------------------------------------------------------------------------------------

    def ordered(self, made: list[tuple[dict[str, Any], list[Part]]], order: str, hidden: frozenset[str]) -> Case:
        """The log in an order that says no more than is known, and what it says."""
        random, count = self.random, len(made)
        records = [dict(record) for record, _ in made]
        rounds = sorted(random.randrange(3) for _ in made)
        links: dict[int, set[int]] = {}
        for place, record in enumerate(records):
            match order:
                case "time":
                    record["t"] = sum(random.random() < 0.7 for _ in range(1)) + (records[place - 1]["t"] if place else 0)
                case "round":
                    record["round"] = rounds[place]
                case "links":
                    record["id"] = f"r{place}"
                    links[place] = {one for one in range(place) if random.random() < 0.4}
                    record["after"] = [f"r{one}" for one in sorted(links[place])]
        shuffled = self.shuffled(records, order)
        at = {old: new for new, old in enumerate(shuffled)}
        lanes = [records[old].get("who") for old in shuffled]
        told = []
        for new, old in enumerate(shuffled):
            match order:
                case "log":
                    before = set(range(new))
                case "time":
                    before = {at[one] for one in range(count) if records[one]["t"] < records[old]["t"]}
                case "agent":
                    before = {one for one in range(new) if lanes[one] == lanes[new]}
                case "round":
                    before = {at[one] for one in range(count) if rounds[one] < rounds[old]}
                    before |= {one for one in range(new) if lanes[one] == lanes[new] and rounds[shuffled[one]] == rounds[old]}
                case _:
                    before = {at[one] for one in links[old]}
                    before |= {one for one in range(new) if lanes[one] is not None and lanes[one] == lanes[new]}
            told.append(Told(tuple(made[old][1]), frozenset(before)))
        log = [records[old] for old in shuffled]
        return Case(map=self.map(order, hidden), records=log, told=told, hidden=hidden, order=order, named=self.named)

    def shuffled(self, records: list[dict[str, Any]], order: str) -> list[int]:
        """Places of records: with lanes each in its own order, else anyhow."""
        places = list(range(len(records)))
        if order == "time":
            self.random.shuffle(places)
        elif order != "log":
            lanes: dict[Any, list[int]] = {}
            for place in places:
                lane = records[place].get("who")
                lanes.setdefault(f"alone {place}" if lane is None and order == "links" else lane, []).append(place)
            places = []
            while lanes:
                lane = self.random.choice(list(lanes))
                places.append(lanes[lane].pop(0))
                if not lanes[lane]:
                    del lanes[lane]
        return places

    def map(self, order: str, hidden: frozenset[str]) -> str:
        lines = ["[log]", 'agent = "who"', f'order = "{order}"', 'time = "t"', 'round = "round"', 'id = "id"', 'after = "after"']
        lines += ["[steps]", f"hidden = {json.dumps(sorted(hidden))}", 'never = ["*"]']
        held = {
            key: "{ " + ", ".join(f'{json.dumps(self.names[c])} = "{key[0]}{c}"' for c in self.cells) + " }"
            for key in ("before", "after")
        }
        for number, name in enumerate(self.steps):
            with_ = self.parameters(number)
            for ph, more in (
                ("step", [f"before = {held['before']}", f"after = {held['after']}"] if self.cells else []),
                ("begin", ['call = "begin"', 'id = "call"']),
                ("end and", ['call = "end"', 'id = "call"']),
            ):
                lines += [
                    "[[record]]",
                    f"where = {{ ph = {json.dumps(ph)}, step = {json.dumps(name)} }}",
                    f"step = {json.dumps(name)}",
                ]
                lines += [f"with = {{ {with_} }}"] if with_ else []
                lines += more
        lines += ["[[record]]", 'where = { ph = "end" }', 'call = "end"', 'id = "call"']
        lines += ["[[record]]", 'where = { ph = "fail" }', 'call = "fail"', 'id = "call"']
        if self.cells:
            lines += ["[[record]]", 'where = { ph = "look" }', f"after = {held['after']}"]
        else:
            lines += ["[[record]]", 'where = { ph = "look" }', "ignore = true"]
        if self.model.done is not None:
            lines += [
                "[[record]]",
                'where = { ph = "done" }',
                "done = true",
                "[[record]]",
                'where = { ph = "not done" }',
                "done = false",
            ]
        return "\n".join(lines) + "\n"

    def parameters(self, number: int) -> str:
        return ", ".join(f'{json.dumps(name)} = "p_{name}"' for name, type in self.types[number].items() if plain(type))

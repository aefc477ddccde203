"""A ground model as a program of Promela, the language of SPIN, with the same distinct states and the same verdicts.

Before: a `GroundModel`. After: the text, and what its assertions mean. One process takes one option of one `do` for ever:

- Each outcome of each step instance is an option: a guard, and a `d_step` that changes the fields, all at once by way of `hidden`
  temporaries, which are no part of the state. An option whose step fails leaves the state as it is and fails an assertion.
- Each property is an option that is there in the states that violate it, changes nothing and fails an assertion. That includes
  deadlock: SPIN's own search for invalid end states takes a fault for a way to go on, so the end of the process is valid.

So the state is the fields and one place in the program. Several initial states are chosen in one `atomic`, whose beginning is
one state more (`Promela.extra_states`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from checker.export.names import field_legends, field_titles, identifiers
from checker.export.promela_expressions import arguments, below, shared, written
from checker.ground.ends import acts_at_once, waits_for_others
from checker.ground.graph import Node
from checker.ground.program import GroundModel, GroundOutcome
from checker.ground.shapes import encode, flat
from checker.ground.violations import undefined, violated
from checker.model.model import Goal

NO_ERROR = "no error"
LIVENESS = frozenset({"eventually", "eventually always", "infinitely often", "ltl", "whenever", "no livelock", "no starvation"})


class Promela(Struct, frozen=True, kw_only=True):
    """A program and how to read what SPIN says of it.

    `assertions`: for each property that it checks, the name in the assertion that fails where the property is violated (where it is
    witnessed, for `sometimes`). `undefined`: the name in the assertion that fails in states where the property has no value.
    `left_out`: the properties that it does not check. SPIN's distinct states are ours and `extra_states`.
    """

    text: str
    assertions: Mapping[str, str]
    undefined: Mapping[str, str]
    left_out: tuple[str, ...]
    extra_states: int


def promela(form: GroundModel) -> Promela:
    """The program. Raises Unsupported where something would be too long."""
    return Program(form).write()


class Program:
    """One program: the names of everything in it, and the pieces of its text."""

    def __init__(self, form: GroundModel) -> None:
        self.graph = form.graph.copy()  # conditions are added to it
        self.form = form = replace(form, graph=self.graph)
        self.model = form.model
        self.fields = identifiers(field_titles(form), "v_")
        self.named = {
            node: self.fields[number]
            for number, node in enumerate(node for cell in form.cells for node in flat(cell))
            if self.graph.code[node][0] == "field"
        }
        names = list(dict.fromkeys([*(goal.name for goal in self.model.goals), NO_ERROR]))
        sometimes = {goal.name for goal in self.model.goals if goal.kind == "sometimes"}
        flags = identifiers([f"never {name}" if name in sometimes else f"holds {name}" for name in names], "")
        self.flags = dict(zip(names, flags, strict=True))
        self.no_values = dict(zip(names, identifiers(names, "has_value_"), strict=True))
        self.used: dict[str, None] = {}  # flags that an assertion names, in order
        self.temporaries = 0
        self.acts_at_once = acts_at_once(form)

    def write(self) -> Promela:
        """The whole program. The options come first: they tell what has to be declared."""
        properties = [line for goal in self.model.goals for line in self._property(goal)]
        steps = list(self._steps())
        body = properties + steps or ["  :: false"]
        several, start = self.start()
        checked = [goal.name for goal in self.model.goals if self._is_checked(goal)]
        left_out = tuple(goal.name for goal in self.model.goals if not self._is_checked(goal))
        lines = [
            *self._heading(several, left_out),
            *self.declarations(),
            "active proctype team() {",
            *start,
            "end:",
            "  do",
            *body,
            "  od",
            "}",
        ]
        return Promela(
            text="\n".join(lines) + "\n",
            assertions={name: self.flags[name] for name in checked},
            undefined={name: self.no_values[name] for name in checked},
            left_out=left_out,
            extra_states=int(several),
        )

    # --- conditions -------------------------------------------------------------------------------------------------

    def is_constant(self, field: int) -> bool:
        """Whether a field has one value only: it is no variable of the program then."""
        low, high = self.form.fields[field]
        return low == high

    def _conjuncts(self, node: Node) -> Iterator[Node]:
        if self.graph.code[node][0] == "and":
            for part in arguments(self.graph, node):
                yield from self._conjuncts(part)
        else:
            yield node

    def _given(self, node: Node, known: set[Node]) -> Node:
        """A condition, without the conjuncts that are known to hold."""
        rest = self.graph.const(1)
        for part in self._conjuncts(node):
            if part not in known:
                rest = self.graph.both(rest, part)
        return rest

    def text(self, node: Node) -> str:
        return written(self.graph, node, self.named)

    def _assertion(self, flag: str) -> str:
        self.used[flag] = None
        return f"assert({flag})"

    # --- properties -------------------------------------------------------------------------------------------------

    def _is_checked(self, goal: Goal) -> bool:
        """Whether the program checks a property: those of states and of single steps."""
        return goal.kind not in LIVENESS

    def _property(self, goal: Goal) -> Iterator[str]:
        """The options that fail an assertion in the states that violate a property of states, or where it has no value."""
        for flag, bad in (
            (self.flags[goal.name], violated(self.form, goal)),
            (self.no_values[goal.name], undefined(self.form, goal)),
        ):
            if bad is not None and self.graph.value(bad) != 0:
                yield f"  /* {goal.kind}{'' if goal.kind == goal.name else f' {goal.name}'} */"
                yield f"  :: d_step {{ {self.text(bad)} -> {self._assertion(flag)} }}"

    # --- steps ------------------------------------------------------------------------------------------------------

    def _steps(self) -> Iterator[str]:
        last = -1
        for outcome in self.form.outcomes:
            if outcome.step != last:
                last = outcome.step
                yield f"  /* {self.model.steps[last].name} */"
            yield from self.option(outcome)

    def _enabled(self, outcome: GroundOutcome) -> Node:
        if waits_for_others(self.form, outcome):
            return self.graph.both(outcome.enabled, self.graph.negate(self.acts_at_once))
        return outcome.enabled

    def option(self, outcome: GroundOutcome, also: Node | None = None) -> Iterator[str]:
        """An outcome, where `also` holds too: its guard, temporaries, what may fail, the new values."""
        enabled = self._enabled(outcome)
        enabled = enabled if also is None else self.graph.both(enabled, also)
        if self.graph.value(enabled) == 0:
            return
        updates = [(field, node) for field, node in outcome.updates if not self.is_constant(field)]
        known = set(self._conjuncts(outcome.enabled))
        failed = self._given(outcome.failed, known)
        known.add(self.graph.negate(failed))
        bad = [(self.flags[name], self._given(node, known)) for name, node in outcome.goals]
        bad += [(self.no_values[name], self._given(node, known)) for name, node in outcome.undefined]
        roots = [failed, *(node for _, node in bad), *(node for _, node in updates)]
        temporaries = self._temporaries(roots, updates)
        named = {**self.named, **temporaries}
        before = []
        names = dict(self.named)
        for node, name in temporaries.items():
            before.append(f"{name} = {written(self.graph, node, names)}")
            names[node] = name
        after = [self._unless(written(self.graph, node, named), flag) for flag, node in bad]
        after += [f"{self.fields[field]} = {written(self.graph, node, named)}" for field, node in updates]
        if self.graph.value(failed) != 0:
            condition = written(self.graph, failed, named)
            works = "; ".join(after) or "skip"
            after = [f"if :: {condition} -> {self._assertion(self.flags[NO_ERROR])} :: else -> {works} fi"]
        yield f"  :: d_step {{ {self.text(enabled)} ->"
        yield from (f"       {line};" for line in before)
        yield f"       {'; '.join(after) or 'skip'} }}"

    def _unless(self, condition: str, flag: str) -> str:
        return f"if :: {condition} -> {self._assertion(flag)} :: else fi"

    def _temporaries(self, roots: list[Node], updates: list[tuple[int, Node]]) -> dict[Node, str]:
        """Names for what is used more than once, and for new values that read a field which another update changes."""
        chosen = set(shared(self.graph, roots, self.named))
        changed = {self.fields[field] for field, _ in updates}
        for field, node in updates:
            hidden = {**self.named, **dict.fromkeys(chosen, "")}
            read = {hidden[n] for n in below(self.graph, [node], hidden) if n in hidden}
            if node not in chosen and read & (changed - {self.fields[field]}):
                chosen.add(node)
        self.temporaries = max(self.temporaries, len(chosen))
        return {node: f"tmp_{number}" for number, node in enumerate(sorted(chosen))}

    # --- the beginning ----------------------------------------------------------------------------------------------

    def _initial(self) -> Iterator[list[tuple[int, ...]]]:
        """For each cell the fields of each value that it may start with."""
        for variable in self.model.variables:
            for choices in variable.initial:
                yield [tuple(encode(variable.type, value)) for value in dict.fromkeys(choices)]

    def start(self) -> tuple[bool, list[str]]:
        """Whether there are several initial states, and the statements that choose one."""
        lines, field = [], 0
        for choices in self._initial():
            if len(choices) > 1:
                ways = [self._assignments(field, choice) for choice in choices]
                lines.append(f"    if {' '.join(f':: {way}' for way in ways)} fi")
            field += len(choices[0])
        return bool(lines), ["  atomic {", ";\n".join(lines), "  }"] if lines else []

    def _assignments(self, first: int, values: tuple[int, ...]) -> str:
        """The fields from `first` on take these values."""
        places = [place for place in range(len(values)) if not self.is_constant(first + place)]
        return "; ".join(f"{self.fields[first + place]} = {values[place]}" for place in places)

    def title(self) -> Iterator[str]:
        model = self.model
        parameters = ", ".join(f"{name} = {value}" for name, value in model.parameters)
        yield f"/* {model.protocol}, instance {model.instance or '-'}, faults {model.faults}{': ' if parameters else ''}{parameters}"
        yield " *"

    def _heading(self, several: bool, left_out: tuple[str, ...]) -> Iterator[str]:
        yield from self.title()
        yield " * spin -o2 -a FILE && cc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -c0 -m1000000"
        yield " *"
        yield " * `assertion violated holds_X`: the property X is violated; `never_X`: a state that X asks for is reached; `has_value_X`: X"
        yield " * has no value in some state. `./pan -c0` goes on after them. SPIN's distinct states (`states, stored`) are the model's"
        yield f" * {'and one more, in which no initial state is chosen yet' if several else 'own'}; ends are valid: deadlock is an assertion."
        if left_out:
            yield f" * Not checked here: {', '.join(left_out)}."
        yield " */"

    def declarations(self) -> Iterator[str]:
        initial = [first for choices in self._initial() for first in choices[0]]
        titles, legends = field_titles(self.form), field_legends(self.form)
        kept = set(self.named.values())
        for name, (low, high), value, title, legend in zip(self.fields, self.form.fields, initial, titles, legends, strict=True):
            if name in kept:
                yield f"{storage(low, high)} {name} = {value}; /* {title}{': ' if legend else ''}{legend} */"
        yield from (f"hidden int tmp_{number};" for number in range(self.temporaries))
        if self.used:
            yield "/* each is 0 for ever: they are there to be named by the assertions that fail */"
        yield from (f"hidden byte {flag};" for flag in self.used)
        yield ""


def storage(low: int, high: int) -> str:
    """The smallest type of Promela that holds an interval."""
    if low >= 0 and high <= 255:
        return "bit" if high <= 1 else "byte"
    return "short" if low >= -(2**15) and high < 2**15 else "int"

"""From the ground form to bytecode: which code is shared, in what order it runs, which register holds what.

Nodes that more than one outcome needs, and that are not only steps towards such nodes, are computed once for each batch of states
and keep their registers. Everything else lives in temporaries, given back after the last use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from checker.engines.native.conditions import Conditions, NodeTest, conditions
from checker.engines.native.program import NO_REGISTER, OPCODES, Field, Instruction, OutcomeCode, Program, StateTest, Watch
from checker.engines.native.watches import Watched, predicates, with_conditions
from checker.ground.graph import LARGEST, LEAVES, Graph, Node, Unsupported
from checker.ground.program import GroundModel

if TYPE_CHECKING:
    from checker.engines.native.labels import Labels
    from checker.engines.native.reduction import Compared
    from checker.ground.independence import Independence

WORD_BITS = 64
MOST_WORDS = 64
MOST_BITS = 31  # of a field
TRUTHS = {"and": "bitand", "or": "bitor"}  # truth values are 0 and 1
OPCODE = {name: number for number, name in enumerate(OPCODES)}


class Compiled(Struct, frozen=True, kw_only=True):
    """A program with what its numbers mean: `steps[i]` is the step of outcome i, `watched[w]` what watch w tells of.

    `field_of[i]` is the place of field i of the program among the fields of the ground model; fields with one value are left out.
    `labels`: what the labels of edges mean; None where none were asked for, or where there can be none: `unlabelled` says why.
    `independence`: what its `reduction` rests on; `unreduced`: why the program has no `reduction` although it was asked for.
    """

    program: Program
    steps: tuple[int, ...]
    watched: tuple[Watched, ...]
    field_of: tuple[int, ...]
    ground: GroundModel
    labels: Labels | None
    unlabelled: str = ""
    independence: Independence | None = None
    unreduced: str = ""

    def packed(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """The words of a state whose ground fields are `numbers`."""
        words = [0] * self.program.words
        for place, at in zip(self.field_of, self.program.fields, strict=True):
            words[at.word] |= (numbers[place] - at.low) << at.shift
        return tuple(words)

    def unpacked(self, words: Sequence[int]) -> list[int]:
        """The ground fields of a packed state."""
        numbers = [low for low, _ in self.ground.fields]
        for place, at in zip(self.field_of, self.program.fields, strict=True):
            numbers[place] = (words[at.word] >> at.shift & (1 << at.width) - 1) + at.low
        return numbers


def compile_model(
    ground: GroundModel, *, runs: bool = False, partial_order: bool = False, compared: Compared | None = None
) -> Compiled:
    """The bytecode of a model. With `runs`, for what needs the edges too: labels on them, and the predicates of properties of runs.
    With `partial_order`, for a search that expands states in part where it can; `compared`: what `independent` says, where that is known.

    Raises Unsupported where it is too large for the machine."""
    layout = _layout(ground)
    watched, state_roots, final_roots = predicates(ground)
    labels, unlabelled = _labels(ground) if runs else (None, "")
    if labels is not None:
        watched, state_roots = with_conditions(ground, watched, state_roots)
    independence, unreduced = None, ""
    if partial_order:
        from checker.engines.native.reduction import independent, reduction

        ground, independence, unreduced = independent(ground, state_roots) if compared is None else compared
    needed = independence.conditions if independence is not None else ()
    done = ground.graph.either(ground.done.value, ground.done.undefined)  # where it has no value, no deadlock is certain
    assembler = Assembler(ground.graph, {place: i for i, place in enumerate(layout.places)}, len(layout.fields))
    taken = conditions(ground.graph, ground.outcomes)
    tests = {test: i for i, test in enumerate(dict.fromkeys(test for outcome in taken for test in outcome.tests))}
    outcome_roots = [_roots(outcome) for outcome in taken]
    of_states = {node for node, _ in state_roots} | {test.node for test in tests} | set(needed)
    of_final = [done, *(node for node, _ in final_roots)]
    shared = _shared(ground.graph, [*outcome_roots, of_final], sorted(of_states))
    assembler.section(sorted(shared | of_states), keep=True)
    state_length = len(assembler.code)
    numbers = {watch: i for i, watch in enumerate(watched)}
    outcomes = [
        _outcome(
            assembler, ground, outcome, roots, tests, numbers, None if labels is None else (labels.bases[i], labels.nodes[i])
        )
        for i, (outcome, roots) in enumerate(zip(taken, outcome_roots, strict=True))
    ]
    final_start = len(assembler.code)
    assembler.section(of_final)
    canonical, canonical_updates = _canonical(assembler, ground)
    # every constant is known before the first register gets its final number
    condition_registers = [assembler.register(node) for node in needed]
    state_registers = [(numbers[w], assembler.register(n)) for n, w in state_roots]
    test_registers = [assembler.register(test.node) for test in tests]
    final_registers = [(numbers[w], assembler.register(n)) for n, w in final_roots]
    done_register = None if ground.graph.value(done) == 0 else assembler.register(done)
    program = Program(
        words=layout.words,
        fields=layout.fields,
        constants=tuple(assembler.constants),
        registers=max(assembler.used, canonical.used),
        code=(*assembler.finished(), *canonical.finished()),
        state_length=state_length,
        state_watches=tuple(Watch(watch, assembler.final(register)) for watch, register in state_registers),
        final_start=final_start,
        final_length=len(assembler.code) - final_start,
        final_watches=tuple(Watch(watch, assembler.final(register)) for watch, register in final_registers),
        done=NO_REGISTER if done_register is None else assembler.final(done_register),
        outcomes=tuple(_finished(assembler, outcome) for outcome in outcomes),
        watches=len(watched),
        timeouts_only_when_stuck=ground.model.timeouts_only_when_stuck,
        tests=tuple(StateTest(assembler.final(at), test.mask, test.zero) for at, test in zip(test_registers, tests, strict=True)),
        canonical_start=len(assembler.code),
        canonical_length=len(canonical.code),
        canonical_updates=tuple((place, canonical.final(register)) for place, register in canonical_updates),
        reduction=None if independence is None else reduction(independence, map(assembler.final, condition_registers)),
    )
    steps = tuple(outcome.step for outcome in ground.outcomes)
    return Compiled(
        program=program,
        steps=steps,
        watched=watched,
        field_of=tuple(layout.places),
        ground=ground,
        labels=labels,
        unlabelled=unlabelled,
        independence=independence,
        unreduced=unreduced,
    )


# --- layout ---------------------------------------------------------------------------------------------------------------


class Layout(Struct):
    places: list[int]
    fields: tuple[Field, ...]
    words: int


def _layout(ground: GroundModel) -> Layout:
    """Each field within one word, the first one that has room for it: what is left at the end of a word takes smaller ones."""
    places, fields, used = [], [], [0]
    for place, (low, high) in enumerate(ground.fields):
        width = (high - low).bit_length()
        if width == 0:
            continue
        if width > MOST_BITS:
            raise Unsupported(f"a number of {high - low + 1:,} values: the native engine takes {2**MOST_BITS:,}")
        word = next((word for word, bits in enumerate(used) if bits + width <= WORD_BITS), len(used))
        if word == len(used):
            used.append(0)
        places.append(place)
        # all that the bits can say is within 32 bits: so it may begin below the lowest value
        fields.append(Field(word, used[word], width, min(low, LARGEST + 1 - 2**width)))
        used[word] += width
    if len(used) > MOST_WORDS:
        raise Unsupported(f"a state of {len(used) * WORD_BITS} bits: the native engine takes {MOST_WORDS * WORD_BITS}")
    return Layout(places, tuple(fields), len(used))


def _labels(ground: GroundModel) -> tuple[Labels | None, str]:
    from checker.engines.native.labels import label_outcomes

    try:
        return label_outcomes(ground), ""
    except Unsupported as reason:
        return None, reason.what


def _roots(conditions: Conditions) -> list[Node]:
    outcome = conditions.outcome
    return [
        *(() if conditions.guard is None else (conditions.guard,)),
        outcome.failed,
        *(node for _, node in outcome.updates),
        *(node for _, node in outcome.goals),
        *(node for _, node in outcome.undefined),
    ]


def _needed(graph: Graph, roots: Iterable[Node]) -> set[Node]:
    """The nodes that must be computed for these, leaves left out."""
    found: set[Node] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node not in found and graph.code[node][0] not in LEAVES:
            found.add(node)
            waiting += graph.arguments[node]
    return found


def _shared(graph: Graph, outcomes: Sequence[Sequence[Node]], state: Sequence[Node]) -> set[Node]:
    """The nodes to compute once for all outcomes: needed by several, and used by something that is not."""
    uses: dict[Node, int] = dict.fromkeys(_needed(graph, state), 2)
    needed = [_needed(graph, roots) for roots in outcomes]
    for nodes in needed:
        for node in nodes:
            uses[node] = uses.get(node, 0) + 1
    frontier: set[Node] = set()
    for roots, nodes in zip(outcomes, needed, strict=True):
        frontier.update(node for node in roots if uses.get(node, 0) > 1)
        for node in nodes:
            if uses[node] == 1:
                frontier.update(a for a in graph.arguments[node] if uses.get(a, 0) > 1)
    return frontier


# --- assembling ---------------------------------------------------------------------------------------------------------------


class Assembler(Struct):
    """Emits code with virtual registers for constants (negative numbers, settled at the end: how many there are is known only then)."""

    graph: Graph
    field_register: dict[int, int]
    fields: int
    code: list[Instruction] = field(default_factory=list)
    constants: dict[int, int] = field(default_factory=dict)
    kept: dict[Node, int] = field(default_factory=dict)
    local: dict[Node, int] = field(default_factory=dict)
    free: list[int] = field(default_factory=list)
    temporaries: int = 0

    @property
    def used(self) -> int:
        total = self.fields + len(self.constants) + self.temporaries
        if total >= NO_REGISTER:
            raise Unsupported(f"a model that needs {total:,} registers")
        return total

    def register(self, node: Node) -> int:
        """Where a node's value is: a field's register, a constant (-1 - its number), or a temporary (above the fields)."""
        code = self.graph.code[node]
        if code[0] == "field":
            assert isinstance(code[1], int)
            return self.field_register[code[1]]
        if code[0] == "const":
            value = self.graph.low[node]
            return -1 - self.constants.setdefault(value, len(self.constants))
        return self.local[node] if node in self.local else self.kept[node]

    def final(self, register: int) -> int:
        """The number of a register in the finished program."""
        if register < 0:
            return self.fields + (-1 - register)
        return register if register < self.fields else register + len(self.constants)

    def section(self, roots: Sequence[Node], *, keep: bool = False) -> int:
        """Code that computes `roots`, the first of them first; what is kept already is not computed again.

        How many instructions it takes to the first root. With `keep`, what the section wrote is not written again.
        """
        order = sorted(self._missing(roots[:1]))
        first = len(order)
        order += sorted(self._missing(roots) - set(order))
        last: dict[Node, int] = {}
        for place, node in enumerate(order):
            for argument in self.graph.arguments[node]:
                last[argument] = place
        wanted = set(roots)
        for place, node in enumerate(order):
            arguments = self.graph.arguments[node]
            registers = [self.register(argument) for argument in arguments]
            for argument in set(arguments):
                if last[argument] == place and argument in self.local and argument not in wanted:
                    self.free.append(self.local.pop(argument))
            target = self.free.pop() if self.free else self._fresh()
            self.local[node] = target
            name = TRUTHS.get(str(self.graph.code[node][0]), str(self.graph.code[node][0]))
            a, b, c = (*registers, 0, 0)[:3]
            self.code.append(Instruction(OPCODE[name], target, a, b, c))
        if keep:
            self.kept.update(self.local)
            self.local.clear()
            self.free.clear()
        return first

    def done(self) -> None:
        """The temporaries of an outcome are free again."""
        self.free += self.local.values()
        self.local.clear()

    def finished(self) -> list[Instruction]:
        final = self.final
        return [Instruction(i.opcode, final(i.d), final(i.a), final(i.b), final(i.c)) for i in self.code]

    def _missing(self, roots: Sequence[Node]) -> set[Node]:
        found: set[Node] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node in found or node in self.kept or self.graph.code[node][0] in LEAVES:
                continue
            found.add(node)
            waiting += self.graph.arguments[node]
        return found

    def _fresh(self) -> int:
        self.temporaries += 1
        return self.fields + self.temporaries - 1


def _outcome(
    assembler: Assembler,
    ground: GroundModel,
    conditions: Conditions,
    roots: Sequence[Node],
    tests: dict[NodeTest, int],
    numbers: dict[Watched, int],
    label: tuple[int, Node] | None,
) -> OutcomeCode:
    outcome = conditions.outcome
    step = ground.model.steps[outcome.step]
    start = len(assembler.code)
    guard = assembler.section(roots)
    goals = [(name, "wrong", node) for name, node in outcome.goals]
    goals += [(name, "undefined", node) for name, node in outcome.undefined]
    place_of = assembler.field_register
    made = OutcomeCode(
        start=start,
        length=len(assembler.code) - start,
        guard=0 if conditions.guard is None else guard,
        enabled=NO_REGISTER if conditions.guard is None else assembler.register(conditions.guard),
        failed=NO_REGISTER if ground.graph.value(outcome.failed) == 0 else assembler.register(outcome.failed),
        updates=tuple((place_of[place], assembler.register(node)) for place, node in outcome.updates if place in place_of),
        watches=tuple(Watch(numbers[Watched(goal=name, what=what)], assembler.register(node)) for name, what, node in goals),
        is_fault=step.fault is not None,
        is_timeout=step.kind == "timeout" and step.fault is None,
        needs=tuple(tests[test] for test in conditions.tests),
    )
    if label is not None:
        made = _labelled(assembler, made, *label, outcome.progress)
    assembler.done()
    return made


def _canonical(assembler: Assembler, ground: GroundModel) -> tuple[Assembler, list[tuple[int, int]]]:
    """The code for what stands for an orbit, with the registers of fields. It shares constants with the rest, and no other register."""
    own = Assembler(ground.graph, assembler.field_register, assembler.fields, constants=assembler.constants)
    own.section([node for _, node in ground.representative])
    return own, [
        (own.field_register[field], own.register(node)) for field, node in ground.representative if field in own.field_register
    ]


def _labelled(assembler: Assembler, made: OutcomeCode, base: int, label: Node, progress: Node) -> OutcomeCode:
    """With the code for the labels of its edges. It comes last: it may write over what only the rest of the outcome needs."""
    start, graph = len(assembler.code), assembler.graph
    assembler.section([label, progress])
    known = graph.value(label)
    return replace(
        made,
        label_length=len(assembler.code) - start,
        label_base=base if known is None else base + known,
        label=NO_REGISTER if known is not None else assembler.register(label),
        progress=NO_REGISTER if graph.value(progress) == 0 else assembler.register(progress),
    )


def _finished(assembler: Assembler, outcome: OutcomeCode) -> OutcomeCode:
    def final(register: int) -> int:
        return register if register == NO_REGISTER else assembler.final(register)

    return replace(
        outcome,
        enabled=final(outcome.enabled),
        failed=final(outcome.failed),
        updates=tuple((place, final(register)) for place, register in outcome.updates),
        watches=tuple(Watch(watch.watch, final(watch.register)) for watch in outcome.watches),
        label=final(outcome.label),
        progress=final(outcome.progress),
    )

"""Every reachable state by the native library: counts, and where first each thing that the goals ask about was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from math import prod
from time import perf_counter
from typing import TYPE_CHECKING, final

from msgspec import Struct
from msgspec.structs import replace

from checker.engines.explicit import Progress
from checker.engines.memory import default_limit_mib, used_mib
from checker.engines.native.compile import Compiled, compile_model
from checker.engines.native.search import Search, Stats, Status, Witness
from checker.engines.native.watches import Watched
from checker.engines.state_graph import counted_states
from checker.engines.stores import Order, Store
from checker.ground.graph import Unsupported
from checker.ground.program import GroundModel, ground, initial_states
from checker.language.types import Sort
from checker.model.model import Model
from checker.semantics.interpreter import Interpreter, State

if TYPE_CHECKING:
    from checker.engines.native.checkpoint import Keep, SearchCheckpoint

KEPT: dict[Store, str] = {"states": "", "fingerprint": ", 64-bit fingerprints", "bitstate": ", bits of an array"}
SLICE_S = 0.2
SHARE = 2 / 3  # of what memory is free, where no limit is given: nothing else is made of these states
PARTIAL_ORDER = "partial order"
MOST_INITIAL = 1_000_000  # states
MOST_MIB = 2.0**40  # a limit on memory may be infinite
PAUSED, INTERRUPTED = "it was paused", "interrupted"


@final
class Explored(Struct, kw_only=True):
    """What a native search found. `complete` False: `stopped` says why.

    `paused`: it may go on. `resumed`: the checkpoint that it went on from, "" where it did not.
    `unsaved`: why what was found last is not in its checkpoint, "" where it is.
    `seen[w]`: how often and where first watch w fired. `fired`: the steps of the model that some transition takes.
    `failed` and `deadlocked`: numbers of states, or None.
    """

    model: Model
    compiled: Compiled
    search: Search
    stats: Stats
    complete: bool
    stopped: str
    seconds: float
    seen: dict[Watched, Witness]
    fired: frozenset[int]
    failed: int | None
    deadlocked: int | None
    store: Store
    order: Order
    paused: bool = False
    resumed: str = ""
    unsaved: str = ""

    @property
    def engine(self) -> str:
        """What ran, for the reader of a verdict."""
        threads = "1 thread" if self.stats.threads == 1 else f"{self.stats.threads} threads"
        order = ", depth first" if self.order == "depth-first" else ""
        return f"explicit (native, {self.stats.tier}, {threads}{order}{KEPT[self.store]})"

    @property
    def reduction(self) -> str:
        """By what the states are fewer than all: `symmetry of Worker and Task`, `partial order`, or ""."""
        sorts = self.compiled.ground.symmetric
        return f"symmetry of {' and '.join(map(str, sorts))}" if sorts else PARTIAL_ORDER if self.stats.reduced else ""

    @property
    def unreduced(self) -> str:
        """Why no state was left out although that was asked for, or ""."""
        if self.compiled.program.reduction is None or self.stats.reduced:
            return self.compiled.unreduced
        return "in every state all steps matter"

    @property
    def chance_of_a_miss(self) -> float:
        """At most so probable is it that two of the states have one fingerprint (the birthday bound)."""
        return min(1.0, self.stats.distinct * (self.stats.distinct - 1) / 2**65)

    def judging(self) -> AbstractContextManager[None]:
        """Around what asks the reference interpreter about what was found: a checkpoint that it speaks against is refused (BadInput)."""
        return _judging(self.resumed)

    def path(self, state: int) -> list[State]:
        """The states on a path to a state (with symmetry: to a state of its orbit), breadth first a shortest one."""
        ground, numbers = self.compiled.ground, self.search.path(state)
        if self.store == "fingerprint":
            fields = _found_again(self.compiled, self.search, numbers)
        else:
            fields = [self.compiled.unpacked(self.search.state(number)) for number in numbers]
        return _unrenamed(self.model, ground, fields) if ground.symmetric else [ground.decoded(f) for f in fields]


def explore_native(
    model: Model,
    *,
    states_limit: int | None = None,
    time_s: float | None = None,
    memory_mib: float | None = None,
    threads: int = 0,
    symmetry: bool = False,
    partial_order: bool = False,
    store: Store = "states",
    order: Order = "breadth-first",
    runs: bool = False,
    progress: Callable[[Progress], None] | None = None,
    keep: Keep | None = None,
    compiled: Compiled | None = None,
    pause: int = 0,
    began: float | None = None,
) -> Explored:
    """Search `model`, breadth first unless `order` says otherwise. `memory_mib` is of the whole process; None: what `default_limit_mib` says. With
    `symmetry`, one state of each orbit (or a few) under renaming of the sorts that allow it: the counts are then of those.
    With `partial_order`, without the states that only another order of steps goes through (`checker.engines.native.reduction`).
    With `runs`, as `NativeGraph` needs it.

    `store` "fingerprint": tell states apart by 64 bits, unless they have no more than that; "bitstate": by bits of an array, depth first. The
    search is never `complete` then.
    `compiled`: of this model, or without `partial_order` and `symmetry` one that differs in its initial values alone, so that it need not be
    compiled again. `pause`: at the end of the layer after which so many states are known, for `go_on`; 0: nowhere. `began`: when the
    time began (of `perf_counter`) that is limited and told; None: now.
    `keep`: go on from the checkpoint there, if there is one, and write one now and then and at the end.

    Raises `Unsupported` for what the ground form cannot say, `NativeUnavailable` where the library is not there,
    `BadInput` where the checkpoint cannot be used.
    """
    started = perf_counter() if began is None else began
    memory_mib = default_limit_mib(SHARE) if memory_mib is None else memory_mib
    assert not ((symmetry or partial_order) and runs), "fairness is not decided on a part of the graph"
    assert not (partial_order and (symmetry or keep is not None)), "partial order goes with neither symmetry nor checkpoints"
    assert not (partial_order and (order == "depth-first" or store == "bitstate")), "partial order goes by layers"
    assert compiled is None or compiled.ground.model is model or not (symmetry or partial_order), (
        "initial values may tell elements apart, and steps never to happen"
    )
    assert not (runs and order == "depth-first"), "a graph's states are in breadth-first order"
    if compiled is None:
        form = ground(model, symmetry=symmetry, split=partial_order)
        compiled = compile_model(form, runs=runs, partial_order=partial_order)
    else:
        compiled = replace(compiled, ground=replace(compiled.ground, model=model))
    if store == "bitstate":
        order = "depth-first"
    elif compiled.program.words == 1:
        store = "states"

    def make(states: int = 0) -> Search:
        return Search(
            compiled.program,
            _packed(compiled),
            threads=threads,
            store=store,
            order=order,
            states_limit=max(states, states_limit) if states_limit else 0,
            memory_limit_bytes=0 if memory_mib is None else max(1, int(min(memory_mib - used_mib(), MOST_MIB) * 2**20)),
        )

    if keep is None:
        search = make()
        stopped = _run(search, started, time_s, progress, None, pause)
        return _explored(model, compiled, search, stopped, perf_counter() - started, store, order)
    assert (store, order) == ("states", "breadth-first"), "no other search can be resumed"
    from checker.engines.native.checkpoint import SearchCheckpoint

    kept = SearchCheckpoint(keep, compiled.program)
    restored = kept.restored(make)
    search, resumed = restored or make(), "" if restored is None else str(keep.folder)
    if resumed:
        from checker.engines.native.resumed import require_steps

        require_steps(resumed, compiled, search)
    started = perf_counter()  # the limit on time is for what is new
    with _judging(resumed):
        stopped = _run(search, started, time_s, progress, kept)
    kept.save(search, perf_counter() - started)
    found = _explored(model, compiled, search, stopped, kept.seconds + perf_counter() - started)
    return replace(found, resumed=resumed, unsaved=kept.unsaved)


def _judging(resumed: str) -> AbstractContextManager[None]:
    if not resumed:
        return nullcontext()
    from checker.engines.native.resumed import blaming

    return blaming(resumed)


def go_on(
    found: Explored, *, began: float, time_s: float | None, progress: Callable[[Progress], None] | None, pause: int = 0
) -> Explored:
    """With what a paused search finds further, to its end or the next pause; the others as in `explore_native`."""
    stopped = _run(found.search, began, time_s, progress, None, pause)
    return _explored(found.model, found.compiled, found.search, stopped, perf_counter() - began, found.store, found.order)


def _packed(compiled: Compiled) -> Iterator[tuple[int, ...]]:
    """The initial states. Raises Unsupported where there are more than can be handed over at once."""
    form = compiled.ground
    model = form.model
    number = prod(len(set(choices)) for variable in model.variables for choices in variable.initial)
    if number > MOST_INITIAL:
        raise Unsupported(f"{number:,} initial states")
    return (compiled.packed(form.encoded(state)) for state in initial_states(model))


def _found_again(compiled: Compiled, search: Search, numbers: Iterable[int]) -> list[list[int]]:
    """The fields of the states on a path of which only the fingerprints are known: what the interpreter reaches step by step."""
    form = compiled.ground
    interpreter = Interpreter(form.model)
    path: list[list[int]] = []
    choices: Iterable[State] = interpreter.iterate_initial_states()
    for number in numbers:
        wanted = search.fingerprint(number)
        reached = (form.canonical(form.encoded(state)) for state in choices)
        taken = next((f for f in reached if search.fingerprint_of(compiled.packed(f)) == wanted), None)
        assert taken is not None, "no step of the interpreter leads to a state with the next fingerprint"
        path.append(taken)
        choices = [t.target for t in interpreter.transitions(form.decoded(taken)) if t.target is not None]
    return path


def _unrenamed(model: Model, form: GroundModel, fields: list[list[int]]) -> list[State]:
    """A path of the model whose states are, one by one, renamings of these representatives.

    From representative r the search took a step to some t and went on from the representative of t. Renaming carries steps to
    steps: with c a renaming of r, the same renaming of t follows c.
    """
    interpreter = Interpreter(model)
    back: list[tuple[Sort, int, int]] = []  # renames the representative that we are at into the path's state
    path: list[State] = []
    choices: Iterable[State] = interpreter.iterate_initial_states()
    for wanted in fields:
        taken = next((s for s in choices if form.canonical(form.encoded(s)) == wanted), None)
        assert taken is not None, "no step of the interpreter leads to the next representative"
        path.append(_renamed(model, taken, back))
        back = [*reversed(form.renaming(form.encoded(taken))), *back]
        choices = [t.target for t in interpreter.transitions(form.decoded(wanted)) if t.target is not None]
    return path


def _renamed(model: Model, state: State, exchanges: Iterable[tuple[Sort, int, int]]) -> State:
    from checker.ground.permute import renamed

    for sort, i, j in exchanges:
        state = renamed(model, state, sort, i, j)
    return state


def _run(
    search: Search,
    started: float,
    time_s: float | None,
    progress: Callable[[Progress], None] | None,
    kept: SearchCheckpoint | None,
    pause: int = 0,
) -> str:
    """Run to an end; "" when it is complete, else why it is not."""
    try:
        while True:
            left = SLICE_S if time_s is None else min(SLICE_S, started + time_s - perf_counter())
            if left <= 0:
                return f"the limit of {time_s:g} s was reached"
            status = search.run(left, pause)
            if status != Status.RUNNING:
                return _reason(search, status)
            if kept is not None:
                kept.save_now_and_then(search, perf_counter() - started)
            if progress is not None:
                progress(_progress(search.stats(), perf_counter() - started))
    except KeyboardInterrupt:
        return INTERRUPTED


def _reason(search: Search, status: Status) -> str:
    stats = search.stats()
    match status:
        case Status.COMPLETE:
            return ""
        case Status.MEMORY:
            return f"the limit of memory was reached ({stats.peak_bytes / 2**20:,.0f} MiB)"
        case Status.LIMIT:
            return f"the limit of {counted_states(stats.distinct)} was reached"
        case Status.PAUSED:
            return PAUSED
    raise AssertionError(f"outcome {stats.broken_outcome} leaves the range of a field in state {stats.broken_state}")


def _progress(stats: Stats, seconds: float) -> Progress:
    return Progress(
        states=stats.distinct,
        transitions=stats.transitions,
        depth=stats.depth,
        queue=stats.queue,
        states_per_s=stats.expanded / max(stats.seconds, 1e-9),  # before a checkpoint was resumed, too
        seconds=seconds,
    )


def _explored(
    model: Model,
    compiled: Compiled,
    search: Search,
    stopped: str,
    seconds: float,
    store: Store = "states",
    order: Order = "breadth-first",
) -> Explored:
    stats = search.stats()
    outcomes = search.outcomes()
    failures = [found.failures for found in outcomes if found.failures.count]
    first = min(failures, key=lambda witness: witness.state) if failures else None
    return Explored(
        model=model,
        compiled=compiled,
        search=search,
        stats=stats,
        complete=stopped == "" and store == "states",
        stopped=stopped,
        seconds=seconds,
        seen=dict(zip(compiled.watched, search.watches(), strict=True)),
        fired=frozenset(step for step, found in zip(compiled.steps, outcomes, strict=True) if found.transitions),
        failed=None if first is None else first.state,
        deadlocked=stats.first_deadlock if stats.deadlocks else None,
        store=store,
        order=order,
        paused=stopped == PAUSED,
    )

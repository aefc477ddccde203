"""A search in the library: made from a program and packed initial states, run in time slices, asked for what it found."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from msgspec import Struct

from checker.engines.native import library as lib
from checker.engines.native.program import Program
from checker.engines.native.structs import kept_struct

if TYPE_CHECKING:
    from checker.engines.stores import Order, Store

Buffer: TypeAlias = "array[int] | bytearray | memoryview"  # that can be written to
MESSAGE_BYTES = 500
NO_MEMORY = -2
MOST_OF_ALL = 2**63  # as good as no limit, and sums with it fit into 64 bits
MOST_THREADS = 256  # of parallel.h
STORES = ("states", "fingerprint", "bitstate")
TIERS = ("best", "portable", "avx2", "avx512")


class BadProgram(Exception):
    """The library refuses a program, or what it is started with; the text says why."""


class Status(IntEnum):
    """Why a time slice ended. Everything but RUNNING and PAUSED is final."""

    RUNNING = 0
    COMPLETE = 1  # every reachable state was expanded
    MEMORY = 2  # the limit on memory, or what the system gives
    LIMIT = 3  # the limit on states
    BROKEN = 4  # an update left the range of its field: the program is wrong
    PAUSED = 5  # a layer is done, and as many states are known as were asked for


class Witness(Struct, frozen=True, kw_only=True):
    """How often something happened, and where first; state and outcome are -1 where there is none."""

    count: int
    state: int
    outcome: int


class Stats(Struct, frozen=True, kw_only=True):
    """What a search has done so far. `queue`: states that wait; `reduced`: states that were expanded in part, and `reducing`: whether more
    may be; `tier`: the vector instructions that ran; seconds inside `run` only.

    With bits: how many the array has and how many are set, and how many states were probably taken for others (`mistaken`).
    """

    distinct: int
    expanded: int
    transitions: int
    failures: int
    deadlocks: int
    depth: int
    queue: int
    reduced: int
    bytes: int
    peak_bytes: int
    table_slots: int
    array_bits: int
    bits_set: int
    threads: int
    lanes: int
    first_deadlock: int
    broken_state: int
    broken_outcome: int
    mistaken: float
    seconds: float
    cpu_seconds: float
    status: Status
    reducing: bool
    tier: str


class OutcomeCount(Struct, frozen=True, kw_only=True):
    """Of one outcome: its transitions, failing ones included, and those that fail."""

    transitions: int
    failures: Witness


def verify(program: Program | lib.ProgramStruct) -> str:
    """Why the library refuses the program; "" when it does not."""
    struct = kept_struct(program) if isinstance(program, Program) else program
    message = ctypes.create_string_buffer(MESSAGE_BYTES)
    refused = lib.load().tc_verify(ctypes.byref(struct), message, MESSAGE_BYTES)
    return message.value.decode() if refused else ""


class Search:
    """A search, breadth first unless something else is asked for. State numbers are then in order of depth; the initial states come first, in
    the order given, equal ones once.

    What is found does not depend on the number of threads; which of several equally deep witnesses is the first, and the numbers, may.
    """

    def __init__(
        self,
        program: Program | lib.ProgramStruct,
        initial: Iterable[Sequence[int]],
        *,
        threads: int = 0,
        memory_limit_bytes: int = 0,
        states_limit: int = 0,
        expected_states: int = 0,
        tier: str = "best",
        store: Store = "states",
        order: Order = "breadth-first",
        library: ctypes.CDLL | None = None,
    ) -> None:
        """A limit of 0 is none (of memory: seven eighths of the machine's), `threads` 0 one for each processor.
        `store` "fingerprint": states are told apart by 64 bits alone, and only the last two layers are kept whole. "bitstate": by bits of an
        array that takes three quarters of the memory; that is depth first, and only states on the way to a witness are kept. `order`
        "depth-first": by one thread; ways are not the shortest then. Not with fingerprints: ValueError.

        Raises BadProgram, NativeUnavailable, MemoryError."""
        self._handle = None
        if (store, order) == ("fingerprint", "depth-first"):
            raise ValueError("fingerprints are for breadth-first searches")
        self._library = lib.load() if library is None else library
        struct = kept_struct(program) if isinstance(program, Program) else program
        self._words, self._outcomes, self._watches = struct.words, struct.n_outcomes, struct.n_watch_ids
        words = array("Q", [word for state in initial for word in state])
        if struct.words == 0 or len(words) % struct.words:
            raise BadProgram(f"the initial states are no multiples of {struct.words} words")
        options = lib.OptionsStruct(
            min(memory_limit_bytes, MOST_OF_ALL),
            min(states_limit, MOST_OF_ALL),
            min(expected_states, MOST_OF_ALL),
            min(threads, MOST_THREADS),
            TIERS.index(tier),
            STORES.index(store),
            order == "depth-first",
        )
        message = ctypes.create_string_buffer(MESSAGE_BYTES)
        self._handle = self._library.tc_search_new(
            ctypes.byref(struct),
            _words(words),
            len(words) // struct.words,
            ctypes.byref(options),
            message,
            MESSAGE_BYTES,
        )
        if not self._handle:
            reason = message.value.decode()
            raise MemoryError if reason == "out of memory" else BadProgram(reason)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()

    def close(self) -> None:
        """Gives the memory back; nothing may be asked afterwards."""
        handle, self._handle = self._handle, None
        if handle:
            self._library.tc_search_free(handle)

    @property
    def handle(self) -> int:
        handle: int | None = self._handle
        if handle is None:
            raise ValueError("the search is closed")
        return handle

    def run(self, seconds: float = float("inf"), states: int = 0) -> Status:
        """Goes on for about that time; other threads of Python run meanwhile, Ctrl-C waits for the end of the slice. With `states`, breadth
        first: to the end of a layer after which so many are known, at most; that does not depend on the threads."""
        return Status(self._library.tc_search_run(self.handle, seconds, states))

    def position(self) -> bytes:
        """Where the search is, for `resume` of a new one that has the same states; empty where it cannot be resumed."""
        n = self._library.tc_search_position(self.handle, None, 0)
        words = array("Q", bytes(8 * n))
        self._library.tc_search_position(self.handle, _words(words), n)
        return words.tobytes()

    def append(self, words: array[int], predecessors: array[int]) -> None:
        """Give a new search more of the states that an old one had, in order. Raises MemoryError; BadProgram: they are none."""
        place = (ctypes.c_uint32 * len(predecessors)).from_buffer(predecessors) if predecessors else None
        if len(words) != len(predecessors) * self._words:
            raise BadProgram(f"the states are no multiples of {self._words} words")
        status = Status(self._library.tc_search_append(self.handle, len(predecessors), _words(words), place))
        if status != Status.RUNNING:
            raise MemoryError if status == Status.MEMORY else BadProgram("a state has bits that belong to no field")

    def resume(self, position: bytes) -> None:
        """Put a new search, its states appended, where an old one was. Raises MemoryError; BadProgram: that is no position of it."""
        if len(position) % 8:
            raise BadProgram("the position is no multiple of 8 bytes")
        words, message = array("Q", position), ctypes.create_string_buffer(MESSAGE_BYTES)
        status = Status(self._library.tc_search_resume(self.handle, _words(words), len(words), message, MESSAGE_BYTES))
        if status != Status.RUNNING:
            raise MemoryError if status == Status.MEMORY else BadProgram(message.value.decode())

    def stats(self) -> Stats:
        stats = lib.StatsStruct()
        self._library.tc_search_stats(self.handle, ctypes.byref(stats))
        values = {name: getattr(stats, name) for name in Stats.__struct_fields__}
        return Stats(**{**values, "status": Status(stats.status), "reducing": bool(stats.reducing), "tier": stats.tier.decode()})

    def outcomes(self) -> list[OutcomeCount]:
        """For each outcome of the program."""
        n = self._outcomes
        transitions, failures = (ctypes.c_uint64 * (n + 1))(), (lib.WitnessStruct * (n + 1))()
        self._library.tc_search_outcomes(self.handle, transitions, failures)
        return [OutcomeCount(transitions=transitions[i], failures=_witness(failures[i])) for i in range(n)]

    def watches(self) -> list[Witness]:
        """For each watch of the program."""
        n = self._watches
        watches = (lib.WitnessStruct * (n + 1))()
        self._library.tc_search_watches(self.handle, watches)
        return [_witness(watches[i]) for i in range(n)]

    def path(self, number: int) -> list[int]:
        """The numbers of the states from an initial one to that one: breadth first, as few as possible."""
        length = self._library.tc_search_path(self.handle, number, None, 0) if number >= 0 else 0
        if length == 0:
            raise IndexError(number)
        numbers = (ctypes.c_uint32 * length)()
        self._library.tc_search_path(self.handle, number, numbers, length)
        return list(numbers)

    def layers(self) -> list[int]:
        """The first state of each depth; depth first: none."""
        n = self._library.tc_search_layers(self.handle, None, 0)
        starts = (ctypes.c_uint64 * n)()
        self._library.tc_search_layers(self.handle, starts, n)
        return list(starts)

    def states(self, start: int, stop: int) -> tuple[array[int], array[int]]:
        """The words of the states start .. stop-1, one after another, and their predecessors (0xffffffff: initial)."""
        if not 0 <= start <= stop:
            raise IndexError((start, stop))
        words = array("Q", bytes(8 * self._words * (stop - start)))
        predecessors = array("I", bytes(4 * (stop - start)))
        place = (ctypes.c_uint32 * len(predecessors)).from_buffer(predecessors) if predecessors else None
        if self._library.tc_search_states(self.handle, start, stop, _words(words), place):
            raise IndexError((start, stop))
        return words, predecessors

    def state(self, number: int) -> tuple[int, ...]:
        """The words of one state."""
        return tuple(self.states(number, number + 1)[0])

    def fingerprint(self, number: int) -> int:
        """That of a state that was reached, in a search with fingerprints."""
        found: int = self._library.tc_search_fingerprint(self.handle, number)
        return found

    def fingerprint_of(self, state: Sequence[int]) -> int:
        """That of any state, given by its words."""
        found: int = self._library.tc_fingerprint(_words(array("Q", state)), self._words)
        return found

    def degrees(self, degrees: Buffer, used: bytearray | None = None) -> None:
        """Of a complete search: how many edges each state has (4 bytes each), and 1 for each label that one has, a byte each in `used`."""
        labels = (0, None) if used is None else (len(used), address(used))
        self._over_all_states(self._library.tc_search_degrees(self.handle, address(degrees), *labels))

    def edges(self, graph: lib.GraphStruct, to: array[int] | None = None) -> None:
        """Fill in the edges of a graph that has the states' degrees and room: of each its target, its label, or what `to` has in the place of
        that, and, where there is a bit left, whether it is progress. Raises MemoryError."""
        labels = (0, None) if to is None else (len(to), address(to))
        self._over_all_states(self._library.tc_search_edges(self.handle, graph, *labels, graph.edge))

    def edges_where(self, graph: lib.GraphStruct, watch: int, mark: int, marks: Buffer) -> None:
        """Put `mark` at the number of each edge of the graph where this watch on transitions fires, one byte for each edge."""
        self._over_all_states(self._library.tc_search_edges_where(self.handle, graph, watch, mark, address(marks)))

    def final(self, watch: int, mark: int, marks: bytearray) -> None:
        """Put `mark` at the number of each state of a complete search where this watch on final states fires."""
        assert len(marks) >= self.stats().distinct
        self._over_all_states(self._library.tc_search_final(self.handle, watch, mark, address(marks)))

    def evaluate(self, watch: int, mark: int, marks: bytearray) -> None:
        """Put `mark` at the number of each state of a complete search where this watch on states fires."""
        assert len(marks) >= self.stats().distinct
        self._over_all_states(self._library.tc_search_evaluate(self.handle, watch, mark, address(marks)))

    def quiet(self, mark: int, marks: bytearray) -> None:
        """Put `mark` at the number of each state of a complete search where nothing but a fault is enabled."""
        assert len(marks) >= self.stats().distinct
        self._over_all_states(self._library.tc_search_quiet(self.handle, mark, address(marks)))

    def _over_all_states(self, refused: int) -> None:
        if refused == NO_MEMORY:
            raise MemoryError
        if refused:
            raise ValueError("the search is not complete")

    def find(self, state: Sequence[int]) -> int | None:
        """The number of a state that was reached."""
        if len(state) != self._words:
            raise ValueError(f"a state has {self._words} words, not {len(state)}")
        number: int = self._library.tc_search_find(self.handle, _words(array("Q", state)))
        return number if number >= 0 else None


def address(memory: Buffer) -> Any:
    """Where the bytes of a writable buffer are; None where there are none."""
    view = memoryview(memory).cast("B")
    return ctypes.addressof(ctypes.c_char.from_buffer(view)) if len(view) else None


def _words(words: array[int]) -> Any:
    return (ctypes.c_uint64 * len(words)).from_buffer(words) if words else None


def _witness(witness: lib.WitnessStruct) -> Witness:
    return Witness(count=witness.count, state=witness.state, outcome=witness.outcome)

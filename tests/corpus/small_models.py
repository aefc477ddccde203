"""Five protocols of the corpus written again by hand as plain transition functions, to count their states independently of the checker.

A model is a pair: its initial states and `successors(state)`, a list with one state for each transition. Nothing here uses `checker`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import TypeAlias

State: TypeAlias = Hashable
Model: TypeAlias = tuple[list[State], Callable[[State], list[State]]]


def count(model: Model) -> tuple[int, int]:
    """Distinct states and transitions."""
    initial, successors = model
    seen = set(initial)
    waiting = deque(seen)
    transitions = 0
    while waiting:
        for target in successors(waiting.popleft()):
            transitions += 1
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return len(seen), transitions


def put(values: tuple, place: int, value: object) -> tuple:
    """`values` with another value at `place`."""
    return (*values[:place], value, *values[place + 1 :])


def task_board(workers: int, tasks: int) -> Model:
    """State: (status and owner of each task), (what each worker is at, with its task)."""

    def successors(state):
        board, at = state
        found = []
        for w in range(workers):
            match at[w]:
                case None:
                    found += [(board, put(at, w, ("planning", t))) for t in range(tasks) if board[t][0] == "open"]
                case ("planning", t):
                    found.append((put(board, t, ("claimed", w)), put(at, w, ("working", t))))
                case ("working", t):
                    found.append((put(board, t, ("done", board[t][1])), put(at, w, None)))
        return found

    return [((("open", None),) * tasks, (None,) * workers)], successors


def two_phase_commit(participants: int, quorum: int | None = None) -> Model:
    """State: (state of each participant), decision, votes counted, votes sent. A manager that decides tells everybody at once."""
    needed = participants if quorum is None else quorum

    def of_participants(state):
        states, decision, counted, sent = state
        for p, s in enumerate(states):
            if s == "undecided":
                yield put(states, p, "prepared"), decision, counted, sent | {p}
                yield put(states, p, "aborted"), decision, counted, sent
            if decision:  # `Commit` and `Abort` stay in the network: they are taken any number of times
                yield put(states, p, decision), decision, counted, sent

    def successors(state):
        states, decision, counted, sent = state
        found = list(of_participants(state))
        if not decision:
            found += [(states, "", counted | {p}, sent) for p in sent]
            found.append((states, "aborted", counted, sent))
            if len(counted) >= needed:
                found.append((states, "committed", counted, sent))
        return found

    return [(("undecided",) * participants, "", frozenset(), frozenset())], successors


def peterson(swapped: bool) -> Model:
    """State: (what each process is at), who wants to, whose turn."""

    def step(process, at, wants, turn):
        other = 1 - process
        match at:
            case "idle" if swapped:
                return "announced", wants, other
            case "idle":
                return "announced", put(wants, process, True), turn
            case "announced" if swapped:
                return "waiting", put(wants, process, True), turn
            case "announced":
                return "waiting", wants, other
            case "waiting" if not wants[other] or turn == process:
                return "critical", wants, turn
            case "critical":
                return "idle", put(wants, process, False), turn
        return None

    def successors(state):
        at, wants, turn = state
        steps = [(process, step(process, at[process], wants, turn)) for process in (0, 1)]
        return [(put(at, process, after[0]), *after[1:]) for process, after in steps if after]

    return [(("idle", "idle"), (False, False), turn) for turn in (0, 1)], successors


def dining(philosophers: int, one_left_handed: bool) -> Model:
    """State: how many forks each philosopher holds, or None for one that is not at the table; who holds what follows from it.

    Philosopher p has fork p to the right and fork p + 1 to the left, and reaches to the left first unless it is left out by
    `one_left_handed` as the last one.
    """

    def order(p):
        left, right = (p + 1) % philosophers, p
        return (right, left) if one_left_handed and p == philosophers - 1 else (left, right)

    def successors(forks):
        held = {order(p)[i] for p, n in enumerate(forks) for i in range(n or 0)}
        found = []
        for p, n in enumerate(forks):
            if n is None:
                found.append(put(forks, p, 0))
            elif n == 2:
                found.append(put(forks, p, None))
            elif order(p)[n] not in held:
                found.append(put(forks, p, n + 1))
        return found

    return [(None,) * philosophers], successors


def bounded_buffer(producers: int, consumers: int, slots: int, notify_all: bool) -> Model:
    """State: how many slots are filled, which threads sleep."""

    def woken(asleep: frozenset) -> Iterable[frozenset]:
        if notify_all or not asleep:
            return [frozenset()]
        return [asleep - {t} for t in asleep]

    def successors(state):
        filled, asleep = state
        found = []
        for t in set(range(producers + consumers)) - asleep:
            after = filled + 1 if t < producers else filled - 1
            if 0 <= after <= slots:
                found += [(after, rest) for rest in woken(asleep)]
            else:
                found.append((filled, asleep | {t}))
        return found

    return [(0, frozenset())], successors

"""Deciding SMT-LIB scripts by Z3 or cvc5 in a process of its own, which is ended where it takes too long or too much."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any, Literal, TypeAlias, final

from msgspec import Struct

Solver: TypeAlias = Literal["z3", "cvc5"]
PACKAGES: dict[Solver, str] = {"z3": "z3-solver", "cvc5": "teamcheck[cvc5]"}
TIME, MEMORY, GAVE_UP = "time limit", "memory limit", "it gave up"
ENUMERATING_S = 10.0  # at most, for a question that cvc5 gave up
CORE_SHARE = 0.25  # of the time for a question
GRACE_S = 1.0  # beyond the limit on time, for a solver that looks at its clock now and then only


@final
class Script(Struct, frozen=True):
    """`text` is SMT-LIB that ends with `(check-sat)`; `wanted`: the names of constants whose values are wanted where it is satisfiable.

    `core`: where it is not, Z3 is to say which of the assertions cannot hold together.
    """

    text: str
    wanted: tuple[str, ...] = ()
    core: bool = False


@final
class Answer(Struct, frozen=True, kw_only=True):
    """`reason`: of `unknown`. `values`: of the wanted constants, as text; one that is left out may have any value. `core`: where it was wanted, the
    places of assertions that cannot hold together; None: all of them.
    """

    result: Literal["sat", "unsat", "unknown"]
    seconds: float = 0.0
    reason: str = ""
    values: dict[str, str] = {}
    core: tuple[int, ...] | None = None


@final
class SolverMissing(Exception):
    """A solver is not installed; the text says how it is."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver
        super().__init__(solver)

    def __str__(self) -> str:
        return f"{self.solver} is not installed here: `pip install {PACKAGES[self.solver]}`"


def solve_all(
    scripts: Sequence[Script], solver: Solver = "z3", *, time_s: float = 10.0, memory_mib: float | None = None
) -> Iterator[Answer]:
    """The answer to each script, in order. `time_s`: for each of them. Raises SolverMissing."""
    load(solver)
    begin = 0
    while begin < len(scripts):
        for answer in _in_child(scripts[begin:], solver, time_s, memory_mib):
            begin += 1
            yield answer


def load(solver: Solver) -> None:
    """Imports the solver here, once: what is forked off has it then, and a process for each question costs little."""
    try:
        if solver == "z3":
            import z3  # noqa: F401
        else:
            import cvc5  # noqa: F401
    except ImportError:
        raise SolverMissing(solver) from None


def solve(script: Script, solver: Solver = "z3", *, time_s: float = 10.0, memory_mib: float | None = None) -> Answer:
    """The answer to one script. Raises SolverMissing."""
    return next(solve_all([script], solver, time_s=time_s, memory_mib=memory_mib))


def _in_child(scripts: Sequence[Script], solver: Solver, time_s: float, memory_mib: float | None) -> Iterator[Answer]:
    """The answers up to the first script that the child did not outlive, that one included."""
    linux = sys.platform == "linux"  # where a fork is safe, and spares the child its imports
    context = multiprocessing.get_context("fork") if linux else multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_run, args=(theirs, tuple(scripts), solver, time_s, memory_mib), daemon=True)
    child.start()
    theirs.close()
    try:
        for _ in scripts:
            start = perf_counter()
            if not ours.poll(time_s + GRACE_S):
                yield Answer(result="unknown", seconds=perf_counter() - start, reason=TIME)
                return
            try:
                answer = ours.recv()
            except EOFError:  # the system, or the solver itself, has ended it
                yield Answer(result="unknown", seconds=perf_counter() - start, reason=MEMORY)
                return
            if isinstance(answer, Exception):
                raise answer
            yield answer
    finally:
        child.kill()
        child.join()
        ours.close()


def _run(pipe: Connection, scripts: Sequence[Script], solver: Solver, time_s: float, memory_mib: float | None) -> None:
    """In the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    try:
        decide = decider(solver, time_s, memory_mib)
        for script in scripts:
            pipe.send(answered(script, decide))
    except Exception as fault:
        pipe.send(fault)


def decider(solver: Solver, time_s: float, memory_mib: float | None) -> Decide:
    """A solver in this process, which has its limits from now on."""
    return _z3(time_s, memory_mib) if solver == "z3" else _cvc5(time_s, memory_mib)


def answered(script: Script, decide: Decide) -> Answer:
    start = perf_counter()
    result, reason, values, *core = decide(script)
    seconds = perf_counter() - start
    return Answer(result=result, seconds=seconds, reason=reason, values=values, core=core[0] if core else None)


Result: TypeAlias = Literal["sat", "unsat", "unknown"]
Found: TypeAlias = tuple[Result, str, dict[str, str]] | tuple[Result, str, dict[str, str], tuple[int, ...]]  # as in `Answer`
Decide: TypeAlias = Callable[[Script], Found]


def _z3(time_s: float, memory_mib: float | None) -> Decide:
    import z3

    if memory_mib is not None:
        z3.set_param("memory_max_size", max(1, int(memory_mib)))

    def decide(script: Script) -> Found:
        found = _with_core(script, time_s * CORE_SHARE) if script.core else None
        if found is not None:
            return found
        solver = z3.Solver()
        solver.set("timeout", max(1, int(time_s * 1000)))
        try:
            solver.from_string(script.text)
            result = str(solver.check())
        except z3.Z3Exception as error:
            if "memory" in str(error):
                return "unknown", MEMORY, {}
            raise
        if result == "unsat":
            return "unsat", "", {}
        if result == "unknown":
            reason = solver.reason_unknown()
            return "unknown", TIME if reason in ("timeout", "canceled") else reason, {}
        model, wanted = solver.model() if script.wanted else None, set(script.wanted)
        return "sat", "", {} if model is None else {d.name(): _shown(model[d]) for d in model.decls() if d.name() in wanted}

    return decide


def _with_core(script: Script, time_s: float) -> Found | None:
    """With the places of assertions that cannot hold together; None where it is not decided in time."""
    import z3

    solver = z3.SimpleSolver()  # on questions of this kind as quick with names for the assertions as without
    solver.set("timeout", max(1, int(time_s * 1000)))
    try:
        for place, assertion in enumerate(z3.parse_smt2_string(script.text)):
            solver.assert_and_track(assertion, f"assertion_{place}")
        result = solver.check()
    except z3.Z3Exception:  # it is asked once more, plainly
        return None
    if result == z3.unsat:
        return "unsat", "", {}, tuple(sorted(int(str(name).removeprefix("assertion_")) for name in solver.unsat_core()))
    return ("sat", "", {}) if result == z3.sat and not script.wanted else None


def _shown(value: Any) -> str:
    """The value of a constant in a model of Z3 as text: a number, `true`, or the name of an element."""
    import z3

    return str(value.as_long()) if z3.is_int_value(value) else str(value.decl().name())


def _cvc5(time_s: float, memory_mib: float | None) -> Decide:
    """cvc5 knows no limit on memory of its own: the process has one. Where it finds no instances that settle a question, it goes through all."""
    import cvc5

    if memory_mib is not None and sys.platform == "linux":
        _limit_memory(memory_mib)

    def decide(script: Script) -> Found:
        start = perf_counter()
        found = asked(script, time_s)
        left = min(ENUMERATING_S, time_s - (perf_counter() - start))
        return asked(script, left, ("enum-inst", "true")) if found[:2] == ("unknown", GAVE_UP) and left > 0 else found

    def asked(script: Script, time_s: float, *options: tuple[str, str]) -> Found:
        solver = cvc5.Solver(cvc5.TermManager())
        for option, value in (("tlimit-per", str(max(1, int(time_s * 1000)))), *options):
            solver.setOption(option, value)
        parser = cvc5.InputParser(solver)
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script.text, "obligation")
        symbols = parser.getSymbolManager()
        start, said = perf_counter(), ""
        while not said.startswith(("sat", "unsat", "unknown")):
            command = parser.nextCommand()
            if command.isNull():
                return "unknown", "the script asks nothing", {}
            said = str(command.invoke(solver, symbols)).strip()
            if said.startswith("(error"):
                return "unknown", said, {}
        if said == "sat":
            return "sat", "", {}
        if said == "unsat":
            return "unsat", "", {}
        return "unknown", TIME if perf_counter() - start >= time_s else GAVE_UP, {}

    return decide


def _limit_memory(memory_mib: float) -> None:
    """Of this process, beyond what it has already."""
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    most = taken + int(memory_mib * 2**20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))

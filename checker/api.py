"""The Python API, which the command line itself uses: `load`, `check`, `prove`, `verify`, `tolerate`, `mend`, `cost`, `graph`, `replay`, `conform`.

Everything here takes paths and names as a user gives them and raises `BadInput` (with located diagnostics) when they
cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from checker.properties.searches import Progress as Progress
from checker.properties.searches import setting_texts, told_by

if TYPE_CHECKING:
    import networkx

    from checker.conformance.logs.map_file import Format
    from checker.conformance.result import Conformance, RunResult
    from checker.engines.stores import Order, PartialOrder, Store
    from checker.model.model import Model
    from checker.properties.mending.result import Mendings
    from checker.properties.result import Report, Trace
    from checker.properties.searches import Counted, Engine
    from checker.properties.tolerance.result import Tolerance
    from checker.proving.api import prove as prove
    from checker.proving.api import verify as verify
    from checker.sizing.result import Costs


CHECKPOINT_EVERY_S = 60.0

AnyPath: TypeAlias = str | PathLike[str]
Overrides: TypeAlias = Mapping[str, str | int]  # values as a spec writes them, or numbers and truth values of Python


def load(path: AnyPath, instance: str | None = None, faults: str = "none", overrides: Overrides | None = None) -> Model:
    """The model of a protocol (`.team`) or of the protocol of a spec (`.spec`) under one of the spec's instances and fault
    models. Wherever a fault model is named, its text may be given as well: `crash Worker <= 1, lose Assign unlimited`.

    `instance` None: the spec's only or first instance, the parameters' defaults for a protocol. `overrides` gives values to
    parameters (`{"workers": 3}`), over those of the instance. The model carries every goal of the spec that
    needs no instrumentation of its own. Raises BadInput.
    """
    from checker.elaborate.lower import elaborate
    from checker.properties.requests import one_checked

    return elaborate(one_checked(fspath(path), instance, faults, setting_texts(overrides)), faults)


def check(
    paths: AnyPath | Iterable[AnyPath],
    *,
    instances: Sequence[str] | None = None,
    faults: Sequence[str] | None = None,
    properties: Sequence[str] | None = None,
    overrides: Overrides | None = None,
    time_s: float | None = None,
    memory_mib: float | None = None,
    states_limit: int | None = None,
    engine: Engine = "auto",
    threads: int = 0,
    symmetry: bool = False,
    partial_order: PartialOrder = False,
    store: Store = "states",
    order: Order = "breadth-first",
    sweeps: int | None = None,
    fewest: Counted | None = None,
    checkpoint: AnyPath | None = None,
    resume: bool = False,
    checkpoint_every_s: float = CHECKPOINT_EVERY_S,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Every verdict of the specs at `paths`: spec files, folders (searched for `*.spec`, deep) or globs.

    Each spec is checked in its instances under its fault models as its `check` lines say; the filters `instances`,
    `faults` and `properties` keep only what they name. The limits hold for each search; one that is reached makes verdicts
    `unknown`, never `holds`. `engine`: "auto" begins with the reference interpreter and goes on with the native library
    beyond some thousand states, and where `time_s` is given has half of it for that: then Z3 looks for what was left open, and proofs are
    tried; "reference" and "native" use the one (native: where the library is there and takes the
    model); "z3" looks for violations in every run of up to `sweeps` steps (12) and many longer ones, in teams too large for a
    search, and says `unknown` where it finds none; `fewest`: what its traces shall have as few of as can be. A result says what
    ran. `threads`: of the native engine, 0: one for each processor. `symmetry`: the native
    engine looks at one state for each orbit under renaming, where nothing tells the elements apart. `partial_order`: it leaves
    out states that only another order of steps goes through, where no verdict asks for them and the search is a long one ("always":
    however short it is); only breadth first, and not together with `symmetry` or `checkpoint` (ValueError). `store`
    "fingerprint": it keeps 64 bits of a state that has more; "bitstate": a few bits of an array that takes most of the memory,
    depth first; a state may then be missed, and nothing `holds`. `order` "depth-first": traces need not be shortest. `checkpoint`:
    an empty folder (or a name for one) in which the native engine, which is then used for all that it can decide, keeps what it
    has found, every `checkpoint_every_s` seconds and at the end of each search; with `resume`, go on from what the same
    check left there. An interrupt ends the check: the report holds what is known by then, with `interrupted` set. Raises
    BadInput before anything is searched when a spec, a name or a checkpoint cannot be used, and at an instance whose states are too
    large to keep; ValueError where no path is given, or an engine or store that does not exist.
    """
    from msgspec.structs import replace

    from checker.engines.stores import Order, Store
    from checker.properties.plan import Filters
    from checker.properties.running import run
    from checker.properties.searches import SWEEPS, Engine, Limits, plan

    filters = Filters(instances=instances, faults=faults, properties=properties)
    several = [paths] if isinstance(paths, (str, PathLike)) else list(paths)
    _require(bool(several), "no path is given")
    _require(engine in get_args(Engine), f"there is no engine {engine!r}")
    _require(store in get_args(Store), f"there is no store {store!r}")
    _require(order in get_args(Order), f"there is no order {order!r}")
    _require(isinstance(partial_order, bool) or partial_order == "always", f"there is no partial order {partial_order!r}")
    jobs = plan([fspath(path) for path in several], filters, setting_texts(overrides))
    limits = Limits(
        time_s=time_s,
        memory_mib=memory_mib,
        states_limit=states_limit,
        engine=engine,
        threads=threads,
        symmetry=symmetry,
        partial_order=partial_order,
        store=store,
        order=order,
        sweeps=SWEEPS if sweeps is None else sweeps,
        fewest=fewest,
    )
    told = None if progress is None else told_by(progress)
    if checkpoint is None:
        if time_s is None or engine != "auto":
            return run(jobs, limits, told)
        from checker.proving.auto import within

        return within(jobs, limits, told)
    from checker.properties.checkpoints import opened

    with opened(fspath(checkpoint), jobs, resume=resume, every_s=checkpoint_every_s, symmetry=symmetry) as checkpoints:
        return run(jobs, replace(limits, checkpoints=checkpoints), told)


def __getattr__(name: str) -> Any:
    """`prove` and `verify` have their room with the proofs, which nothing else here loads."""
    if name in ("prove", "verify"):
        from checker.proving import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _require(given: bool, otherwise: str) -> None:
    if not given:
        raise ValueError(otherwise)


def tolerate(
    path: AnyPath,
    *,
    instance: str | None = None,
    faults: str | None = None,
    properties: Sequence[str] | None = None,
    overrides: Overrides | None = None,
    together: int = 2,
    time_s: float | None = None,
    memory_mib: float | None = None,
    states_limit: int | None = None,
    engine: Literal["auto", "reference"] = "auto",
    threads: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Tolerance:
    """Which faults break which property of one instance (by default the first) of the spec or protocol at `path`.

    `faults`: those to look at, as text (`crash Worker, lose Assign`) or as the name of a fault model, whose numbers do not count;
    None: all that apply to the protocol. `together`: of sets of faults, how many there are in total at most (2 at
    least). The limits are of each search; what they leave open is `unknown`. An interrupt ends it with what is known by then. Raises
    BadInput.
    """
    from checker.properties.searches import Limits
    from checker.properties.tolerance.subject import subject
    from checker.properties.tolerance.table import tolerate as table_of

    limits = Limits(time_s=time_s, memory_mib=memory_mib, states_limit=states_limit, engine=engine, threads=threads)
    asked = subject(
        fspath(path),
        instance=instance,
        faults=faults,
        properties=properties,
        overrides=setting_texts(overrides),
        limits=limits,
        said=progress,
    )
    return table_of(asked, faults, together)


def mend(
    path: AnyPath,
    *,
    instance: str | None = None,
    faults: str = "none",
    properties: Sequence[str] | None = None,
    overrides: Overrides | None = None,
    together: int = 3,
    time_s: float | None = None,
    memory_mib: float | None = None,
    states_limit: int | None = None,
    engine: Literal["auto", "reference"] = "auto",
    threads: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Mendings:
    """Under which smallest sets of assumptions each violated property of `load(path, instance, faults)` holds, and which `should` must be
    a `when` so that the others hold although agents ignore advice.

    `together`: how many assumptions in a set at most. The limits are of each search; what they leave open is said. An interrupt ends it
    with what is known by then. Raises BadInput.
    """
    from checker.properties.mending.mend import mend as mendings_of
    from checker.properties.searches import Limits
    from checker.properties.tolerance.subject import subject

    limits = Limits(time_s=time_s, memory_mib=memory_mib, states_limit=states_limit, engine=engine, threads=threads)
    asked = subject(
        fspath(path),
        instance=instance,
        faults=faults,
        properties=properties,
        overrides=setting_texts(overrides),
        limits=limits,
        said=progress,
    )
    return mendings_of(asked, faults, together)


def cost(
    path: AnyPath,
    *,
    instance: str | None = None,
    faults: str = "none",
    meters: Sequence[str] | None = None,
    overrides: Overrides | None = None,
    every_size: bool = True,
    time_s: float | None = None,
    memory_mib: float | None = None,
    states_limit: int | None = None,
    engine: Literal["auto", "reference"] = "auto",
    threads: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Costs:
    """What the runs of `load(path, instance, faults)` cost at most, of each meter: those of its calls, `messages`, `rounds`, `steps`, or
    those in `meters`.

    `every_size`: look for a bound for teams of every size, too, for up to `time_s` (30 s) each. The limits are of each search; what they
    leave open is said. An interrupt ends it with what is known by then. Raises BadInput.
    """
    from checker.properties.searches import Limits
    from checker.sizing.cost import cost as costs_of

    limits = Limits(time_s=time_s, memory_mib=memory_mib, states_limit=states_limit, engine=engine, threads=threads)
    return costs_of(
        fspath(path),
        instance=instance,
        faults=faults,
        meters=meters,
        overrides=setting_texts(overrides),
        every_size=every_size,
        limits=limits,
        said=progress,
    )


def graph(
    path: AnyPath,
    instance: str | None = None,
    faults: str = "none",
    overrides: Overrides | None = None,
    *,
    states_limit: int | None = None,
    time_s: float | None = None,
    memory_mib: float | None = None,
) -> networkx.MultiDiGraph:
    """The reachable states and steps of `load(path, ...)` as a networkx graph; see `checker.graph.networkx_graph`.

    A limit that is reached is said in the graph's attributes (`complete` False), never silent. Raises BadInput.
    """
    from checker.engines.explicit import explore
    from checker.graph.networkx_graph import to_networkx

    found = explore(load(path, instance, faults, overrides), states_limit=states_limit, time_s=time_s, memory_mib=memory_mib)
    return to_networkx(found)


def replay(
    path: AnyPath,
    trace: str,
    *,
    instance: str | None = None,
    faults: str = "none",
    property: str | None = None,
    overrides: Overrides | None = None,
) -> Trace:
    """The trace that `Result.replay` names, run again by the reference interpreter.

    `trace` is `0:3.1.2` (from initial state 0 the transitions number 3, 1, 2), and `0:3.1.2@1` for a lasso whose cycle
    begins after one step. `property` is needed for the properties that have a model of their own (`no lost update on v`
    ...). Raises BadInput.
    """
    from checker.properties.requests import replay_request

    return replay_request(
        fspath(path), trace, instance=instance, faults=faults, property=property, overrides=setting_texts(overrides)
    )


def conform(
    path: AnyPath,
    logs: AnyPath | Iterable[AnyPath],
    *,
    map: AnyPath,
    instance: str | None = None,
    faults: str = "none",
    overrides: Overrides | None = None,
    format: Format | None = None,
    candidates: int | None = None,
    time_s: float | None = None,
    progress: Callable[[int, int, int], None] | None = None,
    follow: bool = False,
    violated: Callable[[RunResult], None] | None = None,
) -> Conformance:
    """Whether the runs in `logs` are behaviours of `load(path, instance, faults, overrides)`, read as the TOML file `map` says. Folders stand for the
    logs in them, patterns (`runs/*.jsonl`) for the files that they fit.

    `format` None: by what the logs look like. `candidates`: how many states that may explain a run are listed; more are kept as decision
    diagrams. Where these get too large, or after `time_s`, it cannot be told. `progress` is called with the records and runs so far, and how many
    of these are decided. An interrupt ends it with what is known by then. `follow`: the last log is still written to, and an interrupt is its
    end. `violated` is called with each run that violates, at once where the order is that of the log. Raises BadInput.
    """
    from checker.conformance.beliefs import Limits
    from checker.conformance.logs.compile_map import compile_map
    from checker.conformance.logs.follow import follow as follow_logs
    from checker.conformance.logs.map_file import read_map
    from checker.conformance.logs.sources import log_files
    from checker.language.parse import read_source

    source = read_source(fspath(map))
    written = read_map(source.path, source.text)
    reader = compile_map(written, load(path, instance, faults, overrides))
    limits = Limits(time_s=time_s) if candidates is None else Limits(candidates=candidates, time_s=time_s)
    command = _replay_command(fspath(path), instance, faults, setting_texts(overrides))
    return follow_logs(
        reader,
        log_files(_paths(logs)),
        path=fspath(path),
        command=command,
        format=format,
        limits=limits,
        progress=progress,
        following=follow,
        violated=violated,
    )


def starter_map(
    path: AnyPath,
    logs: AnyPath | Iterable[AnyPath],
    *,
    instance: str | None = None,
    faults: str = "none",
    overrides: Overrides | None = None,
    format: Format | None = None,
) -> str:
    """The text of a map to start from, for `conform`: the steps of the protocol beside the kinds of records in the logs. Raises BadInput."""
    from checker.conformance.logs.sources import log_files
    from checker.conformance.logs.starter import starter

    return starter(load(path, instance, faults, overrides), log_files(_paths(logs)), format)


def _paths(given: AnyPath | Iterable[AnyPath]) -> list[str]:
    return [fspath(one) for one in ([given] if isinstance(given, (str, PathLike)) else given)]


def _replay_command(path: str, instance: str | None, faults: str, overrides: Mapping[str, str]) -> str:
    """The command that shows a path of this model, but for its steps."""
    import shlex

    words = ["teamcheck", "replay", path, *(["--instance", instance] if instance else [])]
    words += ["--faults", faults] if faults != "none" else []
    return shlex.join([*words, *(word for name, value in overrides.items() for word in ("--set", f"{name}={value}"))])

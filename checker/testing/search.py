"""Searching the schedules of a test: `explore`, `replay`, `sweep`, and the decorator `explored`."""

from __future__ import annotations

import functools
import gc
import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import structs

from checker.pytest_plugin import REPLAY_VARIABLE, stop_after_this_test
from checker.testing.choices import MODES, Deviation, Mode, Token
from checker.testing.chooser import Replay, Strategy
from checker.testing.outcome import Outcome
from checker.testing.progress import telling
from checker.testing.record import Record
from checker.testing.run import Check, Run, Test
from checker.testing.searching import STRATEGIES, Search, StrategyName
from checker.testing.settings import Settings


def explore(
    test: Test,
    *,
    schedules: int = 200,
    mode: Mode = "both",
    seed: int = 0,
    strategy: StrategyName = "auto",
    faults: Mapping[str, int] | None = None,
    checks: Sequence[Check] = (),
    first: Sequence[str] = (),
    **settings: Any,
) -> Outcome:
    """Searches for a schedule under which the test fails: it raises, waits for ever, never ends, or a check of its record objects.

    `test` is a coroutine function without parameters, which makes all that it uses anew each time. `mode` is the strongest to try;
    weaker ones come first, plain order before all. `strategy`: "random", "pct" (priorities), "deviations" (fewest first), "auto" (all).
    `faults`: how often each fault may strike in a run, as in a spec: `{"crash": 1}`. `first`: replay tokens to run before the search.
    `settings`: fields of `Settings`. The search ends at the first failure, shrinks it, and looks for it in weaker modes.
    """
    _check_options(mode, strategy)
    _check_checks(checks)
    common = Settings(mode="latency", seed=seed, faults=_budget(faults), **settings)
    search = Search(test, common, checks, strategy, mode)
    with quiet_collector(), telling(search.outcome.test), _told_how_far(search):
        found = search.known(first) or search.all_modes(schedules)
        if found is not None and search.only_repeats_ids(found):
            found = search.all_modes(schedules)
        if found is not None:
            search.settle(found, max(20, schedules // 2))
    return search.end()


def replay(
    test: Test, token: str, *, faults: Mapping[str, int] | None = None, checks: Sequence[Check] = (), **settings: Any
) -> Outcome:
    """The one run of a token, explained; under the `faults` and settings of the search that gave the token."""
    _check_checks(checks)
    read = Token.parse(token)
    common = Settings(mode=read.mode, seed=read.seed, faults=_budget(faults), **settings)
    search = Search(test, common, checks, "auto", read.mode)
    with quiet_collector():
        search.warm_up(read.seed + 1)
        found = search.run(read.mode, Replay(read.deviations))
        if search.only_repeats_ids(found):
            found = search.run(read.mode, Replay(read.deviations))
        if found.failure is not None:
            search.explain(found)
            if search.outcome.run is not None:  # told by the token that was given, whatever random numbers it was made again with
                search.outcome.run.settings = structs.replace(search.outcome.run.settings, seed=read.seed)
        elif set(read.deviations) - set(found.deviations):
            search.outcome.notes.append("some deviations of the token no longer apply: the code or its settings have changed")
    return search.end()


def sweep(
    test: Test,
    *,
    cancel: bool | Sequence[str] | None = None,
    seed: int = 0,
    checks: Sequence[Check] = (),
    most: int = 2_000,
    schedules: int = 0,
    **settings: Any,
) -> Outcome:
    """Cancels each task at each suspension point that a plain run passes, one per run: before it starts, once it has suspended, and
    again when what it waited for has come and it is about to resume.

    `cancel` names the tasks to cancel. None: the agents, each its own task, as nobody outside a library can cancel the tasks that it makes
    within; where a test has no agents, all. True: all but the test itself. That the test itself then ends with CancelledError is no
    failure. All points are tried; the report shows the first that fails, and names the others.

    `schedules`: where none fails in plain order, each task is cancelled at each point of so many drawn schedules of mode `latency`, too, and the
    first failure ends the sweep. `most` is the number of points tried in each schedule.
    """
    _check_checks(checks)
    common = Settings(mode="latency", seed=seed, cancel=True if cancel is None else cancel, **settings)
    search = Search(test, common, checks, "auto", "latency")
    outcome = search.outcome
    with quiet_collector(), telling(outcome.test), _told_how_far(search):
        first = search.warm_up()
        if cancel is None and first is not None and first.record.agents:
            search.cancelling(first.record.agents)
        plain = search.run("latency", Strategy(), note_points=True)
        if search.only_repeats_ids(plain):
            plain = search.run("latency", Strategy(), note_points=True)
        if plain.failure is not None:
            search.explain(plain)
            return outcome
        points = [point for point in plain.points if point.kind == "c"]
        if len(points) > most:
            outcome.notes.append(f"{len(points)} suspension points were seen, {most} of them tried: raise `most` to try all")
        failed: list[Run] = []
        try:
            for point in points[:most]:
                run = search.run("latency", Replay([Deviation("c", point.number, 1)]))
                failed += [run] if run.failure else []
        except KeyboardInterrupt:
            if not failed:
                raise
            outcome.interrupted = True
            outcome.notes.append(f"interrupted after {outcome.runs} runs: not all of {len(points)} suspension points were tried")
        for run in failed:
            outcome.points_failed.append(search.where_cancelled(run))
        if failed:
            search.explain(failed[0])
        elif not points:
            outcome.notes.append("no task but the test itself ever suspended: nothing was cancelled")
        elif not outcome.interrupted:
            found = search.cancelled_in_drawn(plain, schedules, most)
            if found is not None:
                search.settle(found, 0)
    return search.end()


def explored(test: Any = None, /, **options: Any) -> Any:
    """Makes a plain test function of an `async def` one: `explore(test, **options).check()`.

    Arguments (fixtures, parameters) are passed on to each run, so what they hold is shared between runs. Where the environment variable
    TEAMCHECK_REPLAY holds a token, that one run is made instead.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., None]:
        @functools.wraps(function)
        def run_test(*args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            bound = functools.partial(function, *args, **kwargs)
            functools.update_wrapper(bound, function)
            token = os.environ.get(REPLAY_VARIABLE)
            if token:
                kept = {
                    key: value for key, value in options.items() if key not in ("schedules", "mode", "seed", "strategy", "first")
                }
                replay(bound, token, **kept).check()
            else:
                explore(bound, **options).check()

        return run_test

    return decorate if test is None else decorate(test)


@contextmanager
def _told_how_far(search: Search) -> Iterator[None]:
    """An interrupt tells what is known by then, and goes on: pytest shows its text. Where a run has failed, that is the outcome."""
    outcome = search.outcome
    try:
        yield
    except KeyboardInterrupt:
        how_far = f"{outcome.runs} runs, {outcome.distinct} of them different"
        if search.best is None:
            raise KeyboardInterrupt(f"{outcome.test}: interrupted after {how_far}; none of them failed") from None
        outcome.interrupted = True
        if outcome.run is None:
            outcome.run = search.best
            outcome.notes.append(f"interrupted after {how_far}: the schedule may have more deviations than it needs")
    if outcome.interrupted:
        stop_after_this_test()


def _check_options(mode: str, strategy: str) -> None:
    if mode not in MODES:
        raise ValueError(f"mode={mode!r}: the modes are {', '.join(MODES)}")
    if strategy not in STRATEGIES:
        raise ValueError(f"strategy={strategy!r}: the strategies are {', '.join(STRATEGIES)}")


def _budget(faults: Any) -> dict[str, int]:
    if not isinstance(faults or {}, Mapping):
        raise ValueError(f"faults={faults!r}: say how often each may strike in a run, as in `faults={{'crash': 1}}`")
    return dict(faults or {})


def _check_checks(checks: Any) -> None:
    if callable(checks):
        raise ValueError("checks must be a list: `checks=[...]`")
    for check in checks:
        if not callable(check):
            raise ValueError(f"{check!r} is no check: a check is a function of a `Record`")
        try:
            inspect.signature(check).bind(Record())
        except TypeError:
            name = getattr(check, "__name__", type(check).__name__)
            raise ValueError(f"`{name}` is no function of one `Record`; if it makes a check, write `{name}(...)`") from None


@contextmanager
def quiet_collector() -> Iterator[None]:
    """What is there before a search is left alone by the garbage collector, so that collecting after runs is quick; once for searches in searches."""
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()

"""One search over the schedules of a test: its runs, mode by mode, and what becomes of a failing one."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import structs

from checker.testing.choices import MODES, Deviation, Kind, Mode, Token, weaker_modes, weakest_mode
from checker.testing.chooser import Replay, Strategy
from checker.testing.outcome import Outcome
from checker.testing.progress import tell
from checker.testing.record import Record
from checker.testing.run import Check, Run, Test, run_once
from checker.testing.seeds import KEEP_IDS, fresh_seed
from checker.testing.settings import Settings
from checker.testing.shrink import shrink
from checker.testing.strategies import ByDeviations, Priorities, RandomWalk, Uncancelled

StrategyName = Literal["auto", "random", "pct", "deviations"]
STRATEGIES: tuple[StrategyName, ...] = ("auto", "random", "pct", "deviations")
COLLECT_EVERY = 25  # runs; the garbage collector is off within a run
SHRINK_TRIES = 300
IN_TIME = 20  # drawn schedules in which the loop always wakes up in time: what is found in one of them is told more simply
MOST_STEPS = 600_000  # of all tries to shrink, and of all to find a failure in a weaker mode: runs that never end are long

_NEW_KINDS: dict[Mode, tuple[Kind, ...]] = {
    "latency": ("f", "l", "w", "p", "c"),
    "reorder": ("o",),
    "overtake": ("t",),
    "both": ("o", "t"),
}
_SHARES: dict[Mode, dict[Mode, float]] = {  # of the runs of a search, by the mode that was asked for
    "latency": {"latency": 1.0},
    "reorder": {"latency": 0.4, "reorder": 0.6},
    "overtake": {"latency": 0.4, "overtake": 0.6},
    "both": {"latency": 0.3, "reorder": 0.3, "overtake": 0.15, "both": 0.25},
}


class Search:
    """One search: its runs, and what becomes of a failing one."""

    def __init__(self, test: Test, common: Settings, checks: Sequence[Check], strategy: StrategyName, strongest: Mode) -> None:
        inner = getattr(test, "func", test)  # of a functools.partial
        name = getattr(inner, "__qualname__", None) or type(inner).__name__
        self.outcome = Outcome(test=name, strongest=strongest)
        self._test = test
        self._common = common
        self._checks = checks
        self._strategy = strategy
        self._seen: set[int] = set()
        self._warm = False
        self._told_unhandled = False
        self._fresh = name in KEEP_IDS  # each run has random numbers that none had before
        self.best: Run | None = None  # of the failing runs, the one with the fewest deviations in the weakest mode
        self._remarks: set[str] | None = None  # of checks, in every run so far that did not fail

    # --- runs ---------------------------------------------------------------------------------------------------------------

    def warm_up(self, seed: int | None = None) -> Run | None:
        """A run that does not count: code that caches, imports or learns on its first run does so here. None: there was one before."""
        if self._warm:
            return None
        self._warm = True
        return self._once("latency", Strategy(), seed)

    def cancelling(self, names: Sequence[str]) -> None:
        """From now on the tasks of these names are cancelled, and no others."""
        self._common = structs.replace(self._common, cancel=tuple(names))

    def run(self, mode: Mode, strategy: Strategy, *, seed: int | None = None, note_points: bool = False) -> Run:
        """One run of the search."""
        outcome = self.outcome
        tell(f"run {outcome.runs + 1}, mode {mode}")
        run = self._once(mode, strategy, seed, note_points=note_points)
        if run.failure is not None and self.best is None:
            self.best = run
        outcome.runs += 1
        outcome.runs_by_mode[mode] = outcome.runs_by_mode.get(mode, 0) + 1
        self._seen.add(run.fingerprint)
        outcome.distinct = len(self._seen)
        if outcome.runs % COLLECT_EVERY == 0:
            gc.collect()
        if run.failure is None:
            self._remarks = run.record.remarks if self._remarks is None else self._remarks & run.record.remarks
        if not self._told_unhandled and (lost := _unhandled_text(run.record)):
            self._told_unhandled = True
            outcome.notes.append(lost)
        return run

    def _once(self, mode: Mode, strategy: Strategy, seed: int | None = None, **options: Any) -> Run:
        chosen = fresh_seed() if self._fresh else self._common.seed if seed is None else seed
        settings = structs.replace(self._common, mode=mode, seed=chosen)
        return run_once(self._test, settings, strategy=strategy, checks=self._checks, **options)

    def only_repeats_ids(self, found: Run) -> bool:
        """Whether a run fails only because its random numbers were used before (see `seeds`): from now on no two runs have the same."""
        if found.failure is None or self._fresh or not found.drew:
            return False
        seed, mode, strategy = fresh_seed(), found.settings.mode, Replay(found.deviations)
        new, used = (self._once(mode, strategy, seed) for _ in range(2))
        if new.failure is not None or used.failure is None or used.failure.signature != found.failure.signature:
            return False
        self._fresh, self.best = True, None
        KEEP_IDS.add(self.outcome.test)
        self.outcome.notes.append(
            "the code under test keeps what it knows by random ids from run to run: each run has random numbers of its own"
        )
        return True

    def known(self, tokens: Sequence[str]) -> Run | None:
        """Runs known tokens; the first that fails."""
        for text in tokens:
            self.warm_up()
            token = Token.parse(text)
            run = self.run(token.mode, Replay(token.deviations), seed=token.seed)
            if run.failure is not None:
                return run
        return None

    # --- searching ----------------------------------------------------------------------------------------------------------

    def all_modes(self, schedules: int) -> Run | None:
        """The first failing run: in plain order, then mode by mode, weaker ones first. What a mode leaves over goes to the next."""
        self.warm_up()
        shares = _SHARES[self.outcome.strongest]
        left = schedules
        for mode in MODES:
            if mode in shares:
                later = sum(share for other, share in shares.items() if MODES.index(other) > MODES.index(mode))
                budget = left if not later else round(left * shares[mode] / (shares[mode] + later))
                before = self.outcome.runs
                found = self.one_mode(mode, budget)
                if found is not None:
                    return found
                left -= self.outcome.runs - before
        return None

    def one_mode(self, mode: Mode, budget: int) -> Run | None:
        """The first failing run in this mode."""
        plain = self.run(mode, Strategy(), note_points=True)
        if plain.failure is not None:
            return plain
        if not any(point.kind in _NEW_KINDS[mode] for point in plain.points):
            return None  # this mode has no choice that a weaker one has not
        fewest = ByDeviations(f"{self._common.seed}:{mode}", _NEW_KINDS[mode])
        fewest.next()
        fewest.ran((), plain.points)
        for turn in range(budget - 1):
            run = self._turn(mode, turn, plain, fewest)
            if run is None:
                break
            if run.failure is not None:
                return run
        self.outcome.complete[mode] = fewest.complete
        return None

    def _turn(self, mode: Mode, turn: int, plain: Run, fewest: ByDeviations) -> Run | None:
        name = self._strategy if self._strategy != "auto" else ("deviations", "random", "pct")[turn % 3]
        key = f"{self._common.seed}:{mode}:{turn}"
        if name == "deviations":
            deviations = fewest.next()
            if deviations is not None:
                run = self.run(mode, Replay(deviations), note_points=True)
                fewest.ran(deviations, run.points)
                return run
            if self._strategy == "deviations":
                return None
            name = "random"  # a few latencies stood for all: others are left
        seed = self._common.seed + turn  # the code under test draws other random numbers, too
        if name == "random":
            return self.run(mode, RandomWalk(key, plain.asked, turn >= IN_TIME), seed=seed)
        return self.run(mode, Priorities(key, plain.asked, 2 + turn // 3 % 2, turn >= IN_TIME), seed=seed)

    def cancelled_in_drawn(self, plain: Run, schedules: int, most: int) -> Run | None:
        """The first failing run of a sweep through drawn schedules: each as it is, then with one cancellation at each of its points."""
        fewest = ByDeviations(f"{self._common.seed}:sweep", _NEW_KINDS["latency"])
        fewest.next()
        fewest.ran((), [point for point in plain.points if point.kind != "c"])
        for turn in range(schedules):
            deviations = fewest.next() if turn % 2 == 0 else None
            strategy = Uncancelled(f"{self._common.seed}:sweep:{turn}", plain.asked, turn >= IN_TIME)
            drawn = self.run("latency", strategy if deviations is None else Replay(deviations), note_points=True)
            if drawn.failure is not None:
                return drawn
            if deviations is not None:
                fewest.ran(deviations, [point for point in drawn.points if point.kind != "c"])
            for point in [point for point in drawn.points if point.kind == "c"][:most]:
                run = self.run("latency", Replay([*drawn.deviations, Deviation("c", point.number, 1)]))
                if run.failure is not None:
                    return run
        return None

    def end(self) -> Outcome:
        """What came of it all. Where nothing failed, also what checks found nothing of in any run."""
        if self.outcome.passed:
            self.outcome.unseen = sorted(self._remarks or ())
        return self.outcome

    # --- a failing run ------------------------------------------------------------------------------------------------------

    def settle(self, found: Run, budget: int) -> None:
        """Shrinks the failing run, looks for the failure in weaker modes, and explains it."""
        outcome = self.outcome
        outcome.found_after, outcome.found_mode = outcome.runs, found.settings.mode
        self.best = found
        try:
            self.best = self._shrunk(found)
            for mode in weaker_modes(self.best.settings.mode):
                weaker = self._in_weaker_mode(mode, self.best, budget)
                if weaker is not None:
                    self.best = weaker
                    self.best = self._shrunk(weaker)
                    break
        except KeyboardInterrupt:
            outcome.interrupted = True
            outcome.notes.append("interrupted while shrinking: the schedule may have more deviations than it needs")
        self.explain(self.best)

    def _in_weaker_mode(self, mode: Mode, best: Run, budget: int) -> Run | None:
        """The failure in a mode that the search has been through already, with fresh schedules."""
        assert best.failure is not None
        plain = self._once(mode, Strategy(), note_points=True)
        if not plain.points:
            return None
        steps = 0
        for turn in range(budget):
            key = f"{self._common.seed}:weaker:{mode}:{turn}"
            late = turn >= IN_TIME
            strategy = RandomWalk(key, plain.asked, late) if turn % 2 else Priorities(key, plain.asked, 2 + turn // 2 % 2, late)
            run = self._once(mode, strategy, best.settings.seed)
            if run.failure is not None and run.failure.signature == best.failure.signature:
                return run
            steps += run.steps
            if steps > MOST_STEPS:
                break
        return None

    def _shrunk(self, found: Run) -> Run:
        """The shrunk run, under the weakest mode that its deviations need."""
        assert found.failure is not None
        signature, mode, seed, tries, steps = found.failure.signature, found.settings.mode, found.settings.seed, 0, 0

        def attempt(deviations: Sequence[Deviation]) -> Run | None:
            nonlocal tries, steps
            tries += 1
            if tries > SHRINK_TRIES or steps > MOST_STEPS:
                return None
            tell(f"shrinking, {len(deviations)} deviations")
            run = self._once(mode, Replay(deviations), seed)
            steps += run.steps
            if run.failure is None or run.failure.signature != signature:
                return None
            if self.best is None or len(run.deviations) < len(self.best.deviations):
                self.best = run
            return run

        if seed != self._common.seed and not self._fresh:  # the seed of the search itself, where the random numbers do not matter
            seed = self._common.seed
            found, seed = (same, seed) if (same := attempt(found.deviations)) is not None else (found, found.settings.seed)
        best = shrink(found, attempt)
        mode = weakest_mode(best.deviations)
        return best if mode == best.settings.mode else attempt(best.deviations) or best

    def explain(self, run: Run) -> None:
        """Makes the run once more with a witness, and puts it into the outcome."""
        outcome = self.outcome
        outcome.run = run
        try:
            again = self._once(run.settings.mode, Replay(run.deviations), run.settings.seed, explain=True)
            if _differ(again, run) and not _differ(
                new := self._once(run.settings.mode, Replay(run.deviations), fresh_seed(), explain=True), run
            ):
                again = new  # it is the same with random numbers that were not used before: the code knows those that were
        except KeyboardInterrupt:
            outcome.interrupted = True
            outcome.notes.append("interrupted before the run was made once more: its deviations are not told in words")
            return
        if _differ(again, run):
            outcome.notes.append(
                "the same schedule gave another run: the code under test depends on something that is not controlled "
                "(a thread, the real clock, the order of a set, state kept from run to run)"
            )
        outcome.run = again if again.failure is not None else run
        if again.record.foreign_threads:
            outcome.notes.append("helper threads posted work: when they do is not controlled")

    def where_cancelled(self, run: Run) -> str:
        """The suspension point of a run of a sweep, in words, with its time."""
        again = run_once(self._test, run.settings, token=run.token, checks=self._checks, explain=True)
        return again.accounts[0].line if again.accounts else str(run.token)


def _differ(one: Run, other: Run) -> bool:
    """Whether one of them did not fail, or they are of different schedules or failures."""
    if one.failure is None or other.failure is None:
        return True
    return one.fingerprint != other.fingerprint or one.failure.signature != other.failure.signature


def _is_ours(error: BaseException) -> bool:
    """Whether it is what the protocol has against the run, which is told as the failure."""
    return type(error).__module__.startswith("checker.testing.protocol.")


def _unhandled_text(record: Record) -> str:
    """In words: the exceptions of a run that no code has taken, and what else asyncio or Python would have logged."""
    raised = [lost for lost in record.unhandled if lost.error is not None and not _is_ours(lost.error)]
    names = ", ".join(type(lost.error).__name__ + (f" of {lost.task}" if lost.task else "") for lost in raised)
    told = [f"{len(raised)} exception{'s' * (len(raised) != 1)} reached the loop and no code: {names}"] if raised else []
    return "; ".join(
        told + [lost.message + (f" ({lost.task})" if lost.task else "") for lost in record.unhandled if lost.error is None]
    )

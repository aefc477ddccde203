"""Follows a log through a model: each record by the first rule that fits it, each run by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, final

from msgspec.structs import replace

from checker.conformance.beliefs import Beliefs, Limits
from checker.conformance.logs.compile_map import Reader
from checker.conformance.logs.formats.detect import IN_ORDER, read_log
from checker.conformance.logs.kinds import TELLING
from checker.conformance.logs.map_errors import NoRule, UnreadableValue
from checker.conformance.logs.map_file import Format, Order
from checker.conformance.logs.names import Names, Unreadable, key
from checker.conformance.logs.ordering import Entry
from checker.conformance.logs.records import MISSING, Record, find
from checker.conformance.logs.rules import Call, NoSuchStep, Reading, Rule
from checker.conformance.logs.runs import Gathered, InOrder, RunKey
from checker.conformance.logs.sources import names_of
from checker.conformance.logs.telling import RECORD_SHOWN, Teller
from checker.conformance.result import Conformance, RunResult
from checker.conformance.seen import StepSeen
from checker.language.diagnostics import BadInput, Diagnostic

Told = Callable[[int, int, int], None]  # records and runs so far, and how many of these are decided

PROGRESS_RECORDS = 1_000
OPEN_RUNS = 2_000  # runs whose past is kept for explanations, the last that began


def follow(
    reader: Reader,
    logs: Iterable[str],
    *,
    path: str,
    command: str,
    format: Format | None = None,
    limits: Limits | None = None,
    progress: Told | None = None,
    following: bool = False,
    violated: Callable[[RunResult], None] | None = None,
) -> Conformance:
    """The verdict on each run of `logs`. `path`: of the protocol or spec, for the result. An interrupt ends it with what is known by then.

    `following`: at the end of the last log, wait for more, until an interrupt ends the log. `violated` is called with a run as soon as it
    violates, which can be told at once where the order is that of the log. Raises BadInput.
    """
    return _Follow(reader, limits, command, progress, following, violated).run(path, list(logs), format)


@final
class _Follow:
    def __init__(
        self,
        reader: Reader,
        limits: Limits | None,
        command: str,
        progress: Told | None,
        following: bool,
        violated: Callable[[RunResult], None] | None,
    ) -> None:
        self.reader, self.progress, self.violated, self.following = reader, progress, violated, following
        self.every = PROGRESS_RECORDS if violated is None else 1
        self.wrong: list[Diagnostic] = []  # of logs that cannot be read
        self.cut: list[str] = []  # lines that break off
        self.beliefs = Beliefs(reader.vocabulary.model, reader.hidden, limits, self._tell)
        self.teller = Teller(reader.vocabulary, self.beliefs.automaton.interpreter, command)
        self.runs: dict[RunKey, InOrder | Gathered] = {}  # those that are not decided yet
        self._begun: list[RunKey] = []  # in the order in which they began
        self.log_names: dict[str, str] = {}
        self.order: Order = "log"
        self.records = self.ignored = self.unread = self.decided = self.twice = 0
        self.told: dict[tuple[Any, ...], tuple[Record, tuple[Reading, ...]]] = {}  # by run, and what `once` names
        self.seen: Counter[int] = Counter()
        self.touched: set[int] = set()  # steps that some record may be

    def run(self, path: str, logs: list[str], format: Format | None) -> Conformance:
        started = perf_counter()
        interrupted = False
        results: list[RunResult] = []
        formats: list[str] = []
        self.log_names = names_of(logs) if self.reader.log.each_apart else {}
        try:
            for place, log in enumerate(logs):
                with self._each_told():
                    self._read_all(log, format, formats, following=self.following and place == len(logs) - 1)
                    if self.log_names:
                        self._decide(results)
            if self.wrong:
                raise BadInput(self.wrong)
            self._decide(results)
        except KeyboardInterrupt:
            interrupted = True
            results += [self._interrupted(run) for run in self.runs.values()]
        model = self.reader.vocabulary.model
        return Conformance(
            protocol=model.protocol,
            path=path,
            instance=model.instance,
            faults=model.faults,
            map=self.reader.written.path,
            logs=tuple(logs),
            format=formats[0] if formats else "",
            runs=tuple(results),
            records=self.records,
            ignored=self.ignored,
            unread=self.unread,
            seen={model.steps[step].name: count for step, count in sorted(self.seen.items())},
            unseen=tuple(step.name for number, step in enumerate(model.steps) if number not in self.touched | self.reader.hidden),
            hidden=tuple(model.steps[step].name for step in sorted(self.reader.hidden)),
            warnings=tuple(self._warnings()),
            seconds=perf_counter() - started,
            interrupted=interrupted,
        )

    def _read_all(self, log: str, format: Format | None, formats: list[str], *, following: bool) -> None:
        """Where the log is followed, an interrupt is its end."""
        try:
            found, records = read_log(
                log,
                format,
                map=self.reader.written.map,
                following=following,
                cut=lambda line: self.cut.append(f"{log}:{line}"),
                again=self._again,
            )
            formats.append(found)
            self.order = self.reader.log.order or ("log" if found in IN_ORDER else "time")
            for record in records:
                self._take(record)
        except KeyboardInterrupt:
            if not following:
                raise

    @contextmanager
    def _each_told(self) -> Iterator[None]:
        """Where each log has runs of its own, the others are read too although one cannot be."""
        try:
            yield
        except BadInput as error:
            if not self.log_names:
                raise
            self.wrong += error.diagnostics
            self.runs.clear()

    def _decide(self, results: list[RunResult]) -> None:
        """The runs that were read, each forgotten once its result stands. Raises BadInput."""
        for one in list(self.runs):
            run = self.runs[one]
            results.append(run.result())
            del self.runs[one]
            self.decided = len(results)
            if isinstance(run, Gathered) and results[-1].violation is not None and self.violated is not None:
                self.violated(results[-1])
            self._tell()

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(self.records, self.decided + len(self.runs), self.decided)

    def _interrupted(self, run: InOrder | Gathered) -> RunResult:
        """A violation that was found stands; of the rest it is known how far it is explained."""
        if isinstance(run, Gathered):
            return RunResult(
                run=run.name, verdict="cannot tell", events=len(run.entries), explained=0, states=0, reason="interrupted"
            )
        if run.violation is not None:
            return run.result()
        explained = run.tracker.number_explained
        return RunResult(
            run=run.name,
            verdict="cannot tell",
            events=run.events,
            explained=explained,
            states=run.tracker.candidates,
            reason=f"interrupted, {'all' if explained == run.events else explained} explained so far",
        )

    # --- records -------------------------------------------------------------------------------------------------------

    def _take(self, record: Record) -> None:
        self.records += 1
        if self.records % self.every == 0:
            self._tell()
        rule, record = self._fitting(record)
        silent = rule is None or rule.ignore
        if silent:
            self._count_silent(record, rule)
            if self.order != "links":  # where a cause says nothing itself, what comes before it still comes before its effects
                return
        run = self._run(record, strict=not silent)
        if run is None or run.over:
            return
        readings = () if silent or rule is None else self._read(rule, record, run.names)
        if not silent and self._came_before(record, run, readings):
            return
        self._count_steps(readings)
        if readings or silent:
            ended = run.take(Entry(record=record, readings=readings, lane=self._lane(record, rule, readings)))
            if ended and self.violated is not None:
                self.violated(run.result())

    def _again(self) -> None:
        self.twice += 1

    def _came_before(self, record: Record, run: InOrder | Gathered, readings: tuple[Reading, ...]) -> bool:
        """Whether a record with the same values in the fields of `once` was read. Raises BadInput where it said something else."""
        once = self.reader.log.once
        if once is None:
            return False
        values = [find(record.fields, path) for path in ((once,) if isinstance(once, str) else once)]
        if any(value is MISSING or value is None for value in values):
            return False
        first, said = self.told.setdefault((run.key, *map(key, values)), (record, readings))
        if first is record:
            return False
        if said != readings:
            reason = f"it is the same record as {first.place}, by `once`, and does not say the same"
            raise _unreadable(record, reason, "name fields as `once` that together differ from record to record")
        self._again()
        return True

    def _fitting(self, record: Record) -> tuple[Rule | None, Record]:
        """The first rule that the record fits, and the record with what the rule finds in its texts."""
        for rule in self.reader.rules:
            fields = rule.where.read(record.fields)
            if fields is not None:
                return rule, record if fields is record.fields else replace(record, fields=fields)
        return None, record

    def _count_steps(self, readings: tuple[Reading, ...]) -> None:
        for reading in readings:
            step = reading.step if isinstance(reading, Call) else reading
            if isinstance(step, StepSeen):
                self.touched |= step.steps
                if len(step.steps) == 1:
                    self.seen.update(step.steps)

    def _count_silent(self, record: Record, rule: Rule | None) -> None:
        if rule is not None:
            rule.fitted += 1
            self.ignored += 1
        elif self.reader.log.strict:
            raise BadInput([self._no_rule(record)])
        else:
            self.unread += 1

    def _run(self, record: Record, *, strict: bool) -> InOrder | Gathered | None:
        log = record.place.log
        parts = [self.log_names[log]] if log in self.log_names else []
        for field in self.reader.log.run_fields:
            given = find(record.fields, field)
            if given is MISSING or given is None:
                if not strict:
                    return None
                raise _unreadable(record, f"the record has no field `{field}`, which says its run", "ignore such records")
            parts.append(str(given))
        run_key = tuple(parts)
        run = self.runs.get(run_key)
        if run is None:
            if len(self.runs) >= OPEN_RUNS:
                self._forget(self._begun[-OPEN_RUNS])
            names = Names(self.reader.naming)
            run = self.runs[run_key] = (
                InOrder(run_key, self.beliefs, names, self.teller)
                if self.order == "log"
                else Gathered(run_key, self.beliefs, names, self.teller, self.order, self.reader.log)
            )
            self._begun.append(run_key)
        return run

    def _forget(self, key: RunKey) -> None:
        """The past of a run."""
        run = self.runs.get(key)
        if isinstance(run, InOrder):
            run.forget()

    def _read(self, rule: Rule, record: Record, names: Names) -> tuple[Reading, ...]:
        try:
            return tuple(rule.read(record.fields, names))
        except Unreadable as error:
            raise _unreadable(record, str(error), error.advice) from None
        except NoSuchStep as error:
            raise BadInput([self.reader.vocabulary.no_step(str(error), record.span)]) from None

    def _lane(self, record: Record, rule: Rule | None, readings: tuple[Reading, ...]) -> tuple[str, int] | str | None:
        """Whose record it is: an agent, or what the log calls it where no step says which one that is."""
        for reading in readings:
            step = reading.step if isinstance(reading, Call) else reading
            if isinstance(step, StepSeen) and step.agent is not None:
                return str(self.reader.vocabulary.role(next(iter(step.steps)))), step.agent
        if rule is None or rule.steps or rule.template is not None or rule.agent is None:
            return None
        given = rule.agent.raw(record.fields)
        return None if given is MISSING or given is None else key(given)

    # --- what is wrong -------------------------------------------------------------------------------------------------

    def _no_rule(self, record: Record) -> NoRule:
        from msgspec.json import encode

        text = encode(record.fields).decode()
        shown = text if len(text) <= RECORD_SHOWN else text[: RECORD_SHOWN - 3] + "..."
        return NoRule(span=record.span, record=shown, advice=_rule_for(record.fields))

    def _warnings(self) -> Iterable[str]:
        """What makes a verdict say less than it seems to."""
        marked = [f"{count} x {word}" for word in ("GUESS", "HOLE") if (count := self.reader.written.text.count(f"# {word}:"))]
        if marked:
            told = "the verdicts rest on what was guessed; take the marks out where you have looked"
            yield f"{self.reader.written.path}: it still has {', '.join(marked)} of the map to start from: {told}"
        for number, rule in enumerate(self.reader.rules, 1):
            place = self.reader.written.rule(number - 1)
            if not rule.fitted:
                yield f"{place}: no record fits this rule"
            elif rule.missing and not rule.ignore:
                for field in sorted(rule.missing):
                    yield f"{place}: no record that fits this rule has the field `{field}`, so its value is unknown in all of them"
        for line in self.cut:
            yield f"{line}: the last line breaks off in the middle and was not read"
        if self.twice:
            yield f"{self.twice:,} record{'s' * (self.twice != 1)} came again, as before, and {'was' if self.twice == 1 else 'were'} passed over"
        if self.unread:
            yield f"{self.unread:,} records fit no rule and were passed over (`strict = false`)"


def _unreadable(record: Record, reason: str, advice: str) -> BadInput:
    return BadInput([UnreadableValue(span=record.span, reason=reason, advice=advice)])


def _rule_for(fields: Any) -> str:
    """A rule that passes such records over, to paste."""
    texts = [name for name, value in fields.items() if isinstance(value, str)]
    name = next((name for name in (*TELLING, "span", *texts) if name in texts), None)
    where = f'{{ {name} = "{fields[name]}" }}' if name is not None else "{ ... }"
    return f"write a rule, or pass them over: [[record]] with where = {where} and ignore = true"

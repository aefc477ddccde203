"""The rules of a map, made ready for a model: which records they fit, and what these say of the run."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, final

from msgspec import Struct

from checker.conformance.logs.fitting import Fitting
from checker.conformance.logs.names import Names, Unreadable
from checker.conformance.logs.records import MISSING, Fields, find
from checker.conformance.logs.values import Source
from checker.conformance.logs.vocabulary import Vocabulary, filled, holes
from checker.conformance.seen import DoneSeen, StateSeen, StepSeen
from checker.language.types import Type, Value
from checker.model.model import Variable


@final
class Call(Struct, frozen=True):
    """A record begins or ends the call of this id, or says that it failed without effect."""

    kind: Literal["begin", "end", "fail"]
    id: str
    step: StepSeen | None


Reading: TypeAlias = StepSeen | StateSeen | DoneSeen | Call


@final
class NoSuchStep(Exception):
    """The record names a step that the protocol does not have."""


@final
class CellAt(Struct, frozen=True, kw_only=True):
    """A cell of `variable`, at indices that are values, or fields of the record; its value is in `source`."""

    variable: Variable
    indices: tuple[tuple[Type, Source], ...]
    source: Source

    def read(self, vocabulary: Vocabulary, fields: Fields, names: Names) -> tuple[int, Value] | None:
        """The cell and its value; None where the record does not say which, or what. Raises Unreadable."""
        indices = []
        for type, index in self.indices:
            known, value = index.read(type, fields, names)
            if not known:
                return None
            indices.append(value)
        known, value = self.source.read(self.variable.type, fields, names)
        return (vocabulary.cell(self.variable, tuple(indices)), value) if known else None


@final
class Rule:
    """One `[[record]]`. `steps`: the steps that its records may be; `template`: how the record names its step, where it does."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        *,
        where: dict[str, Any],
        ignore: bool,
        template: str | None,
        steps: frozenset[int],
        agent: Source | None,
        values: dict[str, Source],
        before: tuple[CellAt, ...],
        after: tuple[CellAt, ...],
        done: bool | None,
        call: Literal["begin", "end", "fail"] | None,
        id: str | None,
    ) -> None:
        self.vocabulary = vocabulary
        self.where = Fitting(where)
        self.ignore, self.template, self.steps = ignore, template, steps
        self.agent, self.values, self.before, self.after = agent, values, before, after
        self.done, self.call, self.id = done, call, id
        self.fitted = 0  # how many records
        told_before = call in ("end", "fail") and not steps  # the begin of the call says whose it is
        acting = [agent] if agent is not None and not told_before else []
        self.missing = {s.path for s in (*values.values(), *acting) if s.path is not None}

    def read(self, fields: Fields, names: Names) -> list[Reading]:
        """What a record that the rule fits says, in order. Raises Unreadable, NoSuchStep."""
        self.fitted += 1
        if self.missing:
            self.missing -= {path for path in self.missing if find(fields, path) is not MISSING}
        found: list[Reading] = []
        if self.before and (cells := self._cells(self.before, fields, names)):
            found.append(StateSeen(cells))
        step = self._step(fields, names)
        if self.call is not None:
            found.append(Call(self.call, self._id(fields), step))
        elif step is not None:
            found.append(step)
        if self.after and (cells := self._cells(self.after, fields, names)):
            found.append(StateSeen(cells))
        if self.done is not None:
            found.append(DoneSeen(self.done))
        return found

    def _step(self, fields: Fields, names: Names) -> StepSeen | None:
        steps = self.steps if self.template is None else self._named(self.template, fields)
        if not steps:
            return None
        some = next(iter(steps))
        agent, role = None, self.vocabulary.role(some)
        if self.agent is not None and role is not None:
            known, value = self.agent.read(role, fields, names)
            agent = value if known else None
        if not self.values:
            return StepSeen(steps, agent)
        types = self.vocabulary.types(some)
        values = []
        for name, source in self.values.items():
            if name in types:
                known, value = source.read(types[name], fields, names)
                if known:
                    values.append((name, value))
        return StepSeen(steps, agent, tuple(values))

    def _named(self, template: str, fields: Fields) -> frozenset[int]:
        """The step that a record names by its fields."""

        def value(path: str) -> str:
            given = find(fields, path)
            if given is MISSING or given is None:
                raise Unreadable(
                    f"the record has no field `{path}`, which says its step", "give such records a rule of their own"
                )
            return str(given)

        name = filled(template, value)
        step = self.vocabulary.step_of.get(name)
        if step is None:
            raise NoSuchStep(name)
        return frozenset([step])

    def _id(self, fields: Fields) -> str:
        given = MISSING if self.id is None else find(fields, self.id)
        if given is MISSING or given is None:
            raise Unreadable(
                f"the record has no field `{self.id}`, which says which call it belongs to", "name the field that does"
            )
        return str(given)

    def _cells(self, wanted: tuple[CellAt, ...], fields: Fields, names: Names) -> tuple[tuple[int, Value], ...]:
        found = (cell.read(self.vocabulary, fields, names) for cell in wanted)
        return tuple(sorted((cell for cell in found if cell is not None), key=_place))


def names_step(step: str | tuple[str, ...] | None) -> bool:
    """Whether the record says which step it is."""
    return isinstance(step, str) and bool(holes(step))


def _place(cell: tuple[int, Value]) -> int:
    return cell[0]

"""The map: a TOML file that says how the records of a log are read as steps and states of a protocol."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct, field

from checker.conformance.logs.map_errors import BadMap, BadToml
from checker.language.diagnostics import BadInput, nearest
from checker.language.source import Span

Order = Literal["log", "time", "agent", "round", "links"]
Format = Literal["jsonl", "text", "csv", "otlp", "langsmith", "langfuse", "spans"]


class Literally(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`{ value = ... }`: this value itself, where a text alone would be the path of a field."""

    value: Any


Where: TypeAlias = str | Literally  # the path of a field of the record, or a value


class LogTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[log]`. Most entries are the path of a field: `run` tells runs apart (several fields: together), `agent` is that of every rule that names
    none; records with the same values in the fields of `once` came twice. `files`: whether each of several logs has runs of its own.

    `order`: what is known of the order of the records (see `checker.conformance.logs.ordering`). `format`: of the log; `line`: the form of a line
    of text, with holes that become fields. `records`: the field with the list of records, where an object stands around them.
    """

    run: str | tuple[str, ...] | None = None
    files: Literal["runs", "parts"] | None = None
    agent: str | None = None
    order: Order | None = None
    time: str | None = None
    round: str | None = None
    id: str | None = None
    after: str | None = None
    once: str | tuple[str, ...] | None = None
    format: Format | None = None
    line: str | None = None
    records: str | None = None
    strict: bool = True

    @property
    def run_fields(self) -> tuple[str, ...]:
        return () if self.run is None else (self.run,) if isinstance(self.run, str) else self.run

    @property
    def each_apart(self) -> bool:
        """Whether each log has runs of its own: as `files` says, or else where nothing tells runs apart."""
        return not self.run_fields if self.files is None else self.files == "runs"


class AboveTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[spans.above.NAME]`: each record of a span has the field NAME, which is `field` of the nearest span, itself or around it, that has it and
    whose fields are as `where` says."""

    field: str
    where: dict[str, Any] = {}


class SpansTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[spans]`: what a trace calls the parts of its spans, where it is in none of the formats that are known; each is the path of a field."""

    id: str | None = None
    trace: str | None = None
    parent: str | None = None
    name: str | None = None
    start: str | None = None
    end: str | None = None
    duration: str | None = None
    above: dict[str, AboveTable] = {}

    @property
    def named(self) -> bool:
        """Whether it says what anything is called."""
        return any(getattr(self, name) is not None for name in self.__struct_fields__ if name != "above")


class StepsTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[steps]`: steps that no record shows; `hidden` may happen at any moment, `never` do not happen. `*` stands for any letters."""

    hidden: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


class RecordTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[record]]`: the rule for the records whose fields are as `where` says (a value, or a list of values; `true` and `false` of a
    field that is not itself a truth value: that it is there, or not).

    `step`: the step's name, or some of which it is one, with `{field}` for the value of a field and `*` for any letters. `with`: parameters
    and choices of the step. `before`, `after`: cells of the state, just before and just after it. `done`: whether the team is done.
    `call`: the step happens between a record that begins and one that ends the call of this `id`; `fail`: it ends without effect.
    """

    where: dict[str, Any] = field(default_factory=dict)
    step: str | tuple[str, ...] | None = None
    agent: Where | None = None
    with_: dict[str, Where] = field(default_factory=dict, name="with")
    before: dict[str, Where] = field(default_factory=dict)
    after: dict[str, Where] = field(default_factory=dict)
    done: bool | None = None
    call: Literal["begin", "end", "fail"] | None = None
    id: str | None = None
    ignore: bool = False


class MapFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A map as written. `values`: by type, what the log's values are called in the protocol."""

    log: LogTable = field(default_factory=LogTable)
    spans: SpansTable = field(default_factory=SpansTable)
    steps: StepsTable = field(default_factory=StepsTable)
    record: tuple[RecordTable, ...] = ()
    values: dict[str, dict[str, Any]] = field(default_factory=dict)


class Written(Struct, frozen=True, kw_only=True):
    """A map with its path and text, for the places of what is wrong with it."""

    path: str
    text: str
    map: MapFile

    def rule(self, number: int, key: str | None = None) -> Span:
        """Where rule `number` (from 0), or one of its entries, stands."""
        return self._within(r"\[\[\s*record\s*\]\]", number, key)

    def table(self, name: str, key: str | None = None) -> Span:
        """Where a table, or one of its entries, stands."""
        return self._within(rf"\[\s*{re.escape(name)}\s*\]", 0, key)

    def top(self, name: str | None) -> Span:
        """Where a table or an entry outside of tables begins."""
        for number, line in enumerate(self.text.splitlines(), 1):
            if name is not None and re.match(rf'\s*(\[+\s*)?"?{re.escape(name)}"?\s*[].=]', line):
                return Span(self.path, number, 1, number, len(line) + 1)
        return Span(self.path, 1, 1, 1, 1)

    def text_at(self, quoted: str) -> Span:
        """Where a quoted text first stands."""
        for number, line in enumerate(self.text.splitlines(), 1):
            if (at := line.find(f'"{quoted}"')) >= 0:
                return Span(self.path, number, at + 1, number, at + len(quoted) + 3)
        return Span(self.path, 1, 1, 1, 1)

    def _within(self, header: str, number: int, key: str | None) -> Span:
        lines = self.text.splitlines()
        heads = [i for i, line in enumerate(lines) if re.match(rf"\s*{header}", line)]
        if number >= len(heads):
            return Span(self.path, 1, 1, 1, 1)
        start = heads[number]
        if key is not None:
            for i in range(start + 1, len(lines)):
                if re.match(r"\s*\[", lines[i]):
                    break
                found = re.search(rf'(?<![\w-])"?{re.escape(key)}"?\s*=', lines[i])
                if found:
                    return Span(self.path, i + 1, found.start() + 1, i + 1, len(lines[i]) + 1)
        return Span(self.path, start + 1, 1, start + 1, len(lines[start]) + 1)


def read_map(path: str, text: str) -> Written:
    """The map in `text`. Raises BadInput, with places."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput([_not_toml(path, text, str(error))]) from None
    written = Written(path=path, text=text, map=MapFile())
    errors: list[BadMap] = []
    rules = data.pop("record", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        place = written.table("record")
        raise BadInput(
            [BadMap(span=place, reason="`record` is not a list of tables", advice="write `[[record]]`, for each rule one")]
        )
    map, tables = MapFile(), []
    for number, rule in enumerate(rules):
        try:
            tables.append(msgspec.convert(rule, RecordTable))
        except msgspec.ValidationError as error:
            errors.append(_not_a_rule(written, number, str(error)))
    try:
        map = msgspec.convert(data, MapFile)
    except msgspec.ValidationError as error:
        errors.append(_not_a_map(written, str(error)))
    if errors:
        raise BadInput(errors)
    return msgspec.structs.replace(written, map=msgspec.structs.replace(map, record=tuple(tables)))


def _not_toml(path: str, text: str, reason: str) -> BadToml:
    found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", reason)
    lines = text.splitlines() or [""]
    line, column = (int(found[1]), int(found[2])) if found and found[1] else (len(lines), len(lines[-1]) + 1)
    told = reason[: found.start()] if found else reason
    return BadToml(span=Span(path, line, column, line, column + 1), reason=told[:1].lower() + told[1:])


def _not_a_rule(written: Written, number: int, message: str) -> BadMap:
    reason, keys = _said(message)
    return _bad(reason, "`[[record]]`", keys, RecordTable, lambda key: written.rule(number, key))


def _not_a_map(written: Written, message: str) -> BadMap:
    reason, keys = _said(message)
    if not keys:
        return _bad(reason, "a map", keys, MapFile, lambda key: written.top(key))
    table, *keys = keys
    kinds: dict[str, type[Struct]] = {"log": LogTable, "steps": StepsTable, "spans": SpansTable}
    return _bad(reason, f"`[{table}]`", keys, kinds.get(table, MapFile), lambda key: written.table(table, key))


def _said(message: str) -> tuple[str, list[str]]:
    """Of what msgspec says: the reason, and the entries on the way to it."""
    reason, _, at = message.partition(" - at ")
    return reason, re.findall(r"\.(\w+)", at)


_KINDS = {
    "bool": "true or false",
    "str": "a text",
    "array": "a list",
    "object": "a table",
    "int": "a number",
    "float": "a number",
}


def _bad(reason: str, where: str, keys: list[str], kind: type[Struct], place: Callable[[str | None], Span]) -> BadMap:
    unknown = re.match(r"Object contains unknown field `(.*)`", reason)
    if unknown is not None and not keys:
        known = [entry.encode_name for entry in msgspec.structs.fields(kind)]
        found = nearest(unknown[1], known)
        advice = f"did you mean `{found}`?" if found else f"it may have {', '.join(known)}"
        return BadMap(span=place(unknown[1]), reason=f"{where} has no entry `{unknown[1]}`", advice=advice)
    entry = keys[0] if keys else ""
    wrong = re.match(r"Expected `(.*)`, got `(.*)`", reason)
    entry = entry or where.strip("`")
    told = f"`{entry}`: {reason[:1].lower()}{reason[1:]}"
    if wrong is not None:
        wanted = dict.fromkeys(_KINDS.get(kind.strip(), kind.strip()) for kind in wrong[1].split("|") if kind.strip() != "null")
        told = f"`{entry}` has {_KINDS.get(wrong[2], wrong[2])} where {' or '.join(wanted)} should be"
    return BadMap(span=place(entry or None), reason=told, advice="docs/conformance.md lists the entries of a map")

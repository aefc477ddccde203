"""A map to start from: the steps of a protocol beside the kinds of records that a log has, with what can be guessed and what cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any, final

from msgspec import Struct

from checker.conformance.logs.formats.detect import IN_ORDER, looks_like_text, read_log
from checker.conformance.logs.guesses import Guesser
from checker.conformance.logs.kinds import THINGS, Kind, Roles, as_templates, kinds_of, roles_of
from checker.conformance.logs.map_file import Format
from checker.conformance.logs.matching import Matched, matched
from checker.conformance.logs.messages import UNNAMED
from checker.conformance.logs.records import Fields, paths
from checker.conformance.logs.textual import in_form
from checker.conformance.logs.vocabulary import Vocabulary
from checker.model.model import Model, Step

LOOKED_AT = 5_000  # records
LOGS = 20  # that are looked into, where there are several

_AROUND = (
    "",
    "[spans.above.who]  # GUESS: of each span, the name of the agent whose span it is within",
    'field = "name"',
    'where = { kind = "agent" }',
)


def starter(model: Model, logs: Sequence[str], format: Format | None = None) -> str:
    """The text of a map for `model` and the records at the beginning of `logs`. Raises BadInput."""
    format = format or ("text" if looks_like_text(logs[0]) else None)
    found, records = read_log(logs[0], format)
    some = [record.fields for record in islice(records, LOOKED_AT)]
    for log in logs[1:LOGS]:
        some += [record.fields for record in islice(read_log(log, found)[1], LOOKED_AT // LOGS)]
    inner = _records_within(some)
    if inner is not None:
        some = [one for record in some for one in record[inner]][:LOOKED_AT]
    line, some = in_form(some) if found == "text" else (None, some)
    return _Starter(Vocabulary(model), found, line, inner, len(logs) > 1).text([paths(one) for one in some])


def _records_within(records: Sequence[Fields]) -> str | None:
    """The field with the records themselves, where a file is one object around their list."""
    if len(records) != 1:
        return None
    lists = {name: len(v) for name, v in records[0].items() if isinstance(v, list) and v and all(isinstance(o, dict) for o in v)}
    return max(lists, key=lambda name: lists[name], default=None)


@final
class _Starter(Struct, frozen=True):
    vocabulary: Vocabulary
    format: Format
    line: str | None
    inner: str | None
    several: bool

    def text(self, fields: list[dict[str, Any]]) -> str:
        guesser = Guesser(self.vocabulary)
        named = [
            word for sort in self.vocabulary.model.sorts if sort.role for word in (sort.name.lower(), f"{sort.name.lower()}_id")
        ]
        roles = roles_of(fields, self.format not in IN_ORDER, named, guesser)
        roles, fields = as_templates(fields, roles, self.vocabulary, guesser)
        said = sum(roles.agent in record for record in fields)
        of_agents = self.format not in IN_ORDER and any(record.get("kind") == "agent" for record in fields)
        around = of_agents and said < len(fields) / 2
        kinds = kinds_of(fields, roles, guesser)
        found = matched(self.vocabulary, guesser, kinds)
        lines = [
            "# How a log is read as a run of the protocol. Each [[record]] is a rule; the first that fits a record is taken.",
            "# What is marked GUESS is so by names and values only: look at it. A HOLE could not be guessed. docs/conformance.md lists all entries.",
            "",
            *self._log_table(roles, around, fields),
            *(_AROUND if around else ()),
            "",
            *self._steps_table(found),
        ]
        shown = Counter(match.step for match in found if match is not None and not match.ignored and match.call != "end")
        for kind, match in zip(kinds, found, strict=True):
            lines += self._rule(kind, match, roles)
            if match is not None and not match.ignored and shown[match.step] > 1:
                lines.append(
                    f"# HOLE: {shown[match.step]} rules show this step; if two records tell of one step, one of them is to be ignored"
                )
        return "\n".join(lines) + "\n"

    # --- tables --------------------------------------------------------------------------------------------------------

    def _log_table(self, roles: Roles, around: bool, fields: list[dict[str, Any]]) -> list[str]:
        agent = "who" if around else roles.agent
        lines = ["[log]", *(['format = "text"'] if self.format == "text" else [])]
        if self.inner is not None:
            lines.append(f"records = {_toml(self.inner)}  # the file is one object, with the records in this list")
        lines.append(f"run = {_toml(roles.run)}" if roles.run else '# run = "FIELD"        # HOLE: tells the runs of a log apart')
        if self.several:
            told = (
                'files = "parts"        # a run may go on in the next log; "runs": each log has runs of its own'
                if roles.run
                else 'files = "runs"         # each log is a run; "parts": they are parts of one'
            )
            lines.append(told)
        lines.append(
            f"agent = {_toml(agent)}" if agent else '# agent = "FIELD"      # HOLE: who acts; without it, agents are unknown'
        )
        lines += self._order(roles, fields)
        lines += [f"line = {_toml(self.line)}", "strict = false         # other lines are passed over"] if self.line else []
        return lines

    def _order(self, roles: Roles, fields: list[dict[str, Any]]) -> list[str]:
        told = "# what is known of the order: log, time, agent, round, links"
        if self.format not in IN_ORDER:
            return [f'order = "time"          {told}']
        if roles.time is None or _in_order([record.get(roles.time) for record in fields]):
            return [f'order = "log"          {told}']
        return [
            f'order = "time"         # GUESS: the records do not stand in the order of `{roles.time}`',
            f"time = {_toml(roles.time)}",
        ]

    def _steps_table(self, found: Sequence[Matched | None]) -> list[str]:
        model = self.vocabulary.model
        shown = {match.step for match in found if match is not None and not match.ignored}
        lines = [
            "# The steps of the protocol. Each is read by a rule below, or listed as `hidden` (it may happen unseen) or `never`:"
        ]
        for number, step in enumerate(model.steps):
            hole = "" if number in shown or _unseen(step) else "   HOLE: no rule shows it"
            lines.append(f"#   {step.name:<32} {_told(self.vocabulary, number, step)}{hole}")
        hidden = ", ".join(f'"{step.name}"' for number, step in enumerate(model.steps) if _unseen(step) and number not in shown)
        return [*lines, "[steps]", f"hidden = [{hidden}]", "never = []"]

    # --- rules ---------------------------------------------------------------------------------------------------------

    def _rule(self, kind: Kind, match: Matched | None, roles: Roles) -> list[str]:
        shown = ", ".join(f"{_key(name)} = {_toml(value)}" for name, value in kind.where.items())
        count = f"{len(kind.records):,} such record{'s' * (len(kind.records) != 1)}"
        lines = ["", f"[[record]]  # {count}", *([f"where = {{ {shown} }}"] if kind.where else [])]
        others = {
            name: value
            for record in kind.records[:50]
            for name, value in record.items()
            if name not in kind.where and value is not None
        }
        if match is None:
            lines.append("ignore = true  # HOLE: or step = ...")
        elif match.ignored:
            lines.append(f"ignore = true  # GUESS: {match.why}")
        else:
            lines.append(f'step = "{self.vocabulary.model.steps[match.step].name}"  # GUESS: {match.why}')
            lines += (
                [f'call = "{match.call}"  # the step happens somewhere between the begin and the end', 'id = "id"']
                if match.call
                else []
            )
            own = {name: value for name, value in others.items() if name not in (roles.run, roles.agent)}
            lines += _with(self.vocabulary, match.step, own) if match.call != "end" else []
        examples = list(others.items())[:8]
        told = ", ".join(f"{name} = {_short(value)}" for name, value in examples)
        return [*lines, *([f"# its fields: {told}"] if examples else [])]


def _unseen(step: Step) -> bool:
    return step.fault is not None or step.kind == "round"


def _told(vocabulary: Vocabulary, number: int, step: Step) -> str:
    types = vocabulary.types(number)
    agent = f"{vocabulary.role(number) or 'nobody'} {step.phrase}"
    return agent + (f" ({', '.join(f'{name}: {of}' for name, of in types.items())})" if types else "")


def _in_order(times: Sequence[Any]) -> bool:
    texts = [time for time in times if isinstance(time, str)]
    numbers = [time for time in times if isinstance(time, int | float)]
    return bool(texts and numbers) or (texts == sorted(texts) and numbers == sorted(numbers))


def _with(vocabulary: Vocabulary, step: int, fields: dict[str, Any]) -> list[str]:
    found = {}
    for name, type in vocabulary.types(step).items():
        kind = str(type).lower().removesuffix("?")
        words = (name.lower(), kind, f"{kind}id", f"{kind}name", f"{name.lower()}id")
        field = next(
            (f for f in fields if {_plain(f.rsplit(".", 1)[-1]), _plain(".".join(f.split(".")[-2:]))} & set(words)), None
        )
        if field is not None:
            found[name] = field
    missing = [name for name in vocabulary.types(step) if name not in found]
    things = [field for field in fields if _plain(field.rsplit(".", 1)[-1]) in THINGS]
    unnamed = [name for name in fields if name in UNNAMED]  # holes of a text
    if not found and len(missing) == 1 and len(unnamed) == 1:
        return [f'with = {{ {missing[0]} = "{unnamed[0]}" }}  # GUESS: all else is the same in these texts']
    if not found and len(missing) == 1 and len(things) == 1:
        return [f"with = {{ {missing[0]} = {_toml(things[0])} }}  # GUESS: nothing else seems to say it"]
    if not found:
        return [f'# with = {{ {missing[0]} = "FIELD" }}  # HOLE: which field says it'] if missing else []
    return [f"with = {{ {', '.join(f'{name} = {_toml(field)}' for name, field in found.items())} }}"]


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _key(name: str) -> str:
    return name if name.replace("_", "a").replace("-", "a").isalnum() and name.isascii() else _toml(name)


def _toml(value: Any) -> str:
    """A value as TOML writes it: its basic strings are those of JSON."""
    from msgspec.json import encode

    return encode(value).decode()


def _short(value: Any) -> str:
    text = _toml(value)
    return text if len(text) <= 30 else text[:27] + "..."

"""Messages in flight, as far as specs can speak of them: how many of a kind wait, for whom. What they carry has no words there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, final

from checker.elaborate import make
from checker.language import tree
from checker.language.checking.written import whole
from checker.language.types import Record
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Channel, Model, Variable
from checker.sentences import build

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.sentences.raised import Names, Raised


@final
class Channels:
    """The channels of a model. `waiting(M, x)` is exact where M has one channel, of one sender or indexed by its receiver alone."""

    def __init__(self, model: Model) -> None:
        self.of = {channel.variable.name: channel for channel in model.channels}
        kinds = [channel.message for channel in model.channels]
        self.alone = {message for message in kinds if kinds.count(message) == 1}

    def said(self, node: Apply, raised: Raised, names: Names) -> tree.Expr | None:
        """A comparison or a count of what waits in one channel; None for other expressions."""
        counted = self.waiting(node, raised, names)
        if counted is not None:
            return counted
        match node:
            case Apply("size", (Read() as read,)) if read.variable.kind == "channel":
                return self._count(read, raised, names)
            case Apply("eq" | "ne" as operator, (Read() as read, Const(value))) if read.variable.kind == "channel" and not value:
                return build.binary("==" if operator == "eq" else "!=", self._count(read, raised, names), build.number(0))
            case Apply("bag_remove", (Read() as read, Local() as one)) if read.variable.kind == "channel":
                others = _messages(self.of[read.variable.name], [raised.expr(index, names) for index in read.indices])
                return _unsayable(f"(other {others} than {whole(raised.expr(one, names))})")
            case Apply("in_set" | "in_seq", (message, Read() as read)) if read.variable.kind == "channel":
                return self._waits(message, read, raised, names)
        return None

    def some(self, node: Quantifier, raised: Raised, names: Names) -> tree.Expr | None:
        """`an Ask message from c waits for Server`, of `any(m in CHANNEL: m.sender == c)` and its kin; None for other expressions."""
        match node:
            case Quantifier("any", (message,), (Read(old=False) as read,), body) if read.variable.kind == "channel":
                known = list(_known(body, message))
            case _:
                return None
        if [place for place, _ in known] == [None]:
            whole_message = known[0][1]
            return None if whole_message is None else self._waits(whole_message, read, raised, names)
        record = read.variable.type.of  # type: ignore[attr-defined]
        assert isinstance(record, Record)
        said = {
            record.fields[place][0]: whole(raised.expr(value, names))
            for place, value in known
            if value is not None and place is not None
        }
        if len(said) < len(known):
            return None
        channel = self.of[read.variable.name]
        keys = [raised.expr(index, names) for index in read.indices]
        sender = said.pop(record.fields[0][0], None) if channel.with_sender else None
        sender = whole(keys[0]) if channel.kind == "fifo" else sender
        having = " and ".join(f"{name} = {value}" for name, value in said.items())
        parts = [_a(channel.message), "message", *([f"with {having}"] if having else []), *([f"from {sender}"] if sender else [])]
        return _unsayable(f"({' '.join(parts)} waits for {whole(keys[-1])})")

    def waiting(self, node: Expr, raised: Raised, names: Names) -> tree.Expr | None:
        """`waiting(M)`, `waiting(M, x)`, from the sums over all channels of M that these are short for."""
        found = list(_summands(node))
        reads = [part for part in found if part is not None]
        if not found or len(reads) < len(found):
            return None
        message = self.of[reads[0][0].name].message
        channels = [channel.variable.name for channel in self.of.values() if channel.message == message]
        receivers = {(to, old) for _, to, old in reads}
        if [variable.name for variable, _, _ in reads] != channels or len(receivers) > 1:
            return None
        ((to, old),) = receivers
        counted = build.call("waiting", build.name(message), *(() if to is None else (raised.expr(to, names),)))
        return build.call("old", counted) if old else counted

    def _count(self, read: Read, raised: Raised, names: Names) -> tree.Expr:
        channel = self.of[read.variable.name]
        keys = [raised.expr(index, names) for index in read.indices]
        if self._is_exact(channel):
            counted = build.call("waiting", build.name(channel.message), keys[-1])
            return build.call("old", counted) if read.old else counted
        return _unsayable(f"(the number of {_messages(channel, keys)})")

    def _waits(self, message: Expr, read: Read, raised: Raised, names: Names) -> tree.Expr:
        channel = self.of[read.variable.name]
        keys = [raised.expr(index, names) for index in read.indices]
        record = read.variable.type.of  # type: ignore[attr-defined]  # of a channel, which is a set, bag or sequence
        assert isinstance(record, Record)
        if not record.fields and self._is_exact(channel):
            return build.binary(">", self._count(read, raised, names), build.number(0))
        fields = self._fields(message, record, raised, names)
        if fields is None:
            return _unsayable(f"({whole(raised.expr(message, names))} is among {_messages(channel, keys)})")
        sender = fields.pop(0) if channel.with_sender else whole(keys[0]) if channel.kind == "fifo" else None
        by = "" if sender is None else f" from {sender}"
        return _unsayable(f"({channel.message}({', '.join(fields)}){by} waits for {whole(keys[-1])})")

    def _fields(self, message: Expr, record: Record, raised: Raised, names: Names) -> list[str] | None:
        match message:
            case Const(value):
                pairs = zip(record.fields, value, strict=True)
                return [whole(raised.value(type, item)) for (_, type), item in pairs]
            case Apply("record", arguments):
                return [whole(raised.expr(argument, names)) for argument in arguments]
        return None

    def content(self, read: Read, keys: Sequence[tree.Expr]) -> tree.Expr:
        """The messages themselves."""
        return _unsayable(f"({_messages(self.of[read.variable.name], keys)})")

    def _is_exact(self, channel: Channel) -> bool:
        return channel.message in self.alone and (channel.kind != "fifo" or channel.sender.single)


def _known(body: Expr, message: Local) -> Iterator[tuple[int | None, Expr | None]]:
    """What a condition fixes of a message: (place of a field, or None for all of it; its value), with no value where it says something else."""
    match body:
        case Apply("and", parts):
            for part in parts:
                yield from _known(part, message)
        case Apply("field", (Local(number), Const(place))) if number == message.number:
            yield place, make.TRUE
        case Apply("not", (Apply("field", (Local(number), Const(place))),)) if number == message.number:
            yield place, make.FALSE
        case Apply("eq", (Apply("field", (Local(number), Const(place))), value)) if number == message.number:
            yield place, None if _mentions(value, message) else value
        case Apply("eq", (Local(number), value)) | Apply("eq", (value, Local(number))) if number == message.number:
            yield None, None if _mentions(value, message) else value
        case _:
            yield None, None


def _mentions(expr: Expr, local: Local) -> bool:
    match expr:
        case Local(number):
            return number == local.number
        case Read(_, parts) | Apply(_, parts):
            return any(_mentions(part, local) for part in parts)
    return isinstance(expr, Quantifier)  # it may


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


Waiting: TypeAlias = tuple[Variable, Expr | None, bool]  # a channel, for whom (None: for all), before the step


def _summands(node: Expr) -> Iterator[Waiting | None]:
    """What is added up in a sum of sizes of channels over all of their other ends; None for anything else."""
    match node:
        case Apply("add", (left, right)):
            yield from _summands(left)
            yield from _summands(right)
        case Apply("size", (Read(variable, (to,), old),)) if variable.kind == "channel":
            yield variable, to, old
        case Quantifier("sum", locals, domains, Apply("size", (Read(variable, indices, old),))) if variable.kind == "channel":
            free, rest = len(locals), indices[len(locals) :]
            every = indices[:free] == locals and domains == variable.index[:free] and len(rest) <= 1
            yield (variable, rest[0] if rest else None, old) if every else None
        case _:
            yield None


def _messages(channel: Channel, keys: Sequence[tree.Expr]) -> str:
    by = (
        f" from {whole(keys[0])}"
        if channel.kind == "fifo"
        else ""
        if not channel.variable.name.count(" ")
        else f" from {channel.sender.name}"
    )
    return f"{channel.message} messages{by} that wait for {whole(keys[-1])}"


def _unsayable(text: str) -> tree.Expr:
    return build.Unsayable(span=build.NOWHERE, name=text)

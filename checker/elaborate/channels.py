"""Messages: the variables of the channels, and sending and taking as statements.

A message kind has one channel variable for each role that sends it. A cell holds a sequence (`fifo`, indexed by sender and
receiver), a bag (`unordered`) or a set (`persistent`), both indexed by receiver; see `checker.model.model.Channel`.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.build import Build, Registers
from checker.language.checked import MessageInfo
from checker.language.source import Span
from checker.language.types import BagOf, Int, Record, SeqOf, SetOf, Type
from checker.model.expr import Const, Expr, Local, Read
from checker.model.model import Assert, Assign, Bind, Body, Channel, Guard, If, Let, Note, Prelude, Require


def declare(build: Build) -> None:
    """Add the channel variables of every message that some role sends."""
    for message in build.checked.messages.values():
        for name in message.senders:
            sender = build.checked.roles[name].sort
            kind = message.declaration.channel
            with_sender = kind != "fifo" and message.takes_sender
            first = (("sender", sender),) if with_sender else ()
            record = Record(message.name, (*first, *message.fields))
            types: dict[str, Type] = {
                "fifo": SeqOf(record, message.capacity),
                "unordered": BagOf(record, message.capacity),
                "persistent": SetOf(record),
            }
            index = (sender, message.receiver) if kind == "fifo" else (message.receiver,)
            label = message.name if len(message.senders) == 1 else f"{message.name} from {name}"
            empty = frozenset() if kind == "persistent" else ()
            variable = build.add(label, "channel", index, types[kind], empty, at=message.declaration.span)
            build.channels.append(
                Channel(
                    message=message.name,
                    sender=sender,
                    receiver=message.receiver,
                    kind=kind,
                    variable=variable,
                    with_sender=with_sender,
                )
            )


def channels_of(build: Build, message: str, sender_role: str | None = None) -> list[Channel]:
    found = [c for c in build.channels if c.message == message]
    return found if sender_role is None else [c for c in found if c.sender.name == sender_role]


def keys(channel: Channel, sender: Expr, receiver: Expr) -> tuple[Expr, ...]:
    return (sender, receiver) if channel.kind == "fifo" else (receiver,)


def record_of(channel: Channel) -> Record:
    of = getattr(channel.variable.type, "of", None)
    assert isinstance(of, Record)
    return of


def send(
    build: Build,
    registers: Registers,
    channel: Channel,
    sender: Expr,
    receiver: Expr,
    fields: Sequence[Expr],
    at: Span,
) -> Body:
    """The statements that put one message into a channel, by its policy at capacity."""
    info = build.checked.messages[channel.message]
    record = record_of(channel)
    given = (sender, *fields) if channel.with_sender else tuple(fields)
    known = isinstance(receiver, Local)  # a loop's own element stays visible as such: its rounds are independent
    to = receiver if isinstance(receiver, Local) else registers.fresh("receiver", channel.receiver)
    item = registers.fresh("message", record)
    cell_keys = keys(channel, sender, to)
    cell = Read(channel.variable, cell_keys)
    note = Note(kind="send", text=channel.message, agent=to, values=tuple(fields))
    lost = Note(kind="drop", text=channel.message, agent=to, values=tuple(fields))
    put = _put(info, channel, cell, cell_keys, item, note, lost, at)
    up = build.get(f"{channel.receiver.name} up")
    if info.declaration.lost_if_down and up is not None:
        put = (If(condition=Read(up, (to,)), then=put, orelse=(lost,)),)
    if all(isinstance(value, Const) for value in given):
        made: Expr = Const(tuple(value.value for value in given if isinstance(value, Const)), record)
    else:
        made = make.apply("record", given, record)
    first: Body = () if known else (Let(local=to, value=receiver),)
    return (*first, Let(local=item, value=made), *put)


def _put(
    info: MessageInfo,
    channel: Channel,
    cell: Read,
    cell_keys: tuple[Expr, ...],
    item: Local,
    note: Note,
    lost: Note,
    at: Span,
) -> Body:
    variable = channel.variable
    if channel.kind == "persistent":
        union = make.apply("union", (cell, make.apply("set", (item,), variable.type)), variable.type)
        return (Assign(variable=variable, indices=cell_keys, value=union), note)
    operator = "append" if channel.kind == "fifo" else "bag_add"
    put = (Assign(variable=variable, indices=cell_keys, value=make.apply(operator, (cell, item), variable.type)), note)
    room = make.compare("lt", make.apply("size", (cell,), Int(0, info.capacity)), make.number(info.capacity))
    match info.declaration.policy:
        case "block":
            return (Require(condition=room), *put)
        case "drop":
            return (If(condition=room, then=put, orelse=(lost,)),)
        case "error":
            text = f"`{channel.message}` overflows: its channel holds {info.capacity} already"
            return (Assert(condition=room, kind="overflow", text=text, at=at), *put)


class Taking(Struct, frozen=True, kw_only=True):
    """One way to take a message: `prelude` finds it, `body` removes it; `values` are its fields, `sender` is who sent it or None."""

    prelude: Prelude
    body: Body
    sender: Expr | None
    values: tuple[Expr, ...]
    shown: tuple[Local, ...]
    fault: str | None = None
    suffix: str = ""


def take(
    build: Build, registers: Registers, channel: Channel, receiver: Expr, names: Sequence[str | None], sender_name: str | None
) -> list[Taking]:
    """Every way in which `receiver` may take a message of this channel: in order, and by the faults `duplicate` and `reorder`."""
    ways = [_taking(registers, channel, receiver, names, sender_name, keep=False, out_of_order=False)]
    several = len(build.checked.messages[channel.message].senders) > 1
    if build.fault("duplicate", channel.message) is not None:
        ways.append(_taking(registers, channel, receiver, names, sender_name, keep=True, out_of_order=False))
    if build.fault("reorder", channel.message) is not None and channel.kind == "fifo":
        ways.append(_taking(registers, channel, receiver, names, sender_name, keep=False, out_of_order=True))
    if not several:
        return ways
    return [replace(way, suffix=f" from {channel.sender.name}{way.suffix}") for way in ways]


def _taking(
    registers: Registers,
    channel: Channel,
    receiver: Expr,
    names: Sequence[str | None],
    sender_name: str | None,
    *,
    keep: bool,
    out_of_order: bool,
) -> Taking:
    record = record_of(channel)
    prelude: list[Bind | Let | Guard] = []
    variable = channel.variable
    message = registers.fresh("message", record)
    sender: Expr | None = None
    shown: list[Local] = []
    if channel.kind == "fifo":
        source = registers.fresh(sender_name or "sender", channel.sender)
        sender = source
        shown.append(source)
        prelude.append(Bind(local=source, domain=channel.sender))
        cell = Read(variable, (source, receiver))
        prelude.append(Guard(condition=make.compare("ne", cell, Const((), variable.type))))
        assert isinstance(variable.type, SeqOf)
        if out_of_order:
            place = registers.fresh("place", Int(1, max(1, variable.type.max - 1)))
            here = make.apply("size", (cell,), Int(0, variable.type.max))
            prelude += [Bind(local=place, domain=place.type), Guard(condition=make.compare("lt", place, here))]
            prelude.append(Let(local=message, value=make.apply("item", (cell, place), record)))
            left = make.apply("without", (cell, place), variable.type)
            shown.append(place)
        else:
            prelude.append(Let(local=message, value=make.apply("first", (cell,), record)))
            left = make.apply("rest", (cell,), variable.type)
    else:
        cell = Read(variable, (receiver,))
        prelude.append(Bind(local=message, domain=cell))
        left = make.apply("bag_remove", (cell, message), variable.type)
    skip = 1 if channel.with_sender else 0
    if channel.with_sender:
        source = registers.fresh(sender_name or "sender", channel.sender)
        prelude.append(Let(local=source, value=_field(message, record, 0)))
        sender = source
        shown.append(source)
    values: list[Expr] = []
    for place_in, (name, type) in enumerate(record.fields[skip:], skip):
        local = registers.fresh(names[place_in - skip] or name, type)
        prelude.append(Let(local=local, value=_field(message, record, place_in)))
        values.append(local)
        shown.append(local)
    removal: Body = ()
    if channel.kind != "persistent" and not keep:
        removal = (Assign(variable=variable, indices=cell.indices, value=left),)
    note = Note(kind="take", text=channel.message, agent=sender, values=tuple(values))
    fault = f"reorder {channel.message}" if out_of_order else f"duplicate {channel.message}" if keep else None
    suffix = " (out of order)" if out_of_order else " (and kept)" if keep else ""
    return Taking(
        prelude=tuple(prelude),
        body=(*removal, note),
        sender=sender,
        values=tuple(values),
        shown=tuple(shown),
        fault=fault,
        suffix=suffix,
    )


def _field(message: Local, record: Record, place: int) -> Expr:
    return make.apply("field", (message, make.number(place)), record.fields[place][1])

"""Which faults can befall what, and fault models that are given as a text rather than declared in a spec:
`crash Worker <= 1, lose Assign unlimited`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast, get_args

from checker.language import tree
from checker.language.checked import Checked, FaultInfo, MessageInfo, RoleInfo
from checker.language.diagnostics import BadInput, Diagnostic, nearest
from checker.language.source import Span

AGENT_FAULTS = ("crash", "restart", "stall", "forget", "skip", "repeat", "disobey", "byzantine")
MESSAGE_FAULTS = ("lose", "duplicate", "reorder", "garble")
KINDS: tuple[tree.FaultKind, ...] = get_args(tree.FaultKind)
_ITEM = r"(?P<kind>\w+)\s+(?P<target>[\w.]+)\s*(?:<=\s*(?P<budget>\d{1,6})|(?P<unlimited>unlimited))?"


def pointless(checked: Checked, kind: tree.FaultKind, target: str) -> str | None:
    """Why a fault of a role or message that is there cannot happen, or None. `restart` needs a `crash` as well, which is not looked at here."""
    message = checked.messages.get(target)
    if kind in MESSAGE_FAULTS:
        return None if message is None else _of_message(message, kind)
    role = checked.roles.get(target)
    return None if role is None else _of_role(checked, role, kind)


def _of_message(message: MessageInfo, kind: tree.FaultKind) -> str | None:
    name, channel = message.name, message.declaration.channel
    if channel == "persistent" and kind in ("lose", "duplicate", "reorder"):
        done = {"lose": "left", "duplicate": "taken again", "reorder": "taken in any order"}[kind]
        return f"`{name}` is persistent: it may be {done} already"
    if channel == "unordered" and kind == "reorder":
        return f"`{name}` is unordered: its messages are taken in any order already"
    if kind == "garble" and not message.fields:
        return f"`{name}` has no fields"
    return None


def _of_role(checked: Checked, role: RoleInfo, kind: tree.FaultKind) -> str | None:
    nodes = [activity.node for activity in role.activities]
    if kind == "disobey" and not any(isinstance(node, tree.Action) and node.advice is not None for node in nodes):
        return f"no action of `{role.name}` has a `should`"
    if kind == "skip" and not any(activity.awaits for activity in role.activities):
        return f"`{role.name}` never awaits"
    if kind == "byzantine" and not any(role.name in message.senders for message in checked.messages.values()):
        return f"`{role.name}` sends no messages"
    return None


def applicable(checked: Checked) -> list[FaultInfo]:
    """Every fault that is not pointless for the roles, messages and stores of the protocol, kind by kind, without a limit."""
    return [
        _info(checked, kind, name, None)
        for kind in KINDS
        for name in targets(checked, kind)
        if not pointless(checked, kind, name)
    ]


def targets(checked: Checked, kind: tree.FaultKind) -> list[str]:
    """The names of what a kind of fault may befall."""
    if kind in AGENT_FAULTS:
        return list(checked.roles)
    return list(checked.messages if kind in MESSAGE_FAULTS else checked.shared)


def _info(checked: Checked, kind: tree.FaultKind, target: str, budget: int | None) -> FaultInfo:
    at = _place(checked, kind, target)
    number = None if budget is None else tree.Number(span=at, value=budget)
    item = tree.FaultItem(span=at, kind=kind, target=target, target_span=at, budget=number)
    return FaultInfo(kind=kind, target=target, budget=budget, at=item)


def _place(checked: Checked, kind: tree.FaultKind, target: str) -> Span:
    """Where what a fault befalls is declared: a fault that no file has is told there."""
    if kind in AGENT_FAULTS:
        return checked.roles[target].at.span
    return (checked.messages if kind in MESSAGE_FAULTS else checked.shared)[target].declaration.span


# --- fault models as texts -------------------------------------------------------------------------------------------


def is_text(name: str) -> bool:
    """Whether this is a fault model by itself, and not the name of one."""
    return " " in name.strip()


def written(items: Iterator[FaultInfo] | tuple[FaultInfo, ...]) -> str:
    """The fault model as `read` reads it: `crash Worker <= 1, lose Assign unlimited`."""
    return ", ".join(
        f"{item.kind} {item.target} " + ("unlimited" if item.budget is None else f"<= {item.budget}") for item in items
    )


def with_text(checked: Checked, name: str) -> None:
    """Enter the fault model that `name` is the text of. Raises BadInput."""
    if is_text(name) and name not in checked.faults:
        checked.faults[name] = read(checked, name)


def read(checked: Checked, text: str, *, budgets: bool = True) -> tuple[FaultInfo, ...]:
    """The faults in `text`; with `budgets` each must have one, else none may, and a `restart` needs no `crash`.

    Raises BadInput with all that is wrong.
    """
    found: dict[tuple[str, str], FaultInfo] = {}
    errors: list[Diagnostic] = []
    for part in filter(None, map(str.strip, text.split(","))):
        item, error = _item(checked, part, budgets)
        if error is not None:
            errors.append(error)
        elif item is not None and (item.kind, item.target) in found:
            errors.append(_refused(part, f"`{item.kind} {item.target}` is given twice", "give each fault once"))
        elif item is not None:
            found[item.kind, item.target] = item
    for item in found.values() if budgets else ():
        if item.kind == "restart" and ("crash", item.target) not in found:
            why = f"there is no `crash {item.target}` beside it, and whom the protocol stops is not restarted"
            errors.append(_pointless(f"restart {item.target}", why))
    if not (found or errors):
        errors.append(_refused(text, "it names no fault", "write for example `crash Worker <= 1`"))
    if errors:
        raise BadInput(errors)
    return tuple(found.values())


def _item(checked: Checked, part: str, budgets: bool) -> tuple[FaultInfo | None, Diagnostic | None]:
    match = re.fullmatch(_ITEM, part)
    form = "`KIND TARGET <= NUMBER` or `KIND TARGET unlimited`" if budgets else "`KIND TARGET`"
    if match is None:
        return None, _refused(part, f"a fault is written {form}", "write for example `crash Worker <= 1`")
    kind, target = match["kind"], match["target"]
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        advice = f"write `{near} {target}`" if near else f"write one of: {', '.join(KINDS)}"
        return None, _refused(part, f"there is no fault `{kind}`", advice)
    known = cast(tree.FaultKind, kind)
    bounded = match["budget"] is not None or match["unlimited"] is not None
    if bounded is not budgets:
        wanted = f"write `{kind} {target} <= 1` or `{kind} {target} unlimited`" if budgets else f"write `{kind} {target}`"
        reason = "it does not say how often it may happen" if budgets else "how often it happens is what is looked for"
        return None, _refused(part, reason, wanted)
    if target not in targets(checked, known):
        return None, _no_target(checked, known, target)
    why = pointless(checked, known, target)
    if why is not None:
        return None, _pointless(f"{kind} {target}", why)
    return _info(checked, known, target, int(match["budget"]) if match["budget"] is not None else None), None


def _pointless(fault: str, why: str) -> Diagnostic:
    from checker.language.spec_text_errors import ThatFaultIsPointless

    return ThatFaultIsPointless(span=None, fault=fault, why=why)


def _refused(part: str, reason: str, advice: str) -> Diagnostic:
    from checker.language.spec_text_errors import FaultsText

    return FaultsText(span=None, given=part, reason=reason, advice=advice)


def _no_target(checked: Checked, kind: tree.FaultKind, name: str) -> Diagnostic:
    from checker.language.spec_text_errors import NoSuchTarget

    wanted = "a role" if kind in AGENT_FAULTS else "a message" if kind in MESSAGE_FAULTS else "a shared variable"
    names = targets(checked, kind)
    near = nearest(name, names)
    advice = f"write `{kind} {near}`" if near else f"there is {', '.join(names) or 'none'}"
    return NoSuchTarget(span=None, kind=kind, name=name, wanted=wanted, advice=advice)

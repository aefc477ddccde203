"""Sentences of the language in plain English, for readers who know no logic: word for word, so that nothing is added or lost."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from checker.language import tree
from checker.language.checking.written import whole
from checker.sentences.build import Unsayable

_HOW_MANY = "(the number of "  # so begin the words for messages that specs cannot speak of
_AT_ALL = {
    ("==", 0): False,
    ("<=", 0): False,
    ("<", 1): False,
    ("!=", 0): True,
    (">", 0): True,
    (">=", 1): True,
}  # there are some
_COMPARED = {
    "==": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
    "in": "is among",
    "not in": "is not among",
    "subset": "is within",
}


def thing(node: tree.Expr) -> str:
    """A value in English: `the owner of t`."""
    return _thing(node)


def for_each(named: Sequence[tuple[str, str]], *, letters: bool = True) -> str:
    """`worker w and task t`, of (name, type); `worker and task` without letters."""
    kinds = [(name, type.rpartition(".")[2].lower()) for name, type in named]
    return " and ".join(f"{kind} {name}" if letters else kind for name, kind in kinds)


_TURNED: dict[str, tree.BinaryOperator] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "in": "not in",
    "not in": "in",
}
_ADDED = {"+": "plus", "-": "minus", "*": "times"}


def english(node: tree.Expr) -> str:
    """`for every worker w and task t: whenever w waits at working and the t of w's work is t, the owner of t is w`."""
    return _said(node)


def _said(node: tree.Expr) -> str:
    match node:
        case tree.Quantifier(kind="all"):
            return f"for every {_bound(node.binders)}: {_said(node.body)}"
        case tree.Quantifier(kind="any"):
            return f"there is {_bound(node.binders, article=True)} such that {_said(node.body)}"
        case tree.Quantifier(kind="majority"):
            return (
                f"for more than half of {_thing(node.binders[0].domain)}, each called {node.binders[0].name}: {_said(node.body)}"
            )
        case tree.Binary(operator="implies"):
            return f"whenever {_joined(node.left)}, {_said(node.right)}"
        case tree.Binary(operator="and" | "or"):
            return f" {node.operator} ".join(_part(part, node.operator) for part in _parts(node, node.operator))
        case tree.Binary():
            return _compared(node)
        case tree.Unary(operator="not"):
            return _negated(node.operand)
        case tree.At():
            label = node.label if node.activity is None else f"{node.activity}.{node.label}"
            return f"{_thing(node.agent)} waits at {label}"
        case tree.Is():
            return f"{_thing(node.agent)} is {node.fact}"
        case Unsayable():
            return node.name.strip("()") if node.name.count("(") == 1 else node.name.removeprefix("(").removesuffix(")")
        case tree.Truth():
            return "true" if node.value else "false"
    return f"{_thing(node)} is true"


def _bound(binders: tuple[tree.Binder, ...], *, article: bool = False) -> str:
    """`worker w and task t`; of several of one kind `participant p and participant q`."""
    return " and ".join(_one(binder.domain, binder.name, article) for binder in binders)


def _one(domain: tree.Expr, name: str, article: bool) -> str:
    kind = _kind(domain)
    if not kind:
        return f"{'some ' if article else ''}{name} of {_set(domain)}"
    return f"{f'{_article(kind)} ' if article else ''}{kind} {name}"


def _all_of(binders: tuple[tree.Binder, ...]) -> str:
    """`workers w and tasks t`"""
    many = ((_kind(binder.domain), binder) for binder in binders)
    return " and ".join(f"{_plural(kind)} {one.name}" if kind else f"{one.name} of {_set(one.domain)}" for kind, one in many)


def _kind(domain: tree.Expr) -> str:
    """`worker`, of a type that is gone over; "" for a set."""
    if not isinstance(domain, tree.Name) or isinstance(domain, Unsayable) or domain.name[:1].islower():
        return ""
    return domain.name.rpartition(".")[2].lower()


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def _set(domain: tree.Expr) -> str:
    return f"the {domain.name.strip('()')}" if isinstance(domain, Unsayable) else _thing(domain)


def _article(noun: str) -> str:
    return "an" if noun[:1].lower() in "aeiou" else "a"


def _parts(node: tree.Expr, operator: str) -> list[tree.Expr]:
    if isinstance(node, tree.Binary) and node.operator == operator:
        return [*_parts(node.left, operator), *_parts(node.right, operator)]
    return [node]


def _joined(node: tree.Expr) -> str:
    return f"({_said(node)})" if isinstance(node, tree.Binary) and node.operator == "implies" else _said(node)


def _part(node: tree.Expr, operator: str) -> str:
    """What stands beside others keeps together."""
    mixed = isinstance(node, tree.Quantifier) or (isinstance(node, tree.Binary) and node.operator in ("and", "or", "implies"))
    mixed = mixed or (operator == "or" and isinstance(node, tree.Unary) and " and " in _said(node))
    return f"({_said(node)})" if mixed else _said(node)


def _negated(node: tree.Expr) -> str:
    match node:
        case tree.At():
            return _said(node).replace(" waits at ", " does not wait at ")
        case tree.Is():
            return f"{_thing(node.agent)} is not {node.fact}"
        case Unsayable() if node.name.startswith(("(a ", "(an ")):
            return f"no {node.name.strip('()').partition(' ')[2]}"
        case Unsayable() if " waits for " in node.name:
            return _said(node).replace(" waits for ", " does not wait for ")
        case tree.Binary(operator=operator) if operator in _TURNED:
            return _compared(replace(node, operator=_TURNED[operator]))
        case tree.Quantifier(kind="any"):
            return f"there is no {_bound(node.binders)} such that {_said(node.body)}"
        case tree.Binary(operator="or"):
            parts = _parts(node, "or")
            if all(isinstance(part, tree.At | tree.Is) for part in parts):
                return " and ".join(map(_negated, parts))
    if isinstance(node, tree.Name | tree.Field | tree.Index) and not isinstance(node, Unsayable):
        return f"{_thing(node)} is false"
    return f"it is not so that {_part(node, 'not')}"


def _compared(node: tree.Binary) -> str:
    left, right = node.left, node.right
    at_all = _AT_ALL.get((node.operator, right.value)) if isinstance(right, tree.Number) else None
    if at_all is not None and (found := _whether_waits(left, at_all)):
        return found
    if node.operator in ("==", "!=") and (_is_said(left) or _is_said(right)):
        when = "exactly when" if node.operator == "==" else "exactly when it is not so that"
        return f"{_part(left, 'not')} {when} {_part(right, 'not')}"
    if node.operator in ("in", "not in") and isinstance(right, tree.Braces) and right.items:
        *first, last = map(_thing, right.items)
        listed = f"{', '.join(first)} or {last}" if first else last
        return f"{_thing(left)} is {'not ' if node.operator == 'not in' else ''}{listed}"
    word = _COMPARED.get(node.operator)
    return f"{_side(left)} {word} {_side(right)}" if word else whole(node)


def _side(node: tree.Expr) -> str:
    return f"({_thing(node)})" if isinstance(node, tree.Conditional) else _thing(node)


def _whether_waits(node: tree.Expr, some: bool) -> str:
    """`a Start message from Lead waits for w`, `no ...`, of how many there are; "" for other numbers."""
    if isinstance(node, tree.Call) and node.name == "waiting":
        return f"{_article(whole(node.arguments[0])) if some else 'no'} {_waiting(node)}"
    if not isinstance(node, Unsayable) or not node.name.startswith(_HOW_MANY):
        return ""
    kind, _, rest = node.name.removeprefix(_HOW_MANY).removesuffix(")").partition(" messages")
    return f"{_article(kind) if some else 'no'} {kind} message{rest.replace(' that wait for ', ' waits for ', 1)}"


def _is_said(node: tree.Expr) -> bool:
    """A sentence rather than a thing."""
    match node:
        case tree.Quantifier(kind="all" | "any" | "majority") | tree.Is() | tree.At() | tree.Unary(operator="not"):
            return True
        case tree.Binary(operator=operator):
            return operator in _COMPARED or operator in ("and", "or", "implies")
    return False


def _waiting(node: tree.Call) -> str:
    to = f" for {_thing(node.arguments[1])}" if len(node.arguments) == 2 else ""
    return f"{whole(node.arguments[0])} message waits{to}"


def _thing(node: tree.Expr) -> str:
    """A value: `the owner of t`, `the state of p`, `the t of w's work`."""
    match node:
        case tree.Index(of=tree.Name(name=name)):
            return f"the {name} of {_thing(node.key)}"
        case tree.Index(of=tree.Index(of=tree.Name(name=name), key=first)):
            return f"the {name} of {_thing(first)} and {_thing(node.key)}"
        case tree.Field(of=tree.Field(of=tree.Name(name=agent), name=activity)):
            return f"the {node.name} of {agent}'s {activity}"
        case tree.Field(of=tree.Name(name=agent)):
            return f"the {node.name} of {agent}"
        case tree.Unwrap():
            return _thing(node.operand)
        case tree.Call(name="len") if len(node.arguments) == 1:
            return f"the number of elements of {_thing(node.arguments[0])}"
        case tree.Call(name="old") if len(node.arguments) == 1:
            return f"{_thing(node.arguments[0])} before the step"
        case tree.Call(name="waiting"):
            return f"the number of {_waiting(node).replace(' message waits', ' messages that wait')}"
        case tree.Quantifier(kind="count"):
            return f"the number of {_all_of(node.binders)} such that {_part(node.body, 'not')}"
        case tree.Quantifier(kind="sum"):
            return f"the sum of {_operand(node.body)} over all {_all_of(node.binders)}"
        case tree.Binary(operator="+" | "-" | "*") if node.operator in _ADDED:
            return f"{_operand(node.left, node.operator)} {_ADDED[node.operator]} {_operand(node.right)}"
        case tree.Conditional():
            return f"{_thing(node.then)} if {_said(node.condition)}, otherwise {_thing(node.orelse)}"
        case tree.Quantifier(kind="all" | "any" | "majority") | tree.Is() | tree.At():
            return f"({_said(node)})"
        case Unsayable():
            return node.name
    return whole(node)


def _operand(node: tree.Expr, beside: str = "") -> str:
    """A number beside others keeps together, but for a sum that goes on."""
    goes_on = beside in ("+", "-") and isinstance(node, tree.Binary) and node.operator != "*"
    loose = isinstance(node, tree.Conditional) or (isinstance(node, tree.Binary) and not goes_on)
    return f"({_thing(node)})" if loose else _thing(node)

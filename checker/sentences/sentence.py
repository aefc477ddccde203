"""A closed predicate as people read it: in the language, and in plain English."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from checker.language import tree
from checker.language.checked import Checked
from checker.language.checking.written import whole
from checker.model.expr import Expr
from checker.model.model import Model
from checker.sentences.build import Unsayable
from checker.sentences.english import english
from checker.sentences.raised import Raised


class Sentence(Struct, frozen=True, kw_only=True):
    """`text`: as a spec writes it. `exact`: it is a condition of the language, which `read` reads back; else some part of it, in brackets, is in
    words. `plain`: the same in English.
    """

    text: str
    exact: bool
    plain: str


def sentence(expr: Expr, checked: Checked, model: Model) -> Sentence:
    """What a closed boolean expression over `model` says; `model` is of `checked`."""
    raised = Raised(checked, model).expr(expr, {})
    return Sentence(text=whole(raised), exact=not any(_unsaid(raised)), plain=english(raised))


def _unsaid(node: tree.Node) -> Iterator[Unsayable]:
    if isinstance(node, Unsayable):
        yield node
    for name in node.__struct_fields__:
        yield from _within(getattr(node, name))


def _within(part: object) -> Iterator[Unsayable]:
    if isinstance(part, tree.Node):
        yield from _unsaid(part)
    elif isinstance(part, tuple):
        for item in part:
            yield from _within(item)

"""Trees of expressions and types, from the rules of the grammar with the same names."""

from __future__ import annotations

from typing import Any, cast, get_args

from checker.language import tree
from checker.language.lalr import Building
from checker.language.source import Span
from checker.language.tokens import Token

FACTS = get_args(tree.AgentFact)
QUANTIFIERS = get_args(tree.QuantifierKind)
OTHER_QUANTIFIERS = {"forall": "all", "every": "all", "exists": "any", "some": "any", "filter": "those", "set": "those"}


class Pair(tree.Node, frozen=True, kw_only=True, eq=False):
    """`key: value` among the arguments of a call or in braces; no finished tree holds one."""

    key: tree.Expr
    value: tree.Expr


# --- names and literals ------------------------------------------------------------------------------


def name(b: Building, span: Span, c: list[Any]) -> tree.Name:
    return tree.Name(span=span, name=c[0].text)


def number(b: Building, span: Span, c: list[Any]) -> tree.Number:
    return tree.Number(span=span, value=whole(c[0]))


def whole(token: Token) -> int:
    return int(token.text.replace("_", ""))


def string(token: Token) -> str:
    """The text between the quotes; a backslash before a quote or a backslash is dropped."""
    return token.text[1:-1].replace("\\\\", "\0").replace('\\"', '"').replace("\0", "\\")


def qualified_name(b: Building, span: Span, c: list[Token]) -> tree.Name:
    return tree.Name(span=span, name=".".join(part.text for part in c))


def true_value(b: Building, span: Span, c: list[Any]) -> tree.Truth:
    return tree.Truth(span=span, value=True)


def false_value(b: Building, span: Span, c: list[Any]) -> tree.Truth:
    return tree.Truth(span=span, value=False)


def none_value(b: Building, span: Span, c: list[Any]) -> tree.NoneValue:
    return tree.NoneValue(span=span)


def seq_literal(b: Building, span: Span, c: list[Any]) -> tree.SeqLiteral:
    return tree.SeqLiteral(span=span, items=tuple(c))


def braces(b: Building, span: Span, c: list[Any]) -> tree.Expr:
    pairs = [item for item in c if isinstance(item, Pair)]
    if pairs and len(pairs) < len(c):
        from checker.language.expression_errors import SetOrMap

        odd = next(item for item in c if isinstance(item, Pair) is not isinstance(c[0], Pair))
        b.errors.append(SetOrMap(span=odd.span))
    if len(c) == 1 and pairs and isinstance(pairs[0].key, tree.Binary) and pairs[0].key.operator == "in":
        from checker.language.expression_errors import SetComprehension

        bound = pairs[0].key.left
        b.errors.append(SetComprehension(span=span, name=bound.name if isinstance(bound, tree.Name) else "x"))
    if pairs:
        return tree.MapLiteral(span=span, entries=tuple((pair.key, pair.value) for pair in pairs))
    return tree.Braces(span=span, items=tuple(c))


def comprehension(b: Building, span: Span, c: list[Any]) -> tree.Expr:
    item, binding = c
    bound = binder(b, binding, "{key: value for key in K}")
    if isinstance(item, Pair):
        return tree.MapComprehension(span=span, key=item.key, value=item.value, binder=bound)
    from checker.language.expression_errors import SetComprehension

    b.errors.append(SetComprehension(span=span, name=bound.name))
    return tree.Braces(span=span, items=(item,))


# --- operations ------------------------------------------------------------------------------------------


def binary(b: Building, span: Span, c: list[Any]) -> tree.Binary:
    left, operator, right = c
    return tree.Binary(span=span, operator=cast(tree.BinaryOperator, operator), left=left, right=right)


def operator(b: Building, span: Span, c: list[Token]) -> str:
    return " ".join(part.text for part in c)


comparator = plus_or_minus = times = operator


def chained(b: Building, span: Span, c: list[Any]) -> tree.Expr:
    from checker.language.expression_errors import ChainedComparison

    left, first, middle, second = c[:4]
    b.errors.append(ChainedComparison(span=left.span.to(c[-1].span), both=f"a {first} b and b {second} c"))
    return tree.Binary(span=span, operator=first, left=left, right=middle)


def _two(operator: tree.BinaryOperator) -> Any:
    def build(b: Building, span: Span, c: list[Any]) -> tree.Binary:
        return tree.Binary(span=span, operator=operator, left=c[0], right=c[1])

    return build


implies = _two("implies")
or_operation = _two("or")
and_operation = _two("and")
union_operation = _two("|")
intersection_operation = _two("&")


def not_operation(b: Building, span: Span, c: list[Any]) -> tree.Unary:
    return tree.Unary(span=span, operator="not", operand=c[0])


def negative(b: Building, span: Span, c: list[Any]) -> tree.Unary:
    return tree.Unary(span=span, operator="-", operand=c[0])


def conditional(b: Building, span: Span, c: list[Any]) -> tree.Conditional:
    return tree.Conditional(span=span, condition=c[0], then=c[1], orelse=c[2])


def is_fact(b: Building, span: Span, c: list[Any]) -> tree.Is:
    agent, word = c
    if word.text not in FACTS:
        from checker.language.diagnostics import nearest
        from checker.language.expression_errors import UnknownFact

        near = nearest(word.text, FACTS)
        advice = f"write `is {near}`" if near else f"to compare values, write `== {word.text}`"
        b.errors.append(UnknownFact(span=b.span(word), found=word.text, facts=", ".join(FACTS), advice=advice))
    return tree.Is(span=span, agent=agent, fact=word.text)


def is_not_fact(b: Building, span: Span, c: list[Any]) -> tree.Is:
    from checker.language.expression_errors import IsNot

    word = c[1].text
    b.errors.append(IsNot(span=span, meant=f"`not (... is {word})`" if word in FACTS else f"`!= {word}`"))
    return tree.Is(span=span, agent=c[0], fact="busy")


def at_label(b: Building, span: Span, c: list[Any]) -> tree.At:
    agent, label = c
    activity, _, last = label.name.rpartition(".")
    return tree.At(span=span, agent=agent, activity=activity or None, label=last, label_span=label.span)


# --- parts and calls ----------------------------------------------------------------------------------------


def field_of(b: Building, span: Span, c: list[Any]) -> tree.Field:
    return tree.Field(span=span, of=c[0], name=c[1].text, name_span=b.span(c[1]))


def index(b: Building, span: Span, c: list[Any]) -> tree.Index:
    return tree.Index(span=span, of=c[0], key=c[1])


def unwrap(b: Building, span: Span, c: list[Any]) -> tree.Unwrap:
    return tree.Unwrap(span=span, operand=c[0])


def pair(b: Building, span: Span, c: list[Any]) -> Pair:
    return Pair(span=span, key=c[0], value=c[1])


def arguments(b: Building, span: Span, c: list[Any]) -> tuple[Any, ...]:
    return tuple(c)


def dotted(node: tree.Expr) -> str | None:
    """`a.b.c` of names and fields, else None."""
    parts = []
    while isinstance(node, tree.Field):
        parts.append(node.name)
        node = node.of
    if not isinstance(node, tree.Name):
        return None
    return ".".join([node.name, *reversed(parts)])


def call(b: Building, span: Span, c: list[Any]) -> tree.Expr:
    called, items = c
    name = dotted(called)
    if name is None:
        from checker.language.expression_errors import NotCallable

        b.errors.append(NotCallable(span=called.span))
        name = "_"
    if items and isinstance(items[-1], Pair) and isinstance(items[-1].key, tree.Binary):
        return quantifier(b, span, name, called.span, items)
    if not any(isinstance(item, Pair) for item in items):
        if name in QUANTIFIERS and any(isinstance(item, tree.Binary) and item.operator == "in" for item in items):
            binder(b, items[-1], f"{name}(x in D: ...)", missing_body=True)
        return tree.Call(span=span, name=name, name_span=called.span, arguments=items)
    return tree.Call(span=span, name=name, name_span=called.span, named=named_arguments(b, items))


def quantifier(b: Building, span: Span, name: str, name_span: Span, items: tuple[Any, ...]) -> tree.Expr:
    """`all(x in D, y in E: p)`; its last item is the pair `y in E: p`."""
    if name not in QUANTIFIERS:
        from checker.language.diagnostics import nearest
        from checker.language.expression_errors import UnknownQuantifier

        near = OTHER_QUANTIFIERS.get(name) or nearest(name, QUANTIFIERS) or "all"
        b.errors.append(UnknownQuantifier(span=name_span, found=name, kinds=", ".join(QUANTIFIERS), near=near))
    bindings = [item.key if isinstance(item, Pair) else item for item in items]
    binders = tuple(binder(b, binding, f"{name}(x in D: ...)") for binding in bindings)
    kind = cast(tree.QuantifierKind, name)
    if kind in ("those", "majority") and len(binders) > 1:
        from checker.language.expression_errors import OneBinder

        b.errors.append(OneBinder(span=binders[1].span, kind=kind))
    return tree.Quantifier(span=span, kind=kind, binders=binders, body=items[-1].value)


def binder(b: Building, node: Any, form: str, missing_body: bool = False) -> tree.Binder:
    """`x in D`, which was read as a comparison."""
    if not missing_body and isinstance(node, tree.Binary) and node.operator == "in" and isinstance(node.left, tree.Name):
        return tree.Binder(span=node.span, name=node.left.name, domain=node.right)
    from checker.language.expression_errors import NoBinder

    b.errors.append(NoBinder(span=node.span, form=form))
    return tree.Binder(span=node.span, name="_", domain=tree.Name(span=node.span, name="_"))


def named_arguments(b: Building, items: tuple[Any, ...]) -> tuple[tree.Argument, ...]:
    """`a: 1, b: 2`, all of them named."""
    found = []
    for item in items:
        if isinstance(item, Pair) and isinstance(item.key, tree.Name):
            found.append(tree.Argument(span=item.span, name=item.key.name, value=item.value))
        else:
            from checker.language.expression_errors import MixedArguments

            b.errors.append(MixedArguments(span=item.span))
            break
    return tuple(found)


def positional(b: Building, items: tuple[Any, ...] | None) -> tuple[tree.Expr, ...]:
    """The fields of a message that is sent: values in order, without names."""
    named = [item for item in items or () if isinstance(item, Pair)]
    if named:
        from checker.language.expression_errors import NamedField

        b.errors.append(NamedField(span=named[0].span))
        return ()
    return items or ()


# --- types ------------------------------------------------------------------------------------------------


def named_type(b: Building, span: Span, c: list[Any]) -> tree.TypeExpr:
    name = dotted(c[0])
    if name is None:
        from checker.language.expression_errors import NotAType

        b.errors.append(NotAType(span=c[0].span))
    return tree.NamedType(span=span, name=name or "_")


def range_type(b: Building, span: Span, c: list[Any]) -> tree.RangeType:
    return tree.RangeType(span=span, low=c[0], high=c[1])


def option_type(b: Building, span: Span, c: list[Any]) -> tree.OptionType:
    return tree.OptionType(span=span, of=c[0])


def set_type(b: Building, span: Span, c: list[Any]) -> tree.SetType:
    return tree.SetType(span=span, of=c[0])


def map_type(b: Building, span: Span, c: list[Any]) -> tree.MapType:
    return tree.MapType(span=span, key=c[0], value=c[1])


def seq_type(b: Building, span: Span, c: list[Any]) -> tree.SeqType:
    return tree.SeqType(span=span, of=c[0], max=c[1])

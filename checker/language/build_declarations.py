"""Trees of protocols and their declarations, from the rules of the grammar with the same names."""

from __future__ import annotations

from textwrap import dedent
from typing import Any, Literal

from checker.language import tree
from checker.language.build_expressions import string
from checker.language.build_statements import Broken, declared
from checker.language.lalr import Building
from checker.language.source import Span
from checker.language.tokens import Token


def doc(b: Building, span: Span, c: list[Token]) -> str:
    """The text without the indentation that its lines have in common, the first one aside, and without empty lines around it."""
    first, end, rest = c[0].text[3:-3].replace("\r\n", "\n").expandtabs().partition("\n")
    return f"{first.lstrip()}{end}{dedent(rest)}".strip("\n")


def protocol(b: Building, span: Span, c: list[Any]) -> tree.Protocol:
    text, name, parameters, *declarations = c
    kept = tuple(d for d in declarations if isinstance(d, tree.Declaration))
    return tree.Protocol(span=span, doc=text, name=name.text, parameters=parameters or (), declarations=kept)


def parameters(b: Building, span: Span, c: list[Any]) -> tuple[tree.Parameter, ...]:
    return tuple(c)


def parameter(b: Building, span: Span, c: list[Any]) -> tree.Parameter:
    return tree.Parameter(span=span, name=c[0].text, name_span=b.span(c[0]), type=c[1], default=c[2])


def bindings(b: Building, span: Span, c: list[Any]) -> tuple[tuple[str, tree.Expr], ...]:
    return tuple(c)


bindings_block = bindings


def binding(b: Building, span: Span, c: list[Any]) -> tuple[str, tree.Expr]:
    return (c[0].text, c[1])


def import_declaration(b: Building, span: Span, c: list[Any]) -> tree.Import:
    path, alias, bound = c
    return tree.Import(span=span, path=string(path), alias=alias.text, alias_span=b.span(alias), bindings=bound or ())


def names_block(b: Building, span: Span, c: list[Token]) -> tuple[tree.Name, ...]:
    return tuple(tree.Name(span=b.span(token), name=token.text) for token in c)


def enum_declaration(b: Building, span: Span, c: list[Any]) -> tree.EnumDecl:
    return tree.EnumDecl(span=span, name=c[0].text, name_span=b.span(c[0]), members=c[1])


def type_alias(b: Building, span: Span, c: list[Any]) -> tree.TypeAlias:
    return tree.TypeAlias(span=span, name=c[0].text, name_span=b.span(c[0]), type=c[1])


def typed_name(b: Building, span: Span, c: list[Any]) -> tree.TypedName:
    return tree.TypedName(span=span, name=c[0].text, type=c[1])


def fields(b: Building, span: Span, c: list[Any]) -> tuple[tree.TypedName, ...]:
    return tuple(c)


fields_block = fields


def record_declaration(b: Building, span: Span, c: list[Any]) -> tree.RecordDecl:
    return tree.RecordDecl(span=span, name=c[0].text, name_span=b.span(c[0]), fields=c[1])


def const_declaration(b: Building, span: Span, c: list[Any]) -> tree.ConstDecl:
    return tree.ConstDecl(span=span, name=c[0].text, name_span=b.span(c[0]), type=c[1], value=c[2])


def shared_declaration(b: Building, span: Span, c: list[Any]) -> tree.VarDecl:
    return declared(b, span, "shared", c[0])


def meter_declaration(b: Building, span: Span, c: list[Any]) -> tree.MeterDecl:
    return tree.MeterDecl(span=span, name=c[0].text, name_span=b.span(c[0]))


def expression_block(b: Building, span: Span, c: list[Any]) -> tree.Expr:
    expression: tree.Expr = c[0]
    return expression


def def_declaration(b: Building, span: Span, c: list[Any]) -> tree.DefDecl:
    return tree.DefDecl(span=span, name=c[0].text, name_span=b.span(c[0]), parameters=c[1], body=c[2])


def done_declaration(b: Building, span: Span, c: list[Any]) -> tree.DoneDecl:
    return tree.DoneDecl(span=span, condition=c[0])


# --- attributes: the words after a comma -----------------------------------------------------------------


def attribute(b: Building, span: Span, c: list[Token]) -> tree.Name:
    return tree.Name(span=span, name=" ".join(word.text for word in c))


def attributes(b: Building, span: Span, c: list[tree.Name]) -> list[tree.Name]:
    return c


def taken(b: Building, given: list[tree.Name], known: tuple[str, ...], what: str) -> set[str]:
    """The attributes given, each allowed here and given once."""
    found: set[str] = set()
    for word in given:
        if word.name in found:
            from checker.language.syntax_errors import AttributeTwice

            b.errors.append(AttributeTwice(span=word.span, found=word.name, other=word.name))
        elif word.name not in known:
            from checker.language.syntax_errors import WrongAttribute

            b.errors.append(WrongAttribute(span=word.span, found=word.name, what=what, known=", ".join(known)))
        found.add(word.name)
    return found


def ids_declaration(b: Building, span: Span, c: list[Any]) -> tree.IdsDecl:
    name, size, given = c
    return tree.IdsDecl(
        span=span, name=name.text, name_span=b.span(name), size=size, ordered="ordered" in taken(b, given, ("ordered",), "ids")
    )


def members(b: Building, span: Span, c: list[Any]) -> list[Any]:
    return c


def role_declaration(b: Building, span: Span, c: list[Any]) -> tree.RoleDecl:
    name, size, given, *rest = c
    has = taken(b, given, ("ordered", "reentrant", "starts down"), "a role")
    inside = [member for member in (rest[0] if rest else ()) if not isinstance(member, Broken)]
    return tree.RoleDecl(
        span=span,
        name=name.text,
        name_span=b.span(name),
        size=size,
        ordered="ordered" in has,
        reentrant="reentrant" in has,
        starts_down="starts down" in has,
        variables=tuple(member for member in inside if isinstance(member, tree.VarDecl)),
        activities=tuple(member for member in inside if isinstance(member, tree.Activity)),
    )


# --- messages ----------------------------------------------------------------------------------------------


def message_attribute(b: Building, span: Span, c: list[Any]) -> tuple[str, Span, tree.Expr | None]:
    if c[0].text == "capacity":
        return ("capacity", span, c[1])
    return (" ".join(word.text for word in c), span, None)


def message_attributes(b: Building, span: Span, c: list[Any]) -> list[Any]:
    return c


CHANNELS: dict[str, Literal["fifo", "unordered", "persistent"]] = {
    "fifo": "fifo",
    "unordered": "unordered",
    "persistent": "persistent",
}
POLICIES: dict[str, Literal["block", "drop", "error"]] = {"block": "block", "drop": "drop", "error": "error"}


def message_declaration(b: Building, span: Span, c: list[Any]) -> tree.MessageDecl:
    name, given_fields, to, attributes = c
    given: dict[str, str] = {}
    capacity = None
    for word, place, value in attributes or ():
        kind = "channel" if word in CHANNELS else "policy" if word in POLICIES else word
        if kind in given:
            from checker.language.syntax_errors import AttributeTwice

            b.errors.append(AttributeTwice(span=place, found=word, other=given[kind]))
        given[kind] = word
        capacity = value if value is not None else capacity
    return tree.MessageDecl(
        span=span,
        name=name.text,
        name_span=b.span(name),
        fields=given_fields or (),
        to=to.name,
        to_span=to.span,
        channel=CHANNELS[given.get("channel", "fifo")],
        capacity=capacity,
        policy=POLICIES[given.get("policy", "block")],
        lost_if_down="lost if down" in given,
    )

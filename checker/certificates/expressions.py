"""Expressions of a model to the nodes of a certificate, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, final, get_args

from checker.certificates.nodes import (
    ApplyNode,
    BagNode,
    BinderNode,
    BoolNode,
    ConstNode,
    EnumNode,
    ExprNode,
    IntNode,
    LocalNode,
    MapNode,
    OptionNode,
    QuantifierNode,
    ReadNode,
    RecordNode,
    SeqNode,
    SetNode,
    SortNode,
    TypeNode,
)
from checker.language.types import (
    BagOf,
    Bool,
    Enum,
    Int,
    MapOf,
    Option,
    Record,
    SeqOf,
    SetOf,
    Sort,
    Type,
    Value,
    sort_key,
)
from checker.model.expr import OPERATORS, Apply, Const, Expr, Local, Quantifier, QuantifierKind, Read
from checker.model.expr_rules import Judge
from checker.model.model import Model


@final
class NotOfTheModel(Exception):
    """An expression that says nothing in the model; the text says why."""


# --- writing ---------------------------------------------------------------------------------------------------------


def to_node(expr: Expr) -> ExprNode:
    match expr:
        case Const(value, type):
            return ConstNode(value=_plain(value), type=type_node(type))
        case Local(number):
            return LocalNode(number=number)
        case Read(variable, indices, old):
            return ReadNode(variable=variable.name, indices=[to_node(index) for index in indices], old=old)
        case Apply(operator, arguments, type):
            return ApplyNode(operator=operator, arguments=[to_node(argument) for argument in arguments], type=type_node(type))
        case Quantifier(kind, locals, domains, body, type):
            binders = [
                BinderNode(
                    number=local.number,
                    name=local.name,
                    type=type_node(local.type),
                    domain=type_node(domain) if isinstance(domain, Type) else to_node(domain),
                )
                for local, domain in zip(locals, domains, strict=True)
            ]
            return QuantifierNode(quantifier=kind, binders=binders, body=to_node(body), type=type_node(type))


def type_node(type: Type) -> TypeNode:
    match type:
        case Bool():
            return BoolNode()
        case Int(low, high):
            return IntNode(low=low, high=high)
        case Enum(name, members):
            return EnumNode(name=name, members=list(members))
        case Sort(name):
            return SortNode(name=name)
        case Option(of):
            return OptionNode(of=type_node(of))
        case SetOf(of):
            return SetNode(of=type_node(of))
        case MapOf(key, of):
            return MapNode(key=type_node(key), value=type_node(of))
        case SeqOf(of, most):
            return SeqNode(of=type_node(of), max=most)
        case BagOf(of, most):
            return BagNode(of=type_node(of), max=most)
        case Record(name, fields):
            return RecordNode(name=name, fields=[(field, type_node(of)) for field, of in fields])
    raise TypeError(type)


def _plain(value: Value) -> Any:
    if isinstance(value, frozenset):
        return [_plain(item) for item in sorted(value, key=sort_key)]
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


# --- reading ---------------------------------------------------------------------------------------------------------


def from_node(node: ExprNode, model: Model) -> Expr:
    """A closed condition over `model`, well-formed as all its expressions are. Raises NotOfTheModel."""
    found = _Reader(model).expr(node, {})
    said: list[str] = []
    Judge(variables=frozenset(model.variables), say=said.append).predicate(found, {})
    if said:
        raise NotOfTheModel(said[0])
    return found


@final
class _Reader:
    def __init__(self, model: Model) -> None:
        self.variables = {variable.name: variable for variable in model.variables}
        self.sorts = {sort.name: sort for sort in model.sorts}

    def expr(self, node: ExprNode, scope: Mapping[int, Local]) -> Expr:
        match node:
            case ConstNode():
                type = self.type(node.type)
                return Const(_value(type, node.value), type)
            case LocalNode():
                if node.number not in scope:
                    raise NotOfTheModel(f"nothing binds local {node.number}")
                return scope[node.number]
            case ReadNode():
                if node.variable not in self.variables:
                    raise NotOfTheModel(f"there is no variable `{node.variable}`")
                indices = tuple(self.expr(index, scope) for index in node.indices)
                return Read(self.variables[node.variable], indices, node.old)
            case ApplyNode():
                if node.operator not in OPERATORS:
                    raise NotOfTheModel(f"there is no operator `{node.operator}`")
                return Apply(node.operator, tuple(self.expr(a, scope) for a in node.arguments), self.type(node.type))
            case QuantifierNode():
                return self._quantifier(node, scope)

    def _quantifier(self, node: QuantifierNode, scope: Mapping[int, Local]) -> Expr:
        if node.quantifier not in get_args(QuantifierKind) or not node.binders:
            raise NotOfTheModel(f"there is no quantifier `{node.quantifier}` of {len(node.binders)}")
        inner, locals, domains = dict(scope), list[Local](), list[Type | Expr]()
        for binder in node.binders:
            domains.append(self._domain(binder, inner))
            locals.append(Local(binder.number, binder.name, self.type(binder.type)))
            inner[binder.number] = locals[-1]
        kind = cast(QuantifierKind, node.quantifier)
        return Quantifier(kind, tuple(locals), tuple(domains), self.expr(node.body, inner), self.type(node.type))

    def _domain(self, binder: BinderNode, scope: Mapping[int, Local]) -> Type | Expr:
        domain = binder.domain
        if isinstance(domain, ConstNode | LocalNode | ReadNode | ApplyNode | QuantifierNode):
            return self.expr(domain, scope)
        return self.type(domain)

    def type(self, node: TypeNode) -> Type:
        match node:
            case BoolNode():
                return Bool()
            case IntNode(low=low, high=high):
                return Int(low, high)
            case EnumNode(name=name, members=members):
                return Enum(name, tuple(members))
            case SortNode(name=name):
                if name not in self.sorts:
                    raise NotOfTheModel(f"there is no type `{name}`")
                return self.sorts[name]
            case OptionNode(of=of):
                return Option(self.type(of))
            case SetNode(of=of):
                return SetOf(self.type(of))
            case MapNode(key=key, value=value):
                return MapOf(self.type(key), self.type(value))
            case SeqNode(of=of, max=most):
                return SeqOf(self.type(of), most)
            case BagNode(of=of, max=most):
                return BagOf(self.type(of), most)
            case RecordNode(name=name, fields=fields):
                return Record(name, tuple((field, self.type(of)) for field, of in fields))


def _value(type: Type, value: Any) -> Value:
    """Lists as the sets and tuples that they stand for; whether the value is one of the type is judged with the expression."""
    match type:
        case Option(of):
            return None if value is None else _value(of, value)
        case SetOf(of) if isinstance(value, list):
            return frozenset(_value(of, item) for item in value)
        case MapOf(_, of) | SeqOf(of, _) | BagOf(of, _) if isinstance(value, list):
            return tuple(_value(of, item) for item in value)
        case Record(_, fields) if isinstance(value, list) and len(value) == len(fields):
            return tuple(_value(of, item) for (_, of), item in zip(fields, value, strict=True))
    if isinstance(value, list | dict):
        raise NotOfTheModel(f"{value!r} is no {type}")
    return value

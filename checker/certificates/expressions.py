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

NODE_OF: dict[type[Type], type[TypeNode]] = {
    Bool: BoolNode,
    Int: IntNode,
    Enum: EnumNode,
    Sort: SortNode,  # without its size, which is that of the model
    Option: OptionNode,
    SetOf: SetNode,
    MapOf: MapNode,
    SeqOf: SeqNode,
    BagOf: BagNode,
    Record: RecordNode,
}
TYPE_OF = {node: type for type, node in NODE_OF.items()}


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
    node = NODE_OF[type.__class__]
    return node(**{name: _part(getattr(type, name)) for name in node.__struct_fields__})


def _part(part: Any, made: type[list[Any] | tuple[Any, ...]] = list) -> Any:
    """As it is when it has been read: a list, whose items may be pairs."""
    if isinstance(part, Type):
        return type_node(part)
    return made(_part(one, tuple) for one in part) if isinstance(part, tuple) else part


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
        return self.type(domain) if isinstance(domain, TypeNode) else self.expr(domain, scope)

    def type(self, node: TypeNode) -> Type:
        if isinstance(node, SortNode):
            if node.name not in self.sorts:
                raise NotOfTheModel(f"there is no type `{node.name}`")
            return self.sorts[node.name]
        return TYPE_OF[node.__class__](**{name: self._part(getattr(node, name)) for name in node.__struct_fields__})

    def _part(self, part: Any) -> Any:
        if isinstance(part, TypeNode):
            return self.type(part)
        return tuple(self._part(one) for one in part) if isinstance(part, list | tuple) else part


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

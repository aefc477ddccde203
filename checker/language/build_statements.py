"""Trees of roles' members, statements and awaits, from the rules of the grammar with the same names."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from checker.language import tree
from checker.language.build_expressions import positional, string
from checker.language.lalr import Building
from checker.language.source import Span
from checker.language.tokens import Token


class Broken(Struct, frozen=True):
    """Stands for a line that could not be parsed; the parse fails in the end."""


def broken(b: Building, span: Span, c: list[Any]) -> Broken:
    return Broken()


def block(b: Building, span: Span, c: list[Any]) -> tree.Block:
    return tuple(c)


# --- members of roles ------------------------------------------------------------------------------


class Initial(Struct, frozen=True):
    """`= e` or `in SET` of a variable."""

    value: tree.Expr
    any_of: bool


def starts_as(b: Building, span: Span, c: list[Any]) -> Initial:
    return Initial(c[0], False)


def starts_in(b: Building, span: Span, c: list[Any]) -> Initial:
    return Initial(c[0], True)


def variable(b: Building, span: Span, c: list[Any]) -> list[Any]:
    return c


def declared(b: Building, span: Span, kind: Literal["shared", "var", "durable"], parts: list[Any]) -> tree.VarDecl:
    name, type, initial = parts
    if initial is None:
        from checker.language.syntax_errors import NoInitialValue

        b.errors.append(NoInitialValue(span=b.span(name), name=name.text))
        initial = Initial(tree.NoneValue(span=span), False)
    return tree.VarDecl(
        span=span, kind=kind, name=name.text, name_span=b.span(name), type=type, initial=initial.value, any_of=initial.any_of
    )


def var_member(b: Building, span: Span, c: list[Any]) -> tree.VarDecl:
    return declared(b, span, "var", c[0])


def durable_member(b: Building, span: Span, c: list[Any]) -> tree.VarDecl:
    return declared(b, span, "durable", c[0])


def no_member(b: Building, span: Span, c: list[Any]) -> None:
    return None


def fairness(b: Building, span: Span, c: list[Token]) -> tree.Fairness:
    return "may" if c[0].text == "may" else "strong"


def guard(b: Building, span: Span, c: list[Any]) -> tree.Expr:
    expression: tree.Expr = c[0]
    return expression


advice = where = guard


def action(b: Building, span: Span, c: list[Any]) -> tree.Action:
    fair, name, parameters, when, should, body = c
    return tree.Action(
        span=span, name=name.text, fairness=fair or "weak", parameters=parameters or (), guard=when, advice=should, body=body
    )


def handler(b: Building, span: Span, c: list[Any]) -> tree.Handler:
    fair, pattern, when, body = c
    return tree.Handler(span=span, fairness=fair or "weak", pattern=pattern, guard=when, body=body)


def run(b: Building, span: Span, c: list[Any]) -> tree.Run:
    return tree.Run(span=span, body=c[0])


class Sender(Struct, frozen=True):
    """`from name: role`."""

    name: str
    role: str | None


def sender(b: Building, span: Span, c: list[Any]) -> Sender:
    return Sender(c[0].text, c[1].name if c[1] is not None else None)


def pattern_fields(b: Building, span: Span, c: list[Token]) -> list[Token]:
    return c


def pattern(b: Building, span: Span, c: list[Any]) -> tree.Pattern:
    message, fields, source = c
    names = tuple(field.text for field in fields or ())
    return made_pattern(span, message, names, tuple(b.span(field) for field in fields or ()), source)


def made_pattern(
    span: Span, message: tree.Name, names: tuple[str, ...], spans: tuple[Span, ...], source: Sender | None
) -> tree.Pattern:
    return tree.Pattern(
        span=span,
        message=message.name,
        message_span=message.span,
        fields=tuple(None if name == "_" else name for name in names),
        field_spans=spans,
        sender=source.name if source else None,
        sender_role=source.role if source else None,
    )


# --- simple statements -------------------------------------------------------------------------------


def _assignment(operator: Literal["=", "+=", "-="]) -> Any:
    def build(b: Building, span: Span, c: list[Any]) -> tree.Assign:
        return tree.Assign(span=span, target=c[0], operator=operator, value=c[1])

    return build


set_to = _assignment("=")
increase = _assignment("+=")
decrease = _assignment("-=")


def let_statement(b: Building, span: Span, c: list[Any]) -> tree.Let:
    return tree.Let(span=span, name=c[0].text, value=c[1])


def choose_in(b: Building, span: Span, c: list[Any]) -> tree.Choose:
    return tree.Choose(span=span, name=c[0].text, domain=c[1], type=None, where=c[2])


def choose_of(b: Building, span: Span, c: list[Any]) -> tree.Choose:
    return tree.Choose(span=span, name=c[0].text, domain=None, type=c[1], where=c[2])


def send_statement(b: Building, span: Span, c: list[Any]) -> tree.Send:
    message, items, to = c
    return tree.Send(span=span, message=message.name, message_span=message.span, arguments=positional(b, items), to=to)


def broadcast_statement(b: Building, span: Span, c: list[Any]) -> tree.Broadcast:
    message, items, to = c
    return tree.Broadcast(span=span, message=message.name, message_span=message.span, arguments=positional(b, items), to=to)


def assert_statement(b: Building, span: Span, c: list[Any]) -> tree.Assert:
    return tree.Assert(span=span, condition=c[0], text=string(c[1]) if c[1] is not None else None)


def return_statement(b: Building, span: Span, c: list[Any]) -> tree.Return:
    return tree.Return(span=span)


def progress_statement(b: Building, span: Span, c: list[Any]) -> tree.Progress:
    return tree.Progress(span=span)


def spawn_statement(b: Building, span: Span, c: list[Any]) -> tree.Spawn:
    return tree.Spawn(span=span, agent=c[0])


def stop_statement(b: Building, span: Span, c: list[Any]) -> tree.Stop:
    return tree.Stop(span=span, agent=c[0])


def pass_statement(b: Building, span: Span, c: list[Any]) -> tree.Pass:
    return tree.Pass(span=span)


# --- statements with blocks ----------------------------------------------------------------------------


def elif_arm(b: Building, span: Span, c: list[Any]) -> tuple[tree.Expr, tree.Block]:
    return (c[0], c[1])


def if_statement(b: Building, span: Span, c: list[Any]) -> tree.If:
    condition, body, *arms, orelse = c
    return tree.If(span=span, arms=((condition, body), *arms), orelse=orelse or ())


def for_statement(b: Building, span: Span, c: list[Any]) -> tree.For:
    name, domain, body = c
    return tree.For(span=span, binder=tree.Binder(span=b.span(name).to(domain.span), name=name.text, domain=domain), body=body)


def probability(b: Building, span: Span, c: list[Token]) -> str:
    return c[0].text.replace("_", "")


def or_branch(b: Building, span: Span, c: list[Any]) -> tuple[str | None, tree.Block]:
    return (c[0], c[1])


def either_statement(b: Building, span: Span, c: list[Any]) -> tree.Either:
    chance, body, *others = c
    if not others:
        from checker.language.syntax_errors import EitherAlone

        b.errors.append(EitherAlone(span=Span(span.file, span.line, span.column, span.line, span.column + len("either"))))
    return tree.Either(span=span, branches=((chance, body), *others))


def while_statement(b: Building, span: Span, c: list[Any]) -> tree.While:
    return tree.While(span=span, condition=c[0], at_most=c[1], body=c[2])


# --- awaits ------------------------------------------------------------------------------------------------


def label(b: Building, span: Span, c: list[Token]) -> str:
    return c[0].text


def await_block(b: Building, span: Span, c: list[Any]) -> tree.Await:
    name, *branches = c
    return tree.Await(span=span, branches=tuple(branches), label=name)


def await_statement(b: Building, span: Span, c: list[Any]) -> tree.Await:
    expression, source, when, name = c
    what: tree.Awaitable
    if source is not None or when is not None:
        what = _message(b, expression, source, when)
    elif isinstance(expression, tree.Call) and expression.named:
        what = _call(expression)
    elif isinstance(expression, tree.Name) and expression.name == "round":
        what = tree.AwaitRound(span=expression.span)
    elif isinstance(expression, tree.Name) and expression.name == "timeout":
        from checker.language.syntax_errors import TimeoutAlone

        b.errors.append(TimeoutAlone(span=span))
        what = tree.AwaitTimeout(span=expression.span)
    elif _dotted(expression):
        what = tree.AwaitName(span=expression.span, of=expression)
    else:
        what = tree.AwaitCondition(span=expression.span, condition=expression)
    return tree.Await(span=span, branches=(tree.AwaitBranch(span=span, what=what, body=()),), label=name)


def when_branch(b: Building, span: Span, c: list[Any]) -> tree.AwaitBranch:
    condition, body = c
    return tree.AwaitBranch(span=span, what=tree.AwaitCondition(span=condition.span, condition=condition), body=body)


def branch(b: Building, span: Span, c: list[Any]) -> tree.AwaitBranch:
    expression, source, when, body = c
    what: tree.Awaitable
    if isinstance(expression, tree.Name) and expression.name in ("timeout", "round") and source is None and when is None:
        kind = tree.AwaitTimeout if expression.name == "timeout" else tree.AwaitRound
        what = kind(span=expression.span)
    elif isinstance(expression, tree.Call) and expression.named:
        what = _call(expression)
    elif source is not None or when is not None or (isinstance(expression, tree.Call) and expression.arguments):
        what = _message(b, expression, source, when)
    elif isinstance(expression, tree.Call):
        what = tree.AwaitCondition(span=expression.span, condition=expression)  # `tests():` or `Stop():`, settled with the names
    elif _dotted(expression):
        what = tree.AwaitName(span=expression.span, of=expression)
    else:
        from checker.language.syntax_errors import NotABranch

        b.errors.append(NotABranch(span=expression.span))
        what = tree.AwaitRound(span=expression.span)
    return tree.AwaitBranch(span=span, what=what, body=body)


def _dotted(node: tree.Expr) -> bool:
    """Whether it is a name, dots included."""
    while isinstance(node, tree.Field):
        node = node.of
    return isinstance(node, tree.Name)


def _call(call: tree.Call) -> tree.AwaitCall:
    return tree.AwaitCall(span=call.span, name=call.name, name_span=call.name_span, arguments=call.named)


def _message(b: Building, expression: tree.Expr, source: Sender | None, when: tree.Expr | None) -> tree.AwaitMessage:
    """`M(a, _) from x when g`, whose `M(a, _)` was read as an expression."""
    call = expression
    if isinstance(call, tree.Name):
        call = tree.Call(span=call.span, name=call.name, name_span=call.span)
    names = [argument.name if isinstance(argument, tree.Name) else None for argument in getattr(call, "arguments", ())]
    if not isinstance(call, tree.Call) or call.named or None in names:
        from checker.language.syntax_errors import NotAPattern

        b.errors.append(NotAPattern(span=expression.span))
        call, names = tree.Call(span=expression.span, name="_", name_span=expression.span), []
    message = tree.Name(span=call.name_span, name=call.name)
    fields = tuple(name for name in names if name is not None)
    pattern = made_pattern(call.span, message, fields, tuple(argument.span for argument in call.arguments), source)
    return tree.AwaitMessage(span=call.span, pattern=pattern, guard=when)

"""The static checks: before, surface trees; after, a `Checked` whose tables are complete, or a `BadInput` with every independent error.

Requires trees of the parser. Establishes what `checker.language.checked` says. Nothing runs before all of it has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from checker.language import tree
from checker.language.checked import Checked
from checker.language.checking import (
    activities,
    awaits,
    calls,
    declarations,
    facts,
    literals,
    names,
    operators,
    quantifiers,
)
from checker.language.checking import spec as specs
from checker.language.checking.context import Context, Scope
from checker.language.checking.errors import limit_errors, spec_errors
from checker.language.checking.expansion import expansion
from checker.language.checking.inference import expect_bool
from checker.language.checking.walk import MOST_DEPTH, deeper_than
from checker.language.checking.words import nearest_help
from checker.language.diagnostics import BadInput, Diagnostic
from checker.language.source import Span

RULES = (awaits, calls, facts, literals, names, operators, quantifiers)  # importing these registers their rules


def check(
    protocol: tree.Protocol,
    spec: tree.Spec | None = None,
    instance: str | None = None,
    overrides: Mapping[str, str] = {},
) -> Checked:
    """The protocol under one instance of the spec, checked.

    `instance` None: the spec's first one, or the parameters' defaults. `overrides`: parameter -> text of a value, in place of the
    instance's. Imported files are read from the folder of the importing one. Raises BadInput with every independent error.
    """
    for file in (protocol, spec):
        deep = deeper_than(MOST_DEPTH, file) if file is not None else None
        if deep is not None:
            raise BadInput([limit_errors.TooDeep(span=deep.span, most=MOST_DEPTH)])
    if not any(isinstance(node, tree.Import) for node in protocol.declarations):
        ctx = _context(protocol, spec, instance, overrides)
        _run(ctx)
        if ctx.errors:
            raise BadInput(in_order(ctx.errors))
        return ctx.checked
    return _with_imports(protocol, spec, instance, overrides)


def _with_imports(protocol: tree.Protocol, spec: tree.Spec | None, instance: str | None, overrides: Mapping[str, str]) -> Checked:
    from checker.language.checking.agreements import agreements
    from checker.language.imports import with_imports

    merged = with_imports(protocol, spec)
    if merged.problems:
        raise BadInput(in_order(merged.problems))
    ctx = _context(merged.protocol, merged.spec, instance, overrides)
    _run(ctx, lambda: agreements(ctx, merged.agreements))
    if ctx.errors:
        raise BadInput(in_order(as_written(error, merged.prefixes) for error in ctx.errors))
    return ctx.checked


def check_spec_all(protocol: tree.Protocol, spec: tree.Spec, overrides: Mapping[str, str] = {}) -> dict[str, Checked]:
    """The protocol under each instance of the spec. Raises BadInput with the errors of all, each once."""
    result: dict[str, Checked] = {}
    errors: list[Diagnostic] = []
    for name in [instance.name for instance in spec.instances] or ["default"]:
        try:
            result[name] = check(protocol, spec, name, overrides)
        except BadInput as bad:
            errors += bad.diagnostics
    if errors:
        raise BadInput(in_order(errors))
    return result


def as_written(error: Diagnostic, prefixes: Iterable[tuple[str, str]]) -> Diagnostic:
    """An error in an imported file with the names as that file has them."""
    changed: dict[str, Any] = {}
    for file, prefix in sorted(prefixes, key=lambda pair: -len(pair[1])):
        if error.span is not None and error.span.file == file:
            for name in error.__struct_fields__:
                text = changed.get(name, getattr(error, name))
                if isinstance(text, str) and prefix in text:
                    changed[name] = text.replace(prefix, "")
    return replace(error, **changed) if changed else error


def in_order(errors: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The errors by place, each once."""
    found = {(e.code, e.span, e.title_text, e.label_text): e for e in errors}
    return sorted(found.values(), key=lambda e: (e.span is not None, e.span or Span("", 0, 0, 0, 0), e.code))


def _context(protocol: tree.Protocol, spec: tree.Spec | None, instance: str | None, overrides: Mapping[str, str]) -> Context:
    declared = [i.name for i in spec.instances] if spec is not None else []
    name = instance or (declared[0] if declared else "default")
    checked = Checked(protocol=protocol, instance=name, parameters={})
    ctx = Context(protocol, spec, checked, overrides=dict(overrides))
    if name not in (declared or ["default"]):
        existing = ", ".join(f"`{e}`" for e in declared or ["default"])
        advice = nearest_help(name, declared)
        raise BadInput([spec_errors.UnknownInSpec(span=None, name=name, what="instance", existing=existing, advice=advice)])
    parameters = [p.name for p in protocol.parameters]
    for given in overrides:
        if given not in parameters:
            ctx.report(
                spec_errors.NotAParameter(
                    span=None,
                    name=given,
                    protocol=protocol.name,
                    names=", ".join(parameters) or "none",
                    advice=nearest_help(given, parameters),
                )
            )
    return ctx


def _run(ctx: Context, with_bound: Callable[[], None] = lambda: None) -> None:
    """All checks in order; `with_bound`: those of what imports bind, once types are known."""
    if ctx.spec is not None:
        specs.instances(ctx)
    declarations.index(ctx)
    declarations.resolve_all(ctx)
    with_bound()
    declarations.initial_values(ctx)
    activities.roles(ctx)
    declarations.definitions(ctx)
    _done(ctx)
    if ctx.spec is not None:
        specs.faults(ctx)
        specs.properties(ctx)
        specs.plan(ctx)
    expansion(ctx)


def _done(ctx: Context) -> None:
    """Check `done when`."""
    found = [node for node in ctx.protocol.declarations if isinstance(node, tree.DoneDecl)]
    for node in found:
        expect_bool(ctx, node.condition, Scope(mode="done"))
    if len(found) > 1:
        related = ((found[0].span, "first said here"),)
        ctx.report(spec_errors.DoneTwice(span=found[1].span, related=related))
    if found:
        ctx.checked.done = found[0].condition

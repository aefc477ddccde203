"""Warnings that need no search: of what a spec does not ask, and of an engine or a reduction that could not be used."""

from __future__ import annotations

from checker.language import tree
from checker.properties.plan import NO_FAULTS, Target
from checker.properties.result import Warning


def about_spec(target: Target, instance: str, faults: str) -> list[Warning]:
    """What is missing in the spec; `instance` and `faults`: those of the first search."""
    return (
        [] if target.spec is None else [*_no_witness(target, target.spec, instance, faults), *_unused_faults(target, target.spec)]
    )


def not_native(target: Target, instance: str, faults: str, reason: Exception, *, everywhere: bool) -> Warning:
    """That the native engine was asked for and the reference interpreter ran. `everywhere`: no model of the spec can be searched so."""
    return Warning(
        spec=target.path,
        instance="" if everywhere else instance,
        faults="" if everywhere else faults,
        kind="not native",
        text=f"the reference interpreter ran, not the native engine: {reason}",
        place="",
    )


def not_reduced(target: Target, instance: str, faults: str, what: str) -> Warning:
    """That partial order was asked for and something was searched without it."""
    return Warning(spec=target.path, instance=instance, faults=faults, kind="not reduced", text=what, place="")


def not_kept(target: Target, instance: str, faults: str, what: str) -> Warning:
    """That a checkpoint was asked for and what was found last is not in it."""
    return Warning(spec=target.path, instance=instance, faults=faults, kind="not kept", text=what, place="")


def few_states(target: Target) -> Warning:
    """That partial order was asked for, and the searches of the spec were not worth it."""
    what = "partial order leaves nothing out where all states are searched sooner than steps are compared: `--partial-order-always` compares them"
    return not_reduced(target, "", "", what)


def no_symmetry(target: Target, instance: str, faults: str, what: str) -> Warning:
    """That symmetry was asked for and something was searched without it."""
    return Warning(spec=target.path, instance=instance, faults=faults, kind="no symmetry", text=what, place="")


def _no_witness(target: Target, spec: tree.Spec, instance: str, faults: str) -> list[Warning]:
    if any(isinstance(p, tree.StateProperty) and p.kind == "sometimes" for p in spec.properties):
        return []
    return [
        Warning(
            spec=target.path,
            instance=instance,
            faults=faults,
            kind="no witness asked",
            text="the spec has no `sometimes`: nothing shows that the model can do what it should, so the rest may hold of a model that does nothing",
            place=str(spec.span),
        )
    ]


def _unused_faults(target: Target, spec: tree.Spec) -> list[Warning]:
    """A `check` line without `under` means `none`: whoever adds the first one no longer checks the other fault models."""
    used = {faults for _, faults in target.pairs()}
    return [
        Warning(
            spec=target.path,
            instance="",
            faults="",
            kind="unused faults",
            text=f"no `check` uses the fault model `{model.name}`: write `under {model.name}` in one, or leave it out",
            place=str(model.span),
        )
        for model in spec.faults
        if model.name not in used and model.name != NO_FAULTS
    ]

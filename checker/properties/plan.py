"""What a check is to do: the specs that its paths name, and of each the instances, fault models and properties.

Everything that can be wrong with the names is said here, before anything is searched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from msgspec import Struct

from checker.language import tree
from checker.language.diagnostics import BadInput, Diagnostic, nearest
from checker.language.faults import is_text
from checker.properties.plan_errors import NoProtocol, NoSpecs, NotASpec, NothingMatches, UnknownChoice

NO_FAULTS = "none"
DEFAULT = "default"  # the instance of a spec that declares none, and of a protocol without a spec
NOT_OURS = frozenset({"__pycache__", "node_modules", "build", "dist"})


class Target(Struct, frozen=True, kw_only=True):
    """A spec with its protocol, or a protocol by itself (`spec` None), and the path that was given for it."""

    path: str
    protocol: tree.Protocol
    spec: tree.Spec | None

    @property
    def instances(self) -> list[str]:
        """The names of the instances; a spec without any has one, `default`."""
        declared = [] if self.spec is None else [i.name for i in self.spec.instances]
        return declared or [DEFAULT]

    @property
    def faults(self) -> list[str]:
        """The names of the fault models; `none` always exists, and is the first unless it is declared later."""
        declared = [] if self.spec is None else [f.name for f in self.spec.faults]
        return declared if NO_FAULTS in declared else [NO_FAULTS, *declared]

    @property
    def properties(self) -> tuple[tree.PropertyDecl, ...]:
        """The properties asked for; of a protocol by itself what any team should be free of."""
        if self.spec is not None:
            return self.spec.properties
        kinds: tuple[tree.AbsenceKind, ...] = ("no deadlock", "no livelock", "no unhandled message")
        return tuple(tree.Absence(span=self.protocol.span, kind=kind, on=None, on_span=None) for kind in kinds)

    def instance_name(self, name: str) -> str | None:
        """The name as `check` of the language takes it: None where the instance is not declared."""
        declared = self.spec is not None and any(i.name == name for i in self.spec.instances)
        return name if declared else None

    def pairs(self) -> list[tuple[str, str]]:
        """(instance, fault model), each once, in the order of the `check` lines; without any, every one with every one."""
        if self.spec is None or not self.spec.checks:
            return [(instance, faults) for faults in self.faults for instance in self.instances]
        asked = [
            (instance.name, faults)
            for line in self.spec.checks
            for faults in ([f.name for f in line.faults] or [NO_FAULTS])
            for instance in line.instances
        ]
        return list(dict.fromkeys(asked))


def property_name(node: tree.PropertyDecl) -> str:
    """The name as a spec writes it: `one_owner`, `no lost update on status`."""
    assert isinstance(node, tree.StateProperty | tree.Whenever | tree.Absence | tree.Spending)
    return node.name


# --- files -------------------------------------------------------------------------------------------------------


def find_files(paths: Iterable[str]) -> list[str]:
    """The specs and protocols that `paths` name, each once: files, folders (searched deep for `*.spec`), patterns. Raises BadInput."""
    found: dict[str, None] = {}
    errors: list[Diagnostic] = []
    for path in paths:
        try:
            for file in _files(path):
                found[os.path.normpath(file)] = None
        except BadInput as bad:
            errors += bad.diagnostics
    if errors:
        raise BadInput(errors)
    return list(found)


def _files(path: str) -> list[str]:
    if os.path.isdir(path):
        found = sorted(_specs_within(path))
        if not found:
            raise BadInput([NoSpecs(span=None, path=path)])
        return found
    if not os.path.exists(path) and any(c in path for c in "*?["):
        from glob import glob

        fitting = sorted(file for file in glob(path, recursive=True) if file.endswith((".spec", ".team")) or os.path.isdir(file))
        if not fitting:
            raise BadInput([NothingMatches(span=None, pattern=path)])
        within = [file for match in fitting for file in (_specs_within(match) if os.path.isdir(match) else [match])]
        if not within:
            raise BadInput([NothingMatches(span=None, pattern=path)])
        return within
    return [path]


def _specs_within(folder: str) -> list[str]:
    found = []
    for top, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in NOT_OURS]
        found += [os.path.join(top, file) for file in files if file.endswith(".spec")]
    return sorted(found)


def read_target(path: str) -> Target:
    """The spec at `path` with its protocol, or the protocol. Raises BadInput, of a spec also with what is wrong in the protocol."""
    from checker.language.parse import parse_protocol, parse_spec, read_source

    source = read_source(path)
    if path.endswith(".team"):
        return Target(path=path, protocol=parse_protocol(source), spec=None)
    if not path.endswith(".spec"):
        raise BadInput([NotASpec(span=None, path=path)])
    spec = parse_spec(source)
    try:
        protocol = parse_protocol(read_source(protocol_path(path, spec)))
    except BadInput as bad:
        raise BadInput([_at_spec(error, spec) for error in bad.diagnostics]) from None
    return Target(path=path, protocol=protocol, spec=spec)


def _at_spec(error: Diagnostic, spec: tree.Spec) -> Diagnostic:
    """What is wrong with the file of a protocol as a whole is said where the spec names it."""
    return error if error.span is not None else NoProtocol(span=spec.path_span, why=error.title_text)


def protocol_path(path: str, spec: tree.Spec) -> str:
    """The path of a spec's protocol, which the spec gives from its own folder."""
    return os.path.normpath(os.path.join(os.path.dirname(path), spec.path))


# --- filters ---------------------------------------------------------------------------------------------------


class Filters(Struct, frozen=True, kw_only=True):
    """The names to keep; None keeps all. Among `faults` there may be texts of fault models, which every target has."""

    instances: Sequence[str] | None = None
    faults: Sequence[str] | None = None
    properties: Sequence[str] | None = None

    def require_known(self, targets: Sequence[Target]) -> None:
        """Raises BadInput for names that no target has, with the nearest one."""
        errors = [
            *_unknown("instance", self.instances, [n for t in targets for n in t.instances], targets),
            *_unknown("fault model", self._named_faults, [n for t in targets for n in t.faults], targets),
            *_unknown(
                "property",
                self.properties,
                [n for t in targets for n in (*map(property_name, t.properties), "no error")],
                targets,
            ),
        ]
        if errors:
            raise BadInput(errors)

    def pairs(self, target: Target) -> list[tuple[str, str]]:
        """The pairs of the target that are kept. What is asked for by name is checked even where no `check` line has it."""
        planned = target.pairs()
        kept = [pair for pair in planned if _keeps(self.instances, pair[0]) and _keeps(self.faults, pair[1])]
        faults = [name for name in self.faults or [NO_FAULTS] if name in target.faults or is_text(name)]
        for instance in self.instances or ():
            if instance in target.instances and not any(pair[0] == instance for pair in kept):
                kept += [(instance, name) for name in faults]
        if self.instances is None and self.faults is not None:
            instances = list(dict.fromkeys(instance for instance, _ in planned))
            kept += [(i, name) for name in faults if not any(pair[1] == name for pair in kept) for i in instances]
        return kept

    @property
    def _named_faults(self) -> Sequence[str] | None:
        return None if self.faults is None else [name for name in self.faults if not is_text(name)]

    def properties_of(self, target: Target) -> list[tree.PropertyDecl]:
        return [node for node in target.properties if _keeps(self.properties, property_name(node))]

    @property
    def asks_for_errors(self) -> bool:
        """Whether `no error`, an implicit property of every spec, is kept."""
        return _keeps(self.properties, "no error")


def _keeps(names: Sequence[str] | None, name: str) -> bool:
    return names is None or name in names


def _unknown(what: str, names: Sequence[str] | None, known: Sequence[str], targets: Sequence[Target]) -> list[Diagnostic]:
    where = f"`{targets[0].path}`" if len(targets) == 1 else f"the {len(targets)} specs"
    return [
        UnknownChoice(span=None, what=what, name=name, where=where, advice=_advice(name, list(dict.fromkeys(known))))
        for name in names or ()
        if name not in known
    ]


def _advice(name: str, known: list[str]) -> str:
    close = nearest(name, known)
    if close is not None:
        return f"write `{close}`"
    return f"write one of: {', '.join(known[:12])}" + (" ..." if len(known) > 12 else "")


# --- expectations ------------------------------------------------------------------------------------------------


def _covers(names: Sequence[tree.Name], name: str) -> bool:
    return not names or any(n.name == name for n in names)


def expects_violation(target: Target, name: str, instance: str, faults: str) -> bool:
    """Whether the spec expects the property to be violated there. What is not expected to be violated is expected to hold."""
    return target.spec is not None and any(
        isinstance(line, tree.ExpectViolated)
        and any(p.name == name for p in line.properties)
        and _covers(line.instances, instance)
        and _covers(line.faults, faults)
        for line in target.spec.expectations
    )


def expected_counts(target: Target, instance: str, faults: str) -> list[tree.ExpectCounts]:
    """The lines that say how many states there must be there."""
    if target.spec is None:
        return []
    return [
        line
        for line in target.spec.expectations
        if isinstance(line, tree.ExpectCounts) and _covers(line.instances, instance) and _covers(line.faults, faults)
    ]

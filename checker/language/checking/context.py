"""What one run of the static checks knows: the declarations by name, the tables being filled, the errors found so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from checker.language import tree
from checker.language.checked import Checked, VariableInfo
from checker.language.diagnostics import Diagnostic
from checker.language.source import Span
from checker.language.types import Enum, Type

Mode: TypeAlias = Literal["constant", "initial", "def", "agent", "done", "spec"]
LocalKind: TypeAlias = Literal["parameter", "let", "binder", "chosen", "field", "sender", "self"]


class Local(Struct, frozen=True):
    """A name bound in a text: `type` is None after an error in what it is bound to."""

    type: Type | None
    kind: LocalKind
    span: Span | None


class Scope(Struct, frozen=True, kw_only=True):
    """The names bound around an expression and what may be said there.

    Modes: `constant` (ranges, sizes, consts: nothing of a state), `initial` (initial values), `def` (a protocol's def), `agent`
    (the code of `role`), `done` (`done when`) and `spec`. `owner`: the def whose body it is. `what`: how errors
    call what is settled before the run. `old`: whether `old(...)` may be said.
    """

    mode: Mode
    names: Mapping[str, Local] = field(default_factory=dict)
    role: str | None = None
    owner: str | None = None
    what: str = "a constant"
    old: Literal["no", "yes", "inside"] = "no"

    def bind(self, name: str, local: Local) -> Scope:
        return replace(self, names={**self.names, name: local})


class DefFacts(Struct):
    """What a def needs of the place it is called from: where it reads the state, where it looks at agents, where it says `old`."""

    reads: tuple[Span, str] | None = None
    observes: tuple[Span, str] | None = None
    old: Span | None = None


class Context(Struct):
    """Passed to every check. `checked` is the result being built."""

    protocol: tree.Protocol
    spec: tree.Spec | None
    checked: Checked
    errors: list[Diagnostic] = field(default_factory=list)
    declared: dict[str, tuple[Span, str]] = field(
        default_factory=dict
    )  # every global name: where, what it is ("shared variable")
    type_decls: dict[str, tree.EnumDecl | tree.TypeAlias | tree.RecordDecl | tree.IdsDecl] = field(default_factory=dict)
    role_decls: dict[str, list[tree.RoleDecl]] = field(default_factory=dict)
    const_decls: dict[str, tree.ConstDecl] = field(default_factory=dict)
    shared_decls: dict[str, tree.VarDecl] = field(default_factory=dict)
    message_decls: dict[str, tree.MessageDecl] = field(default_factory=dict)
    def_decls: dict[str, tree.DefDecl] = field(default_factory=dict)
    spec_defs: set[str] = field(default_factory=set)
    meters: dict[str, Span | None] = field(default_factory=dict)
    members: dict[str, list[Enum]] = field(default_factory=dict)  # enum member -> the enums that have it
    role_variables: dict[str, dict[str, VariableInfo]] = field(default_factory=dict)
    senders: dict[str, list[str]] = field(default_factory=dict)  # message -> roles whose code sends it
    sender_taken: set[str] = field(default_factory=set)  # messages whose sender some pattern binds
    given: dict[str, tree.Expr] = field(default_factory=dict)  # parameter or const -> the value that the instance gives
    overrides: dict[str, str] = field(default_factory=dict)
    named_types: dict[str, Type | None] = field(default_factory=dict)  # resolved on demand; None after an error
    elastic: set[Type] = field(default_factory=set)  # ranges that another instance may give other ends
    failed: set[str] = field(default_factory=set)  # constants, variables, defs whose type is unknown after an error
    resolving: list[str] = field(default_factory=list)  # what is being resolved, to find circles
    def_facts: dict[str, DefFacts] = field(default_factory=dict)
    activity_names: set[str] = field(default_factory=set)  # of all roles
    bound: int = 0  # values that quantifiers have gone through to settle expressions before the run
    activities_known: bool = False  # labels and frames can be looked up

    def report(self, error: Diagnostic) -> None:
        self.errors.append(error)

    def name_type(self, node: tree.Expr, type: Type | None) -> None:
        if type is not None:
            self.checked.types[id(node)] = type

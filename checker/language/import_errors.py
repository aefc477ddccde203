"""What can be wrong with imports (T2xx, T6xx).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic

# --- files -------------------------------------------------------------------------------------------------------


class ImportFailed(Diagnostic, frozen=True, kw_only=True):
    """An imported file cannot be read."""

    code = "T691"
    title = "cannot import `{path}`"
    label = "{why}"
    help = "the path is relative to the file that imports"
    path: str
    why: str


class ImportCycle(Diagnostic, frozen=True, kw_only=True):
    """Files import one another in a circle."""

    code = "T692"
    title = "`{path}` imports itself"
    label = "{chain}"
    help = "put what both need into a third file"
    path: str
    chain: str


# --- names -------------------------------------------------------------------------------------------------------


class NotInImport(Diagnostic, frozen=True, kw_only=True):
    """A name is asked of an imported protocol that does not declare it."""

    code = "T271"
    title = "`{path}` declares no `{name}`"
    label = "it has {names}"
    help = "{advice}"
    name: str
    alias: str
    path: str
    names: str
    advice: str = ""


class BindingTwice(Diagnostic, frozen=True, kw_only=True):
    """`with` binds each declaration of the imported protocol once."""

    code = "T272"
    title = "`{name}` is bound twice"
    label = "the second one"
    help = "leave one out"
    name: str


class BindingWanted(Diagnostic, frozen=True, kw_only=True):
    """`with` binds parameters and consts to constant expressions; roles, ids, shared variables, messages and types to declarations of
    the same kind in the importing protocol.
    """

    code = "T273"
    title = "`{name}` is a {what} of the imported protocol"
    label = "`{given}` is no {wanted} of this one"
    help = "bind it to a {wanted}"
    name: str
    what: str
    wanted: str
    given: str


class CannotBind(Diagnostic, frozen=True, kw_only=True):
    """`with` binds parameters, consts, roles, ids, types, shared variables and messages."""

    code = "T274"
    title = "`{name}` is a {what} and cannot be bound"
    label = "it stays what it is"
    help = "leave it out"
    name: str
    what: str


class ImportNeeds(Diagnostic, frozen=True, kw_only=True):
    """A parameter or const of the imported protocol that has no default is bound by `with`."""

    code = "T275"
    title = "the import gives no value for `{name}`"
    label = "`{name}` has no default there"
    help = "write `import ... as {alias} with {name} = ...`"
    name: str
    alias: str


class ImportDisagrees(Diagnostic, frozen=True, kw_only=True):
    """A shared variable, message, or type of an imported protocol is bound to one of the importing protocol that has the same type."""

    code = "T276"
    title = "`{name}` and `{ours}` do not agree"
    label = "`{name}` is {theirs_type}, `{ours}` is {our_type}"
    help = "bind it to a declaration of the same type"
    name: str
    ours: str
    theirs_type: str
    our_type: str


class ImportedAttribute(Diagnostic, frozen=True, kw_only=True):
    """A role that is bound in does what it does there; the role that it is bound to must be as it expects."""

    code = "T277"
    title = "`{role}` is declared `{attribute}`, and `{ours}` is not"
    label = "its activities count on it"
    help = "add `, {attribute}` to the declaration of `{ours}`"
    role: str
    ours: str
    attribute: str


class Captured(Diagnostic, frozen=True, kw_only=True):
    """A name of an imported protocol is bound to one of ours by `with`, and where the imported text uses it, the text itself
    calls something by our name: a parameter, a `let`, a field. The two could not be told apart.
    """

    code = "T278"
    title = "`{name}` is bound to `{ours}`, and `{ours}` is something else here"
    label = "`{ours}` is bound around this"
    help = "give the declaration of the importing file another name than `{ours}`"
    name: str
    ours: str

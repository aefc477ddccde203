"""What can be wrong with a command line."""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class CannotWrite(Diagnostic, frozen=True, kw_only=True):
    """The file that `--output` names, or that a command should write, cannot be written: its folder does not exist, it is a folder,
    or the system refuses (permissions, a full disk). Nothing was written.
    """

    code = "T681"
    title = "cannot write `{path}`: {reason}"
    help = "name a file in a folder that exists and that you may write to"

    path: str
    reason: str


class BadSetting(Diagnostic, frozen=True, kw_only=True):
    """`--set` gives a value to a parameter of the protocol, over what the instance gives: `--set workers=3 --set careful=true`."""

    code = "T682"
    title = "`--set {given}` is not NAME=VALUE"
    help = "write it as in `--set workers=3`"

    given: str


class UnknownCode(Diagnostic, frozen=True, kw_only=True):
    """Every error and warning has a code, a T and three digits, in the brackets of its first line. `teamcheck explain` without a
    code lists them all.
    """

    code = "T683"
    title = "there is no code `{given}`"
    help = "{advice}"

    given: str
    advice: str


class WillNotOverwrite(Diagnostic, frozen=True, kw_only=True):
    """`teamcheck new` writes `protocols/NAME.team` and `specs/NAME.spec`, and never over a file that is there."""

    code = "T684"
    title = "`{path}` exists already"
    help = "choose another name, or remove the file first"

    path: str


class BadProtocolName(Diagnostic, frozen=True, kw_only=True):
    """The name of a protocol is a word of the language: a letter, then letters, digits and `_`, and none of its keywords."""

    code = "T685"
    title = "`{name}` cannot be the name of a protocol"
    help = "write `teamcheck new {suggestion}`"

    name: str
    suggestion: str


class BadSavedResult(Diagnostic, frozen=True, kw_only=True):
    """`teamcheck replay FILE.json` shows a trace of a file that `teamcheck check --format json --output FILE.json` wrote."""

    code = "T686"
    title = "`{path}` holds no result that can be shown again: {reason}"
    help = "{advice}"

    path: str
    reason: str
    advice: str


class BadSteps(Diagnostic, frozen=True, kw_only=True):
    """`--steps` lists the places of the steps of a trace, each among the steps that are possible in the state before it, from 0: they
    are the numbers that `teamcheck step` shows. They fit one protocol, instance and fault model only, and may fit no longer
    after the protocol was changed.
    """

    code = "T687"
    title = "the trace cannot be shown: {reason}"
    help = "{advice}"

    reason: str
    advice: str


class NothingToDo(Diagnostic, frozen=True, kw_only=True):
    """The files and filters that were given leave nothing: no spec with a check, no property of that name, no file of that kind."""

    code = "T688"
    title = "nothing to do: {reason}"
    help = "{advice}"

    reason: str
    advice: str


class OptionsDisagree(Diagnostic, frozen=True, kw_only=True):
    """Two options that were given do not go together, or one needs another. `teamcheck COMMAND --help` tells what each means."""

    code = "T689"
    title = "the options do not go together: {reason}"
    help = "{advice}"

    reason: str
    advice: str

"""A certificate: what was proved of which protocol, and all that is needed to check it again. One JSON object, `NAME.cert.json`."""

from __future__ import annotations

from typing import Final, Literal, final

from msgspec import Struct

from checker.certificates.nodes import ExprNode

FORMAT: Final = "teamcheck certificate"
FORMAT_VERSION: Final = 3
SUFFIX = ".cert.json"


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Unknown keys are refused."""


class File(_Part, frozen=True, kw_only=True):
    """`path`: from the folder of the spec, with `/`; imports stand by themselves."""

    path: str
    sha256: str


class Subject(_Part, frozen=True, kw_only=True):
    """What the proof is about. `path`: of the spec, or of a protocol by itself. `settings`: values of parameters over those of the instance.

    `model_sha256`: of the canonical print of the model at the instance's size.
    """

    path: str
    files: list[File]
    protocol: str
    instance: str
    faults: str
    settings: dict[str, str]
    model_sha256: str


class Varying(_Part, frozen=True, kw_only=True):
    """A sort whose number of elements may be any from 1; `parameter`: what sets it in an instance, "" where the protocol writes it out."""

    sort: str
    parameter: str


class Claim(_Part, frozen=True, kw_only=True):
    """`sentence`: the condition, "" for the kinds that need none. `varying`: empty for what is claimed of one size only.

    `sizes`: how many there are of each other sort, roles of one left out. `fixed`: the parameters that give no size that varies, and their values.
    """

    property: str
    kind: str
    sentence: str
    varying: list[Varying]
    sizes: dict[str, int]
    fixed: dict[str, str]


class Lemma(_Part, frozen=True, kw_only=True):
    """`sentence`: in the language (`exact`), or partly in words. `expression`: the same for machines; the two must agree."""

    sentence: str
    exact: bool
    expression: ExprNode


class Obligation(_Part, frozen=True, kw_only=True):
    """`smtlib` is unsatisfiable if and only if the obligation holds: for solvers run outside of this tool.

    Who decided it before is not kept: that could not be checked.
    """

    name: str
    smtlib: str


@final
class Certificate(_Part, frozen=True, kw_only=True):
    """`tool`: the version that made it. `assumptions`: what the proof rests on beyond the protocol, in sentences."""

    format: Literal["teamcheck certificate"]
    format_version: Literal[3]
    tool: str
    subject: Subject
    claim: Claim
    lemmas: list[Lemma]
    assumptions: list[str]
    obligations: list[Obligation]


@final
class Damaged(Exception):
    """The text is no certificate; the message says where."""


def written(certificate: Certificate) -> str:
    """The text of the file. Ends with a line end."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(certificate), indent=2).decode() + "\n"


def read(text: bytes) -> Certificate:
    """Raises Damaged."""
    import msgspec

    try:
        return msgspec.json.decode(text, type=Certificate)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged(str(error)) from None

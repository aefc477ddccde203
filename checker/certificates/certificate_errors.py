"""What can be wrong with a certificate as a file. One that is whole and says what is not so is no error: it is refused."""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class BadCertificate(Diagnostic, frozen=True, kw_only=True):
    """A certificate is the JSON file that `teamcheck prove SPEC --certificate DIR` writes. One that is cut off, is no JSON, or lacks
    what a certificate has cannot be checked at all.
    """

    code = "T693"
    title = "`{path}` is no certificate: {reason}"
    help = "make it again with `teamcheck prove SPEC --certificate DIR`"

    path: str
    reason: str


class NoSubject(Diagnostic, frozen=True, kw_only=True):
    """A certificate names the spec or protocol that it is about, and holds no copy of it: what it says is checked against the file as it is now."""

    code = "T694"
    title = "the certificate is about `{path}`, which is not there"
    help = "name the file: `teamcheck verify {certificate} SPEC`"

    path: str
    certificate: str


class NoFolder(Diagnostic, frozen=True, kw_only=True):
    """The folder for certificates, or for SMT-LIB files, cannot be made or written to. What was proved was not lost: run the command again."""

    code = "T695"
    title = "cannot write to `{path}`: {reason}"
    help = "name a folder that may be made or written to"

    path: str
    reason: str

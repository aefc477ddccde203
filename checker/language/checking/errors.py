"""The error classes, loaded when the first error is made: a text without errors does not pay for them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.language import import_errors as import_errors
    from checker.language.checking import flow_errors as flow_errors
    from checker.language.checking import limit_errors as limit_errors
    from checker.language.checking import name_errors as name_errors
    from checker.language.checking import spec_errors as spec_errors
    from checker.language.checking import type_errors as type_errors
    from checker.language.checking import use_errors as use_errors
    from checker.language.checking import value_errors as value_errors
else:

    class _Later:
        """A module that is imported when something of it is asked for."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, attribute: str) -> Any:
            return getattr(import_module(self._name), attribute)

    import_errors = _Later("checker.language.import_errors")
    flow_errors = _Later("checker.language.checking.flow_errors")
    limit_errors = _Later("checker.language.checking.limit_errors")
    name_errors = _Later("checker.language.checking.name_errors")
    spec_errors = _Later("checker.language.checking.spec_errors")
    type_errors = _Later("checker.language.checking.type_errors")
    use_errors = _Later("checker.language.checking.use_errors")
    value_errors = _Later("checker.language.checking.value_errors")

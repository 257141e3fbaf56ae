"""Published interfaces: what a module offers to others, called the same way wherever the module runs.

class Rewards(Interface, module="rewards", version=1):
    @query(timeout=0.3)
    def balance(self, *, customer_id: CustomerId) -> Balance: ...

call(Rewards).balance(customer_id=…)
"""

from __future__ import annotations

from tiffin.interfaces.calling import call
from tiffin.interfaces.declaring import Interface, action, command, query
from tiffin.interfaces.describing import describe
from tiffin.interfaces.errors import (
    CallFailed,
    CallInTransaction,
    CommandKeyReused,
    InvalidInterface,
    InvalidProvider,
    ModuleFault,
    ModuleUnavailable,
)
from tiffin.interfaces.registry import provided, provides
from tiffin.interfaces.types import CommandKey, OpenEnum, deprecated

__all__ = [
    "CallFailed",
    "CallInTransaction",
    "CommandKey",
    "CommandKeyReused",
    "Interface",
    "InvalidInterface",
    "InvalidProvider",
    "ModuleFault",
    "ModuleUnavailable",
    "OpenEnum",
    "action",
    "call",
    "command",
    "deprecated",
    "describe",
    "provided",
    "provides",
    "query",
]

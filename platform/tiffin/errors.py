"""Errors that a module declares: they cross walls as the same class with the same data, and reach a
customer as an RFC 9457 problem."""

from __future__ import annotations

from typing import Any, ClassVar, get_type_hints

import msgspec


class DomainError(Exception):
    """A refusal with a name. Subclasses declare their data as annotated fields:

        class OutOfStock(DomainError, code="out_of_stock", status=409):
            '''An item cannot be had.'''
            detail = "{title} is sold out; remove it from the basket."
            title: str

    `code` is stable and public, `status` the HTTP status it becomes, `headline` (the first line of the
    docstring) says what kind of problem it is, `detail` is a sentence that helps, formatted with the fields.
    `deprecated="…"` says that nobody is refused like this any more: it may be gone after the next release.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 409
    detail: ClassVar[str] = ""
    deprecated: ClassVar[str] = ""
    fields: ClassVar[type[msgspec.Struct]]

    def __init_subclass__(cls, *, code: str, status: int = 409, deprecated: str = "") -> None:
        super().__init_subclass__()
        cls.code = code
        cls.status = status
        cls.deprecated = deprecated
        cls.fields = _fields_of(cls)

    def __init__(self, **data: Any) -> None:
        self.data = self.fields(**data)
        super().__init__(self.sentence)

    def __getattr__(self, name: str) -> Any:
        if name == "data":
            raise AttributeError(name)
        return getattr(self.data, name)

    @property
    def headline(self) -> str:
        return (type(self).__doc__ or type(self).__name__).strip().splitlines()[0].rstrip(".")

    @property
    def sentence(self) -> str:
        return type(self).detail.format(**msgspec.structs.asdict(self.data)) or self.headline

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), msgspec.structs.asdict(self.data))


def _rebuild(cls: type[DomainError], data: dict[str, Any]) -> DomainError:
    return cls(**data)


def _fields_of(cls: type[DomainError]) -> type[msgspec.Struct]:
    hints = get_type_hints(cls)
    own = [
        (name, hint, getattr(cls, name)) if hasattr(cls, name) else (name, hint)
        for name, hint in hints.items()
        if name not in DomainError.__annotations__
    ]
    return msgspec.defstruct(f"{cls.__name__}Data", own, frozen=True, kw_only=True, module=cls.__module__)

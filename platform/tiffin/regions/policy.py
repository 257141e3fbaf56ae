"""What a region may decide for itself where data cannot say it."""

from __future__ import annotations

from typing import ClassVar


class Policy:
    """One narrow question that a module asks its region, with the answer that holds by default.

    A module declares the question in its `policies.py`:

        class PlacingPolicy(Policy, module="orders"):
            def refusal(self, facts: PlacingFacts) -> str | None:
                return None

    and a region answers it differently by a subclass in `regions/<code>/orders.py`; nothing else is to be
    registered. A policy is pure: all it knows is in its arguments, it asks nobody and changes nothing, and
    the same facts get the same answer for ever, because yesterday's bill must add up tomorrow. It has no
    state: one instance serves the whole process.
    """

    module: ClassVar[str]

    def __init_subclass__(cls, *, module: str | None = None) -> None:
        super().__init_subclass__()
        if Policy in cls.__bases__:
            if module is None:
                raise TypeError(
                    f'{cls.__name__} must name its module: class {cls.__name__}(Policy, module="…")'
                )
            cls.module = module
        elif module is not None:
            raise TypeError(f"{cls.__name__} answers a question of {cls.module}; it does not name a module")

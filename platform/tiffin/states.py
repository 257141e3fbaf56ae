"""State machines as data: what may follow what is written once, refused from there and drawn from there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import Generic, TypeVar

from tiffin.errors import DomainError

S = TypeVar("S", bound=Enum)


class StateConflict(DomainError, code="state_conflict", status=409):
    """It is not in a state for this."""

    detail = "{what} cannot go from {from_state} to {to_state}."
    what: str
    from_state: str
    to_state: str


class Machine(Generic[S]):
    """Where something starts, and where it may go from each state. A state that leads nowhere is final.

    A model says in `MACHINES` by which machine each of its columns with a state moves; `what` is what people
    call it. Some begin in one of several states.
    """

    def __init__(self, what: str, start: S | tuple[S, ...], drawn: Mapping[S, Collection[S]]) -> None:
        self.what = what
        self.starts: tuple[S, ...] = start if isinstance(start, tuple) else (start,)
        self.states: type[S] = type(self.starts[0])
        self.drawn = drawn

    @property
    def start(self) -> S:
        return self.starts[0]

    def allows(self, before: S, after: S) -> bool:
        return after in self.drawn.get(before, ())

    def check(self, before: S, after: S) -> None:
        """Raises StateConflict for what is not drawn."""
        if not self.allows(before, after):
            raise self.refusal(before, after)

    def refusal(self, before: S, after: S) -> DomainError:
        return StateConflict(what=self.what, from_state=str(before.value), to_state=str(after.value))

    def before(self, after: S) -> list[str]:
        """The values of the states that `after` may follow: what an update of many rows filters by."""
        return [state.value for state in self.states if self.allows(state, after)]

    def transitions(self) -> Iterator[tuple[S, S]]:
        for before, following in self.drawn.items():
            for after in following:
                yield before, after

    def reachable(self) -> set[S]:
        found, edge = set(self.starts), list(self.starts)
        while edge:
            following = set(self.drawn.get(edge.pop(), ())) - found
            found |= following
            edge.extend(following)
        return found

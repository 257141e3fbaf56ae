"""After a commit, those who listen are nudged."""

from __future__ import annotations

from tiffin.db.transactions import on_commit
from tiffin.log.readers import listening_elsewhere
from tiffin.log.subscribers import listening_to
from tiffin.moving.nudges import Nudge, broker, nudge_pump, send_after_commit
from tiffin.remote import elsewhere

# Where there is much to read, a log is pumped in lanes: a lane is one task's share, lanes run side by side.
LANES = 2


def nudge_after_commit(producer: str, shards: set[int], kinds: set[str]) -> None:
    """Nudge the pumps of those who listen to `kinds`, once the open transaction of `producer` commits."""
    lanes = {shard % LANES for shard in shards}
    listening = (subscriber.name for subscriber in listening_to(producer, kinds) if subscriber.nudged)
    send_after_commit(
        [nudge_pump(name, producer, lane) for name in listening for lane in lanes], owner=producer
    )
    if elsewhere():
        on_commit(lambda: broker.send(_to_others(producer, lanes, kinds)), owner=producer)


def _to_others(producer: str, lanes: set[int], kinds: set[str]) -> list[Nudge]:
    """For those who listen from other deployables; they share the broker, or sweep."""
    return [
        nudge_pump(reader.subscriber, producer, lane)
        for reader in listening_elsewhere(producer, kinds)
        for lane in lanes
    ]

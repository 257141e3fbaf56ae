"""What other modules ask of notifications."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from modules.notifications.interface import (
    Choices,
    EndpointRefused,
    EndpointUnknown,
    LanguageUnknown,
    Notifications,
    PushSubscription,
    Switch,
)
from modules.notifications.kinds import KINDS, OPTIONAL, PUSHED
from modules.notifications.tests.outside import UserAgent
from tiffin import ids
from tiffin.interfaces import CommandKey, call

pytestmark = pytest.mark.database


@dataclass
class Asking:
    """A module that asks for one customer."""

    customer_id: UUID

    def choices(self) -> Choices:
        return call(Notifications).choices(customer_id=self.customer_id)

    def choose(self, *, language: str = "", unwanted=(), unwanted_push=()) -> None:
        call(Notifications).choose(
            key=_key(),
            customer_id=self.customer_id,
            language=language,
            unwanted=unwanted,
            unwanted_push=unwanted_push,
        )

    def add(self, subscription: PushSubscription, name: str = "") -> UUID:
        return call(Notifications).add_browser(
            key=_key(), customer_id=self.customer_id, subscription=subscription, name=name
        )

    def remove(self, browser_id: UUID) -> None:
        call(Notifications).remove_browser(key=_key(), customer_id=self.customer_id, browser_id=browser_id)


def _key() -> CommandKey:
    return CommandKey(str(ids.new_id()))


@pytest.fixture
def asking(zofia) -> Asking:
    return Asking(zofia)


def test_every_kind_has_a_switch_for_each_channel_it_comes_by(asking) -> None:
    kinds = {kind.code: kind for kind in asking.choices().kinds}
    assert set(kinds) == set(KINDS)
    assert kinds["order_confirmed"].email == Switch(on=True, fixed=True)
    assert kinds["order_feedback"].email == Switch(on=True)
    assert kinds["order_accepted"].email is None
    assert {code for code, kind in kinds.items() if kind.push} == set(PUSHED)


def test_what_is_switched_off_is_off_and_the_rest_stays(asking) -> None:
    asking.choose(language="pl", unwanted=OPTIONAL, unwanted_push=("order_accepted",))
    chosen = asking.choices()
    kinds = {kind.code: kind for kind in chosen.kinds}
    assert chosen.language == "pl"
    assert kinds["order_feedback"].email == Switch(on=False)
    # What is not wanted at all is not wanted in a browser, either.
    unpushed = {code for code, kind in kinds.items() if kind.push and not kind.push.on}
    assert unpushed == {"order_accepted", *set(OPTIONAL) & set(PUSHED)}


def test_what_belongs_to_an_order_cannot_be_switched_off_and_nonsense_neither(asking) -> None:
    before = asking.choices()
    asking.choose(unwanted=("order_confirmed", "boredom"), unwanted_push=("order_feedback", "boredom"))
    assert asking.choices() == before
    with pytest.raises(LanguageUnknown):
        asking.choose(language="no such language, and a long one")


def test_a_browser_is_kept_under_its_name_until_it_is_forgotten(asking) -> None:
    kept = asking.add(UserAgent().subscription("https://push.example.com/1"), name="Firefox on Linux")
    asking.add(UserAgent().subscription("https://push.example.com/2"), name="x" * 200)
    first, second = asking.choices().browsers
    assert (first.id, first.name, first.endpoint) == (kept, "Firefox on Linux", "https://push.example.com/1")
    assert len(second.name) == 60
    with pytest.raises(EndpointUnknown):
        Asking(ids.new_id()).remove(kept)
    asking.remove(kept)
    assert [each.id for each in asking.choices().browsers] == [second.id]


@pytest.mark.parametrize(
    ("endpoint", "p256dh"), [("https://10.1.2.3/x", ""), ("https://push.example.com", "x")]
)
def test_what_cannot_be_a_browser_is_not_kept(asking, endpoint, p256dh) -> None:
    sound = UserAgent().subscription(endpoint)
    with pytest.raises(EndpointRefused):
        asking.add(PushSubscription(endpoint=endpoint, p256dh=p256dh or sound.p256dh, auth=sound.auth))
    assert asking.choices().browsers == ()

"""The log goes to each sink, in order, at least once, whatever the sink answers."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured

from modules.analytics import selectors, services
from modules.analytics.models import HeldMessage, Sink
from modules.analytics.relays import RELAYS
from modules.analytics.services import relaying
from modules.analytics.tests import scenes
from modules.analytics.tests.outside import Answer, Heard, World
from tiffin import clock
from tiffin.log import relays, tidying
from tiffin.log.relays import Reading, Relay
from tiffin.testing.things import new_thing

pytestmark = pytest.mark.usefixtures("orders")

SEGMENT, POSTHOG = "/v1/batch", "/batch/"


def relay_both() -> None:
    for name in RELAYS:
        services.relay_to(name)


def told(who: UUID, count: int) -> list[str]:
    """Orders of a customer, each cancelled with its number; the numbers."""
    thing = new_thing()
    for number in range(count):
        scenes.tell(scenes.cancelled(who, str(number)), thing=thing if number % 2 else None)
    return [str(number) for number in range(count)]


def reasons(world: World, path: str = SEGMENT) -> list[str]:
    return [message["properties"]["reason"] for message in world.taken[path]]


def refusing(path: str, answer: Answer) -> Any:
    return lambda heard: answer if heard.path == path else Answer()


def test_what_happened_comes_to_both_in_its_order(configured: World) -> None:
    who = scenes.customer()
    numbers = told(who, 12)
    relay_both()
    assert reasons(configured, SEGMENT) == reasons(configured, POSTHOG) == numbers
    assert configured.ids(SEGMENT) == configured.ids(POSTHOG)
    segment, posthog = Sink.objects.order_by("-name")
    assert (segment.sent, posthog.sent) == (12, 12)
    assert segment.complete_at is not None
    relay_both()
    assert len(configured.heard) == 2  # nothing comes twice while nobody dies


def test_one_that_is_down_holds_up_no_other_and_gets_everything_later(configured: World) -> None:
    who = scenes.customer()
    configured.judge = refusing(SEGMENT, Answer(503, b"down"))
    numbers = told(who, 5)
    relay_both()
    assert (reasons(configured, SEGMENT), reasons(configured, POSTHOG)) == ([], numbers)
    row = Sink.objects.get(name="segment")
    assert row.trouble == "503: down"
    assert row.trouble_since is not None
    configured.judge = lambda heard: Answer()
    scenes.tell(scenes.cancelled(who, "5"))
    with clock.shift(timedelta(minutes=10)):
        relay_both()
    assert reasons(configured, SEGMENT) == reasons(configured, POSTHOG) == [*numbers, "5"]
    row.refresh_from_db()
    assert (row.trouble, row.trouble_since, row.retry_at, row.failures) == ("", None, None, 0)


def test_it_rests_longer_each_time(configured: World) -> None:
    told(scenes.customer(), 1)
    configured.judge = refusing(SEGMENT, Answer(500))
    pauses = []
    with clock.hold(clock.now()):
        for _ in range(10):
            services.relay_to("segment")
            row = Sink.objects.get(name="segment")
            assert row.retry_at is not None
            pauses.append(row.retry_at - clock.now())
            services.relay_to("segment")  # not before that
            services.try_now(name="segment")
    assert len(configured.heard) == 10
    assert timedelta(seconds=1) < pauses[0] < timedelta(seconds=3)
    assert pauses[5] > 4 * pauses[0]
    assert timedelta(minutes=3) < pauses[-1] < timedelta(minutes=7)


@pytest.mark.parametrize("said", ["90", "a date"])
def test_retry_after_is_honoured(configured: World, said: str) -> None:
    told(scenes.customer(), 1)
    with clock.hold(clock.now()):
        until = clock.now() + timedelta(seconds=90)
        header = said if said.isdecimal() else format_datetime(until, usegmt=True)
        configured.judge = refusing(SEGMENT, Answer(429, b"slow down", {"Retry-After": header}))
        services.relay_to("segment")
        row = Sink.objects.get(name="segment")
        assert row.retry_at is not None
        assert timedelta(seconds=88) < row.retry_at - clock.now() <= timedelta(seconds=91)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_is_an_alarm_and_loses_nothing(configured: World, status: int) -> None:
    numbers = told(scenes.customer(), 3)
    configured.judge = refusing(SEGMENT, Answer(status, b"no such key"))
    services.relay_to("segment")
    assert not HeldMessage.objects.exists()
    readings = {(name, labels["sink"]): value for name, _, labels, value in selectors.gauges()}
    assert readings["tiffin_analytics_troubled", "segment"] == 1
    assert readings["tiffin_analytics_troubled", "posthog"] == 0
    configured.judge = lambda heard: Answer()
    services.try_now(name="segment")
    services.relay_to("segment")
    assert reasons(configured) == numbers


def test_a_missing_key_is_said_by_its_name(configured: World, settings: Any) -> None:
    told(scenes.customer(), 1)
    settings.TIFFIN_POSTHOG_PROJECT_KEY = ""
    services.relay_to("posthog")
    assert Sink.objects.get(name="posthog").trouble == "TIFFIN_POSTHOG_PROJECT_KEY is not set"


@pytest.mark.parametrize("name", ["segment", "posthog"])
def test_nobody_who_answers_is_waited_for(configured: World, settings: Any, name: str) -> None:
    told(scenes.customer(), 1)
    settings.TIFFIN_SEGMENT_HOST = settings.TIFFIN_POSTHOG_HOST = "http://127.0.0.1:1"
    services.relay_to(name)
    assert "ConnectionError" in Sink.objects.get(name=name).trouble


@pytest.mark.parametrize("name", ["segment", "posthog"])
def test_a_redirect_has_taken_nothing(configured: World, name: str) -> None:
    """Libraries follow it with a GET, whose page looks like a yes."""
    numbers = told(scenes.customer(), 2)
    configured.judge = lambda heard: Answer(302, b"", {"Location": f"{configured.url}/elsewhere"})
    services.relay_to(name)
    assert "leads to" in Sink.objects.get(name=name).trouble
    configured.judge = lambda heard: Answer()
    services.try_now(name=name)
    services.relay_to(name)
    assert reasons(configured, SEGMENT if name == "segment" else POSTHOG) == numbers


def test_over_the_quota_events_wait(configured: World) -> None:
    """PostHog answers 200 to what it drops then."""
    told(scenes.customer(), 2)
    configured.judge = refusing(POSTHOG, Answer(200, b'{"status": "Ok", "quota_limited": ["events"]}'))
    services.relay_to("posthog")
    row = Sink.objects.get(name="posthog")
    assert (row.sent, "quota" in row.trouble) == (0, True)


def poisonous(heard: Heard) -> Answer:
    """Refuses every body with what it does not like."""
    return Answer(400, b'{"code": "bad", "message": "no"}') if b"poison" in heard.body else Answer()


def test_what_is_refused_for_good_is_held_and_all_others_go_on(configured: World) -> None:
    who = scenes.customer()
    scenes.tell(*(scenes.cancelled(who, reason) for reason in ("a", "b", "poison", "c", "d", "poison", "e")))
    configured.judge = poisonous
    relay_both()
    for path in (SEGMENT, POSTHOG):
        assert reasons(configured, path) == ["a", "b", "c", "d", "e"]
    assert HeldMessage.objects.count() == 4
    held = HeldMessage.objects.filter(sink="segment").first()
    assert held is not None
    assert "400" in held.cause
    assert Sink.objects.get(name="segment").sent == 5
    assert Sink.objects.get(name="segment").trouble == ""


def test_a_message_that_is_too_large_is_held(configured: World) -> None:
    who = scenes.customer()
    scenes.tell(scenes.cancelled(who, "x" * 33_000), scenes.cancelled(who, "small"))
    relay_both()
    assert reasons(configured, SEGMENT) == ["small"]
    assert len(reasons(configured, POSTHOG)) == 2
    assert "32000" in HeldMessage.objects.get().cause


def test_where_everything_is_refused_nothing_is_held(configured: World) -> None:
    numbers = told(scenes.customer(), 60)
    configured.judge = refusing(SEGMENT, Answer(400, b"everything is wrong"))
    services.relay_to("segment")
    assert not HeldMessage.objects.exists()
    assert Sink.objects.get(name="segment").trouble.startswith("nearly everything is refused")
    configured.judge = lambda heard: Answer()
    services.try_now(name="segment")
    services.relay_to("segment")
    assert reasons(configured) == numbers


def test_many_that_are_refused_in_a_row_are_held_where_others_are_taken(configured: World) -> None:
    who = scenes.customer()
    reasons_told = ["poison"] * 30 + [str(number) for number in range(30)]
    scenes.tell(*(scenes.cancelled(who, reason) for reason in reasons_told))
    configured.judge = poisonous
    services.relay_to("segment")
    assert set(reasons(configured)) == {str(number) for number in range(30)}
    assert HeldMessage.objects.count() == 30
    assert Sink.objects.get(name="segment").trouble == ""


def test_a_turn_ends_among_refused_messages_and_the_next_goes_on_behind_them(
    configured: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a sink that answers slowly and refuses every other message, and turns that are short
    who = scenes.customer()
    scenes.tell(*(scenes.cancelled(who, str(each) if each % 4 else "poison") for each in range(40)))
    monkeypatch.setattr(relaying, "LATEST_SECONDS", 1.0)

    def slowly(heard: Heard) -> Answer:
        time.sleep(0.02)
        return poisonous(heard)

    configured.judge = slowly
    # When it has its turns
    held = []
    while not held or (held[-1] < 10 and len(held) < 40):
        services.relay_to("segment")
        held.append(HeldMessage.objects.count())
    # Then each came further, and all came to what they had to
    assert len(held) > 1
    assert held == sorted(set(held))
    assert held[-1] == 10
    assert set(reasons(configured)) == {str(each) for each in range(40) if each % 4}


def test_one_that_answers_too_slowly_for_that_is_in_trouble_and_nothing_is_lost(
    configured: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = told(scenes.customer(), 4)
    monkeypatch.setattr(relaying, "LATEST_SECONDS", 0.2)

    def slowly(heard: Heard) -> Answer:
        time.sleep(0.3)
        return Answer(400, b"no")

    configured.judge = slowly
    services.relay_to("segment")
    assert Sink.objects.get(name="segment").trouble.startswith("it answers too slowly")
    assert not HeldMessage.objects.exists()
    configured.judge = lambda heard: Answer()
    services.try_now(name="segment")
    services.relay_to("segment")
    assert reasons(configured) == numbers


def test_what_nobody_sends_in_90_days_is_given_up(configured: World) -> None:
    scenes.tell(scenes.cancelled(scenes.customer(), "poison"))
    configured.judge = poisonous
    services.relay_to("segment")
    for days, kept in ((89, 1), (91, 0)):
        with clock.shift(timedelta(days=days)):
            services.tidy()
        assert HeldMessage.objects.count() == kept


def test_a_few_at_a_time_a_wrong_setting_holds_no_more_than_a_few(configured: World) -> None:
    who = scenes.customer()
    configured.judge = refusing(SEGMENT, Answer(400, b"everything is wrong"))
    for turn in range(6):
        scenes.tell(*(scenes.cancelled(who, f"{turn}-{number}") for number in range(8)))
        services.try_now(name="segment")
        services.relay_to("segment")
    assert HeldMessage.objects.count() == 16
    assert Sink.objects.get(name="segment").trouble.startswith("nearly everything is refused")


def test_a_log_of_which_nothing_is_taken_holds_up_no_other_until_staff_let_it_go(
    configured: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, looked_at, read = scenes.customer(), [], relays.read
    scenes.tell(*(scenes.cancelled(who, "poison") for _ in range(40)))

    def noted(relay: Relay, producer: str) -> Reading:
        looked_at.append(producer)
        return read(relay, producer)

    monkeypatch.setattr(relays, "read", noted)
    configured.judge = poisonous
    services.relay_to("segment")
    assert set(looked_at) == set(RELAYS["segment"].producers)
    assert not HeldMessage.objects.exists()

    services.hold_refused(name="segment")
    services.relay_to("segment")
    assert HeldMessage.objects.count() == 40
    row = Sink.objects.get(name="segment")
    assert (row.trouble, row.holds_all) == ("", False)


def test_of_who_takes_it_back_while_it_is_sent_nothing_is_held(configured: World) -> None:
    who = scenes.customer()
    scenes.tell(scenes.cancelled(who, "poison"))

    def meanwhile(heard: Heard) -> Answer:
        services.agree(customer_id=who, agreed=False)
        return poisonous(heard)

    configured.judge = meanwhile
    services.relay_to("segment")
    assert not HeldMessage.objects.exists()


def test_an_event_of_which_nothing_can_be_made_stops_nobody(
    configured: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = scenes.customer()
    for each in (who, scenes.customer(agrees=False)):
        scenes.tell(scenes.cancelled(each, "good"), scenes.placed(each))
    known = relaying.pack.__globals__["track"]

    def fails(record: Any) -> Any:
        if record.name.startswith("orders.order_placed"):
            raise ZeroDivisionError
        return known(record)

    with monkeypatch.context() as broken:
        broken.setitem(relaying.pack.__globals__, "track", fails)
        services.relay_to("segment")
    held = HeldMessage.objects.get()
    assert (reasons(configured), held.customer_id) == (["good"], who)
    services.retry_held(held_id=held.pk)
    assert configured.ids()[-1] == str(held.event_id)
    assert not HeldMessage.objects.exists()


def test_many_pages_and_many_bodies_come_whole_and_in_order(
    configured: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = scenes.customer()
    scenes.tell(*(scenes.cancelled(who, str(number)) for number in range(700)))
    read = relays.read
    monkeypatch.setattr(relays, "read", lambda relay, producer: read(relay, producer, limit=300))
    services.relay_to("segment")
    assert reasons(configured) == [str(number) for number in range(700)]


def test_without_a_sink_nothing_is_read_and_nothing_piles_up(configured: World, settings: Any) -> None:
    settings.TIFFIN_ANALYTICS_SINKS = ()
    who = scenes.customer()
    told(who, 3)
    relay_both()
    assert not Sink.objects.exists()
    for relay in RELAYS.values():
        tidying.move_idle_cursors(relay, "orders")
        assert relays.read(relay, "orders").events == []
    settings.TIFFIN_ANALYTICS_SINKS = ("segment",)
    scenes.tell(scenes.cancelled(who, "from now on"))
    relay_both()
    assert reasons(configured) == ["from now on"]
    assert configured.taken[POSTHOG] == []


def test_a_sink_that_there_is_not_is_said(settings: Any) -> None:
    settings.TIFFIN_ANALYTICS_SINKS = ("amplitude",)
    with pytest.raises(ImproperlyConfigured, match="amplitude"):
        services.relay_to("segment")


def test_what_waits_is_counted(configured: World) -> None:
    told(scenes.customer(), 4)
    unread = selectors.unread_of("segment")
    assert (unread.number, unread.more) == (4, False)
    services.relay_to("segment")
    assert selectors.unread_of("segment").number == 0


def test_what_is_sent_is_json_that_names_its_time(configured: World) -> None:
    who = scenes.customer()
    scenes.tell(scenes.placed(who))
    relay_both()
    for heard in configured.heard:
        assert json.loads(heard.body)["batch"][0]["timestamp"].endswith("+00:00")

"""Nothing is told of whoever did not agree, from when they did until they do not; and all of it can be
undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import jsonschema
import pytest

from modules.analytics import selectors, services
from modules.analytics.interface import Analytics
from modules.analytics.models import ConsentChange, Deletion, HeldMessage, Person, Sink
from modules.analytics.tests import published, scenes
from modules.analytics.tests.outside import Answer, Heard, World
from modules.analytics.tests.test_relaying import POSTHOG, SEGMENT, poisonous, reasons, relay_both
from tiffin import clock, db, ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import CommandKey, call
from tiffin.testing.people import api

pytestmark = pytest.mark.usefixtures("orders")

CONSENT = "/api/v1/analytics/consent"
LATER = timedelta(minutes=20)


def erase(customer_id: UUID) -> None:
    with db.transaction(owner="analytics"):
        services.forget_customer(customer_id)


def test_nobody_agrees_before_they_say_so(configured: World) -> None:
    silent, refuses, agrees = scenes.customer(agrees=False), scenes.customer(agrees=False), scenes.customer()
    services.agree(customer_id=refuses, agreed=False)
    scenes.tell(*(scenes.cancelled(who, str(number)) for number, who in enumerate((silent, refuses, agrees))))
    relay_both()
    assert reasons(configured, SEGMENT) == reasons(configured, POSTHOG) == ["2"]


def test_what_was_before_is_never_told(configured: World) -> None:
    who = scenes.customer(agrees=False)
    scenes.tell(scenes.cancelled(who, "before"))
    services.agree(customer_id=who, agreed=True)
    scenes.tell(scenes.cancelled(who, "after"))
    relay_both()
    assert reasons(configured) == ["after"]


def test_who_agrees_no_more_is_told_of_no_more_even_of_what_waits(configured: World) -> None:
    who, other = scenes.customer(), scenes.customer()
    configured.judge = lambda heard: Answer(503)
    scenes.tell(scenes.cancelled(who, "waiting"), scenes.cancelled(other, "another's"))
    relay_both()
    services.agree(customer_id=who, agreed=False)
    configured.judge = lambda heard: Answer()
    with clock.shift(timedelta(minutes=10)):
        relay_both()
    assert reasons(configured) == ["another's"]


@pytest.mark.parametrize("each", [2, 20], ids=["in halves", "tried alone"])
@pytest.mark.parametrize("agrees_again", [False, True])
def test_who_takes_it_back_while_a_body_is_judged_is_in_none_of_its_parts(
    configured: World, each: int, agrees_again: bool
) -> None:
    # Given a sink that refuses a body, and one of two who takes it back before it has answered
    who, other = scenes.customer(), scenes.customer()
    for number in range(each):
        scenes.tell(scenes.cancelled(who, f"of who {number}"), scenes.cancelled(other, f"other {number}"))
    scenes.tell(scenes.cancelled(other, "poison"))

    def meanwhile(heard: Heard) -> Answer:
        if len(configured.heard) == 1:
            services.agree(customer_id=who, agreed=False)
            if agrees_again:
                services.agree(customer_id=who, agreed=True)
        return poisonous(heard)

    configured.judge = meanwhile
    # When its halves are sent, and some messages alone
    services.relay_to("segment")
    # Then it is asked again before each of them, and only what was sent is counted
    assert [b"of who" in heard.body for heard in configured.heard].count(True) == 1
    assert set(reasons(configured)) == {f"other {number}" for number in range(each)}
    assert Sink.objects.get(name="segment").sent == each


def test_where_nobody_of_a_refused_body_agrees_any_more_it_is_passed(configured: World) -> None:
    who = scenes.customer()
    scenes.tell(*(scenes.cancelled(who, str(number)) for number in range(30)))

    def meanwhile(heard: Heard) -> Answer:
        services.agree(customer_id=who, agreed=False)
        return Answer(400, b"no")

    configured.judge = meanwhile
    services.relay_to("segment")
    row = Sink.objects.get(name="segment")
    assert (len(configured.heard), row.sent, row.trouble) == (1, 0, "")
    assert selectors.unread_of("segment").number == 0


def test_who_agrees_again_is_the_same_and_what_was_between_is_not_told(configured: World) -> None:
    who = scenes.customer()
    scenes.tell(scenes.cancelled(who, "first"))
    relay_both()
    services.agree(customer_id=who, agreed=False)
    scenes.tell(scenes.cancelled(who, "between"))
    services.agree(customer_id=who, agreed=True)
    scenes.tell(scenes.cancelled(who, "again"))
    relay_both()
    assert reasons(configured) == ["first", "again"]
    assert len({message["userId"] for message in configured.taken[SEGMENT]}) == 1


def test_what_is_held_of_somebody_goes_with_their_consent(configured: World) -> None:
    who = scenes.customer()
    scenes.tell(scenes.cancelled(who, "x" * 33_000))
    relay_both()
    assert HeldMessage.objects.count() == 1
    services.agree(customer_id=who, agreed=False)
    assert not HeldMessage.objects.exists()


def test_a_customer_agrees_over_http_and_each_time_is_kept() -> None:
    who = ids.new_id()
    http = api(Actor(kind=ActorKind.CUSTOMER, id=who))
    assert http.get(CONSENT).json() == {"agreed": False, "recipients": [], "changes": []}
    for agreed in (True, True, False):
        answer = http.put(CONSENT, {"agreed": agreed}, format="json")
        assert (answer.status_code, answer.json()["agreed"]) == (200, agreed)
    assert [change["agreed"] for change in http.get(CONSENT).json()["changes"]] == [True, False]
    problem = http.put(CONSENT, {"agreed": "perhaps"}, format="json")
    assert (problem.status_code, problem.json()["code"]) == (422, "invalid_request")


def test_other_modules_ask_by_the_interface() -> None:
    who = ids.new_id()
    key = CommandKey(str(ids.new_id()))
    call(Analytics).agree(key=key, customer_id=who, agreed=True)
    consent = call(Analytics).consent(customer_id=who)
    assert (consent.agreed, len(consent.changes)) == (True, 1)


def test_to_whom_it_is_told_is_said(configured: World) -> None:
    assert call(Analytics).consent(customer_id=ids.new_id()).recipients == ("Segment", "PostHog")


def outside_of(world: World) -> str:
    """The id by which the last one is known outside."""
    return str(world.taken[SEGMENT][-1]["userId"])


def deletions(world: World) -> list[Heard]:
    return [heard for heard in world.heard if heard.path not in (SEGMENT, POSTHOG)]


def test_whoever_is_erased_is_gone_here_and_deleted_there(configured: World) -> None:
    who = scenes.customer()
    scenes.tell(scenes.cancelled(who), scenes.cancelled(who, "x" * 33_000))
    relay_both()
    known_as = outside_of(configured)
    erase(who)
    for model in (Person, ConsentChange, HeldMessage):
        assert not model.objects.exists()
    services.forward_deletions()
    assert deletions(configured) == []  # what is on its way is to arrive first
    with clock.shift(LATER):
        services.forward_deletions()
        services.forward_deletions()
    segment, posthog = deletions(configured)
    assert (segment.line, segment.headers["Authorization"]) == (
        "POST /regulations HTTP/1.1",
        "Bearer sgp_token",
    )
    assert segment.said == {
        "regulationType": "SUPPRESS_WITH_DELETE",
        "subjectType": "USER_ID",
        "subjectIds": [known_as],
    }
    assert (posthog.line, posthog.headers["Authorization"]) == (
        "POST /api/projects/42/persons/bulk_delete/ HTTP/1.1",
        "Bearer phx_key",
    )
    assert posthog.said == {"distinct_ids": [known_as], "delete_events": True}
    jsonschema.validate(segment.said, published.SEGMENT_REGULATION)
    jsonschema.validate(posthog.said, published.POSTHOG_DELETION)
    assert [row.person_id for row in Deletion.objects.all()] == [None, None]


def test_nothing_more_is_told_of_who_is_erased(configured: World) -> None:
    who = scenes.customer()
    scenes.tell(scenes.cancelled(who))
    erase(who)
    relay_both()
    assert configured.heard == []


def test_who_never_agreed_need_not_be_deleted_anywhere(configured: World) -> None:
    relay_both()
    for who in (ids.new_id(), scenes.customer(agrees=False)):
        services.agree(customer_id=who, agreed=False)
        erase(who)
    erase(ids.new_id())
    assert not Deletion.objects.exists()


def test_a_sink_that_was_used_once_is_asked_too(configured: World, settings: Any) -> None:
    who = scenes.customer()
    relay_both()
    settings.TIFFIN_ANALYTICS_SINKS = ()
    erase(who)
    assert {row.sink for row in Deletion.objects.all()} == {"segment", "posthog"}


def test_a_deletion_waits_until_it_is_done(configured: World, settings: Any) -> None:
    who = scenes.customer()
    relay_both()
    settings.TIFFIN_SEGMENT_API_TOKEN = ""
    configured.judge = lambda heard: Answer(500 if "persons" in heard.path else 200)
    erase(who)
    with clock.shift(LATER):
        services.forward_deletions()
    causes = dict(Deletion.objects.values_list("sink", "cause"))
    assert causes["segment"] == "TIFFIN_SEGMENT_API_TOKEN is not set"
    assert causes["posthog"].startswith("500")
    settings.TIFFIN_SEGMENT_API_TOKEN = "sgp_token"
    configured.judge = lambda heard: Answer()
    with clock.shift(LATER + timedelta(hours=1)):
        services.forward_deletions()
    assert Deletion.objects.filter(done_at=None).count() == 0
    assert Deletion.objects.filter(attempts=1, cause="").count() == 2


def test_one_who_is_unknown_there_keeps_no_other(configured: World) -> None:
    """Both take many at a time, and refuse all of them where one is wrong."""
    Sink.objects.create(name="posthog")
    people = [scenes.customer() for _ in range(5)]
    unknown = str(Person.objects.get(customer_id=people[2]).person_id).encode()
    for who in people:
        erase(who)
    configured.judge = lambda heard: Answer(400, b"matched no person") if unknown in heard.body else Answer()
    with clock.shift(LATER):
        services.forward_deletions()
    left = Deletion.objects.get(done_at=None)
    assert (str(left.person_id).encode(), left.cause) == (unknown, "400: matched no person")
    services.mark_deleted(deletion_id=left.pk)
    assert not Deletion.objects.filter(done_at=None).exists()
    with clock.shift(timedelta(days=100)):
        services.tidy()
    assert not Deletion.objects.exists()

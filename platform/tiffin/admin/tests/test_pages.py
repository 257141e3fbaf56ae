"""The staff's pages: by token and role, for the regions of the token, without a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import action
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import clear_url_caches

from tiffin import clock, ids
from tiffin.admin import ModuleAdmin, register, staff
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.admin.site import site
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.db.transactions import transaction
from tiffin.errors import DomainError
from tiffin.models import HeldEvent, Job, JobState, StaffAction
from tiffin.testing import token
from tiffin.testing.things import Thing, number, tables

pytestmark = [pytest.mark.database, pytest.mark.urls("tiffin.admin.tests.urls")]


class ThingBroken(DomainError, code="thing_broken", status=409):
    """The thing is broken."""

    detail = "It broke; take another."


@pytest.fixture(autouse=True)
def roles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every module knows the same two roles."""
    known = {"support": frozenset({"view"}), "operations": frozenset({"view", "change"})}
    monkeypatch.setattr("tiffin.admin.roles.roles_of", lambda module: known)


@pytest.fixture(autouse=True)
def thing_pages() -> Iterator[type[ModuleAdmin]]:
    """Things are an admin model while the test runs."""

    class ThingAdmin(ModuleAdmin):
        list_display = ("id", "region", "label")
        search_fields = ("label",)
        list_filter = ("region",)
        fields = ("id", "label", "region", "created_at")
        actions = ("relabel", "break_it", "praise")

        @action(description="Relabel", permissions=["act"])
        def relabel(self, request: Any, queryset: Any) -> None:
            for thing in queryset:
                assert not connections["orders"].in_atomic_block
                with transaction(owner="orders"):
                    Thing.objects.filter(pk=thing.pk).update(label="new")

        @action(description="Break", permissions=["act"])
        def break_it(self, request: Any, queryset: Any) -> None:
            raise ThingBroken

        @action(description="Praise", permissions=["act"])
        def praise(self, request: Any, queryset: Any) -> None:
            for thing in queryset:
                if thing.region == "gb":
                    raise ThingBroken
            self.message_user(request, "How lovely.")

    with tables():
        register(Thing)(ThingAdmin)
        clear_url_caches()
        yield ThingAdmin
        site.unregister(Thing)


def person(*roles: str, regions: tuple[str, ...] = (EVERY_REGION,)) -> Client:
    actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=roles, regions=regions)
    client = Client()
    client.cookies[STAFF_COOKIE] = token(actor)
    return client


def thing(region: str = "pl") -> Thing:
    with transaction(owner="orders"):
        made: Thing = Thing.objects.create(region=region, label=f"thing of {region}")
        return made


def choose(client: Client, name: str, *chosen: Thing, **more: str) -> Any:
    form = {"action": name, "_selected_action": [str(each.pk) for each in chosen], **more}
    return client.post("/admin/orders/thing/", form, follow=True)


def test_nobody_is_sent_to_log_in() -> None:
    answer = Client().get("/admin/orders/thing/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/?next=")


def test_logging_in_keeps_the_token_where_no_script_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "_login", lambda email, password: token(_operations()))
    client = Client()

    page = client.get("/admin/login/")
    answer = client.post("/admin/login/?next=/admin/jobs/", {"username": "ann@example.org", "password": "x"})

    assert page.status_code == 200
    assert answer["Location"] == "/admin/jobs/"
    cookie = client.cookies[STAFF_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/admin/")
    assert client.get("/admin/").status_code == 200
    client.post("/admin/logout/")
    assert client.get("/admin/").status_code == 302


def test_a_refused_login_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(email: str, password: str) -> str:
        raise ThingBroken

    monkeypatch.setattr(staff, "_login", refuse)

    answer = Client().post("/admin/login/?next=//evil.example", {"username": "a@b.pl", "password": "x"})

    assert b"It broke; take another." in answer.content


def test_customers_and_expired_tokens_are_nobody() -> None:
    customer = Client()
    customer.cookies[STAFF_COOKIE] = token(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id()))
    late = person("operations")

    assert customer.get("/admin/").status_code == 302
    with clock.shift(timedelta(days=1)):
        assert late.get("/admin/").status_code == 302


@pytest.mark.parametrize("path", ["/admin/", "/admin/jobs/", "/admin/held-events/", "/admin/log/"])
def test_pages_are_drawn(path: str) -> None:
    answer = person("operations").get(path)

    assert answer.status_code == 200
    assert "unsafe-eval" in answer["Content-Security-Policy"]


def test_rows_are_read_and_not_written() -> None:
    one = thing()
    client = person("support")

    assert one.label.encode() in client.get("/admin/orders/thing/").content
    assert one.label.encode() in client.get("/admin/orders/thing/?q=thing").content
    page = f"/admin/orders/thing/{one.pk}/change/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"label": "x"}).status_code == 403
    assert client.get("/admin/orders/thing/add/").status_code == 403
    assert client.get(f"/admin/orders/thing/{one.pk}/delete/").status_code == 404


def test_no_page_needs_a_table_that_only_identity_has() -> None:
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connections["identity"]) as asked:
        page = person("support").get(f"/admin/orders/thing/{thing().pk}/change/")

    assert page.status_code == 200
    assert asked.captured_queries == []


def test_rows_of_other_regions_are_not_seen() -> None:
    polish, british = thing("pl"), thing("gb")
    client = person("support", regions=("gb",))

    listed = client.get("/admin/orders/thing/").content
    assert british.label.encode() in listed
    assert polish.label.encode() not in listed
    assert client.get(f"/admin/orders/thing/{polish.pk}/change/").status_code == 302


def test_staff_of_no_region_see_no_row() -> None:
    one = thing()

    assert one.label not in person("support", regions=()).get("/admin/orders/thing/").content.decode()


def test_rows_without_a_region_are_for_those_who_work_everywhere(thing_pages: type[ModuleAdmin]) -> None:
    one = thing("gb")
    thing_pages.region_field = "no_such_field"

    page = "/admin/orders/thing/"
    assert one.label not in person("support", regions=("gb",)).get(page).content.decode()
    assert one.label in person("support").get(page).content.decode()


def test_a_subscriber_is_resumed_by_those_who_work_everywhere() -> None:
    resume = {"verb": "resume", "module": "orders", "subscriber": "none", "producer": "none"}

    regional, everywhere = person("operations", regions=("gb",)), person("operations")
    assert regional.post("/admin/held-events/", resume).status_code == 403
    assert everywhere.post("/admin/held-events/", resume).status_code == 302


def test_a_role_that_is_unknown_to_the_module_sees_nothing() -> None:
    assert person("gardener").get("/admin/orders/thing/").status_code == 403


def test_an_action_is_for_those_who_may_change_and_is_recorded() -> None:
    one = thing()

    choose(person("support"), "relabel", one)
    assert Thing.objects.get().label == one.label

    choose(person("operations"), "relabel", one)
    assert Thing.objects.get().label == "new"
    [done] = StaffAction.objects.using("orders").all()
    assert (done.action, done.subject) == ("relabel", f"thing:{one.pk}")


def test_a_refusal_is_shown_as_a_sentence() -> None:
    answer = choose(person("operations"), "break_it", thing())

    assert b"It broke; take another." in answer.content
    assert StaffAction.objects.using("orders").count() == 0


def test_a_refusal_keeps_nothing_else_from_being_done_and_recorded() -> None:
    good, bad, fine, worse = (thing(region) for region in ("pl", "gb", "pl", "gb"))

    answer = choose(person("operations"), "praise", good, bad, fine, worse)

    page = answer.content.decode()
    assert page.count("How lovely.") == 1
    [refusal] = [str(said) for said in answer.context["messages"] if "It broke" in str(said)]
    assert all(str(each.pk) in refusal for each in (bad, worse))
    done = StaffAction.objects.using("orders").values_list("subject", flat=True)
    assert set(done) == {f"thing:{good.pk}", f"thing:{fine.pk}"}


def test_all_of_many_pages_are_done_and_recorded() -> None:
    shown, beyond = thing(), thing()

    choose(person("operations"), "relabel", shown, select_across="1")

    assert set(Thing.objects.values_list("label", flat=True)) == {"new"}
    done = StaffAction.objects.using("orders").values_list("subject", flat=True)
    assert set(done) == {f"thing:{shown.pk}", f"thing:{beyond.pk}"}


def test_saving_is_a_use_case(thing_pages: type[ModuleAdmin]) -> None:
    def save(self: ModuleAdmin, request: Any, obj: Any, form: Any) -> None:
        assert not connections["orders"].in_atomic_block
        Thing.objects.filter(pk=obj.pk).update(label=form.cleaned_data["label"].upper())

    thing_pages.save_by_use_case = save
    one = thing()

    answer = person("operations").post(
        f"/admin/orders/thing/{one.pk}/change/", {"label": "loud", "region": "pl", "version": 9}
    )

    assert answer.status_code == 302
    assert Thing.objects.get().label == "LOUD"
    assert StaffAction.objects.using("orders").get().action == "change"


def test_the_log_shows_what_happened_to_a_key() -> None:
    one = thing()
    number(one, 41)

    page = person("support").get(f"/admin/log/?key={one.pk}").content

    assert b"orders.thing_numbered.v1" in page
    assert b"&quot;number&quot;: 41" in page
    assert b"That is not an id" in person("support").get("/admin/log/?key=nonsense").content


def test_a_held_job_is_run_again_or_dropped() -> None:
    job = held_job()

    assert b"ValueError: no" in person("support").get("/admin/jobs/").content
    order = {"module": "payments", "id": str(job.pk)}
    assert person("support").post("/admin/jobs/", {**order, "verb": "drop"}).status_code == 403

    person("operations").post("/admin/jobs/", {**order, "verb": "retry"})
    assert Job.objects.using("payments").get().state == JobState.WAITING

    person("operations").post("/admin/jobs/", {**order, "verb": "drop"})
    assert Job.objects.using("payments").count() == 0
    person("operations").post("/admin/jobs/", {**order, "verb": "drop"})
    assert StaffAction.objects.using("payments").count() == 2


def test_a_held_event_is_shown_with_its_cause() -> None:
    held_event()

    page = person("support").get("/admin/held-events/").content

    assert b"LookupError: nobody" in page
    assert b"Retry" not in page
    assert b"Retry" in person("operations").get("/admin/held-events/").content


def _operations() -> Actor:
    return Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("operations",), regions=(EVERY_REGION,))


def held_job() -> Job:
    return Job.objects.using("payments").create(
        id=ids.new_id(),
        key=ids.new_id(),
        slot="x",
        name="x",
        due=clock.now(),
        state=JobState.HELD,
        cause="Traceback\nValueError: no",
        correlation=ids.new_id(),
    )


def held_event() -> HeldEvent:
    return HeldEvent.objects.using("payments").create(
        subscriber="payments",
        producer="orders",
        shard=0,
        epoch=1,
        txid=1,
        position=1,
        event_id=ids.new_id(),
        name="orders.order_placed.v1",
        key=ids.new_id(),
        seq=1,
        occurred_at=clock.now(),
        actor="service",
        correlation=ids.new_id(),
        payload=b"{}",
        attempts=1,
        next_try=clock.now(),
        cause="Traceback\nLookupError: nobody",
    )


def test_modules_elsewhere_are_in_the_menu_and_their_pages_under_their_name(settings: Any) -> None:
    settings.TIFFIN_ELSEWHERE = {"rewards": "http://10.0.0.7:8000"}
    page = person("operations").get("/admin/").content.decode()
    assert 'href="/admin/rewards/held-events/"' in page
    assert person("operations").get("/admin/orders/held-events/").status_code == 200

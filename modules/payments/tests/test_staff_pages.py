"""The ledger, the closed days and the mismatches on the staff's pages, and as files."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from modules.payments.models import (
    DayClose,
    Dispute,
    Mismatch,
    MismatchState,
    NoticeState,
    ProviderNotice,
    SandboxCharge,
)
from modules.payments.tests.test_days import JULY, at, begin, paid
from tiffin import clock, ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing import settle, token, waiting

pytestmark = pytest.mark.database


def person(*roles: str, of: str = EVERY_REGION) -> Client:
    client = Client()
    actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=roles, regions=(of,))
    client.cookies[STAFF_COOKIE] = token(actor)
    return client


def table(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture
def mismatch() -> Mismatch:
    earlier = clock.now() - timedelta(hours=2)
    begin(earlier)
    payment = paid(earlier)
    SandboxCharge.objects.filter(key=payment.capture_key).update(amount=2_400)
    settle()
    return Mismatch.objects.get()


def test_the_ledger_is_read_by_party_and_downloaded():
    payment = paid(JULY, amount=2_000)
    page = person("finance").get("/admin/payments/paymententry/?kind=captured").content.decode()
    assert "12.00 GBP + 2.40 GBP tax" in page

    ledger = "/admin/payments/paymententry/export.csv?kind=captured"
    (row,) = table(person("finance", of="gb"), ledger)
    assert (row["order_id"], row["currency"], row["amount"]) == (str(payment.order_id), "GBP", "2000")
    assert (row["restaurant"], row["restaurant_tax"], row["courier"]) == ("1200", "240", "320")
    assert datetime.fromisoformat(row["at"]).utcoffset() == timedelta(hours=1)
    assert table(person("finance", of="pl"), ledger) == []


def test_closed_days_have_their_totals_over_all_pages():
    begin()
    for _ in range(2):
        paid(JULY, amount=2_000)
    at(datetime(2027, 7, 8, 1, 0, tzinfo=UTC))

    page = person("finance").get("/admin/payments/dayclose/?region=gb&kind=captured").content.decode()
    assert "Totals of what is listed" in page
    assert "40.00 GBP" in page

    rows = table(person("finance"), "/admin/payments/dayclose/export.csv?region=gb&kind=captured")
    assert (rows[0]["day"], rows[0]["count"], rows[0]["amount"]) == ("2027-07-05", "2", "4000")
    assert len(rows) == DayClose.objects.filter(region="gb", kind="captured").count() == 3
    assert date.fromisoformat(rows[-1]["day"]) == date(2027, 7, 7)


def test_staff_resolve_a_mismatch_only_with_a_note(mismatch: Mismatch):
    def resolve(client: Client, note: str) -> str:
        chosen = {"action": "resolve", "_selected_action": [str(mismatch.pk)], "note": note}
        return client.post("/admin/payments/mismatch/", chosen, follow=True).content.decode()

    assert "Say in the note what it was" in resolve(person("operations"), "")
    resolve(person("finance"), "looks fine to me")
    mismatch.refresh_from_db()
    assert mismatch.is_open

    resolve(person("operations"), "their report was late")

    mismatch.refresh_from_db()
    assert (mismatch.state_name, mismatch.note) == (MismatchState.RESOLVED, "their report was late")
    assert mismatch.closed_by.startswith("staff")


def test_staff_ask_the_provider_again_and_what_agrees_by_then_is_closed(mismatch: Mismatch):
    SandboxCharge.objects.filter(key=mismatch.key).update(amount=2_500)
    chosen = {"action": "ask_again", "_selected_action": [str(mismatch.pk)]}
    person("operations").post("/admin/payments/mismatch/", chosen, follow=True)
    settle()
    mismatch.refresh_from_db()
    assert mismatch.state_name == MismatchState.AGREED


def test_the_queue_shows_how_old_what_is_open_is_and_both_amounts(mismatch: Mismatch):
    with clock.shift(timedelta(hours=6, minutes=1)):
        page = person("support").get("/admin/payments/mismatch/?state_name=open").content.decode()
    assert "6\xa0hours" in page
    assert "25.00 GBP" in page
    assert "24.00 GBP" in page
    assert "the amounts differ" in page


def test_mismatches_in_a_file_say_what_both_sides_have(mismatch: Mismatch):
    (row,) = table(person("finance"), "/admin/payments/mismatch/export.csv?state_name=open")
    assert (row["payment_id"], row["kind"]) == (str(mismatch.payment_id), mismatch.kind)
    assert (row["ours"], row["theirs"], row["currency"]) == ("2500", "2400", "GBP")
    assert (row["closed_at"], row["note"]) == ("", "")


def test_nobody_without_the_role_has_the_file():
    assert person().get("/admin/payments/paymententry/export.csv").status_code == 403
    assert Client().get("/admin/payments/paymententry/export.csv").status_code == 302


def notice(name: str, state: NoticeState, age: timedelta) -> None:
    kept = ProviderNotice(
        provider="stripe", event_id=name, kind="x", body=b"", size=0, region="gb", state_name=state.value
    )
    kept.save()
    ProviderNotice.objects.filter(pk=kept.pk).update(created_at=clock.now() - age)


def test_what_waits_for_a_person_is_counted_and_one_click_away(mismatch: Mismatch):
    for reference, standing in (("du_open", "open"), ("du_asked", "inquiry"), ("du_won", "won")):
        Dispute(
            payment_id=mismatch.payment_id, reference=reference, reason="x", amount=1, state_name=standing,
            region="gb",
        ).save()  # fmt: skip
    hour = timedelta(hours=1)
    notice("evt_refused", NoticeState.REFUSED, hour)
    notice("evt_refused_long_ago", NoticeState.REFUSED, 30 * hour)
    notice("evt_late", NoticeState.RECEIVED, hour)
    notice("evt_new", NoticeState.RECEIVED, timedelta())
    notice("evt_done", NoticeState.PROCESSED, hour)
    staff = person("finance")
    found = {name.removeprefix("payments: "): each for name, each in waiting(staff).items()}
    assert {name: count for name, (count, _) in found.items() if count != "0"} == {
        "Mismatches": "1",
        "Disputes to answer": "2",
        "Notices refused": "1",
        "Notices overdue": "1",
    }
    listed = {name: staff.get(link).content.decode() for name, (_, link) in found.items()}
    assert "du_open" in listed["Disputes to answer"]
    assert "du_won" not in listed["Disputes to answer"]
    of = {event: str(ProviderNotice.objects.get(event_id=event).pk) for event in ("evt_refused", "evt_late")}
    assert of["evt_refused"] in listed["Notices refused"]
    assert of["evt_late"] in listed["Notices overdue"]
    assert of["evt_late"] not in listed["Notices refused"]
    assert str(mismatch.pk) in listed["Mismatches"]
    elsewhere = waiting(person("finance", of="pl"))
    assert {count for count, _ in elsewhere.values()} == {"0"}


def test_payments_and_disputes_in_files(database: object) -> None:
    payment = paid(clock.now())
    Dispute.objects.create(
        payment=payment, region="gb", reference="du_1", amount=700, reason="fraudulent", state_name="open",
        answer_by=datetime(2030, 7, 1, 12, tzinfo=UTC),
    )  # fmt: skip
    finance = person("finance")
    (row,) = table(finance, "/admin/payments/payment/export.csv?made=hour")
    assert (row["id"], row["order_id"]) == (str(payment.id), str(payment.order_id))
    assert (row["state_name"], row["amount"], row["currency"]) == ("captured", str(payment.amount), "GBP")
    (case,) = table(finance, "/admin/payments/dispute/export.csv?state_name__exact=open")
    assert (case["reference"], case["amount"], case["order_id"]) == ("du_1", "700", str(payment.order_id))
    assert case["answer_by"] == "2030-07-01T13:00:00+01:00"
    for file in ("payment", "dispute"):
        assert table(person("finance", of="pl"), f"/admin/payments/{file}/export.csv") == []

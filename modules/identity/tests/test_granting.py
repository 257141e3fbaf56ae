"""Who may make whom staff, and where: only admins, within their regions."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from modules.identity import selectors, services
from modules.identity.errors import GrantRefused, GrantUnknown
from modules.identity.interface import AccountKind, Identity
from modules.identity.models import Account, Grant
from modules.identity.tests.people import PASSWORD, a_customer, staff
from tiffin import context, ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call

pytestmark = pytest.mark.database
RESTAURANT = str(ids.new_id())


def pages_of(account: Account) -> Client:
    """The staff's pages as this account sees them."""
    client = Client()
    token = call(Identity).staff_login(email=account.email, password=PASSWORD)
    client.cookies[STAFF_COOKIE] = token.access_token
    return client


def grant(client: Client, account: Account, role: str, scope: str) -> Any:
    form = {"account": str(account.id), "role": role, "scope": scope}
    return client.post("/admin/identity/grant/add/", form, follow=True)


def withdraw(client: Client, granted: Grant) -> Any:
    chosen = {"action": "withdraw", "_selected_action": [str(granted.id)]}
    return client.post("/admin/identity/grant/", chosen, follow=True)


def grants_of(account: Account) -> set[tuple[str, str]]:
    return set(account.grants.values_list("role", "scope"))


@pytest.fixture
def admin() -> Account:
    return staff("admin@example.com", role="admin", region="gb")


@pytest.fixture
def operations() -> Account:
    return staff("operations@example.com", role="operations", region="gb")


def test_operations_neither_grant_nor_withdraw(operations: Account) -> None:
    pages = pages_of(operations)

    assert grant(pages, operations, "operations", "pl").status_code == 403
    withdraw(pages, operations.grants.get())

    assert grants_of(operations) == {("operations", "gb")}


def test_an_admin_grants_and_withdraws_within_the_own_region(admin: Account, operations: Account) -> None:
    pages = pages_of(admin)

    assert grant(pages, operations, "support", "gb").status_code == 200
    assert grants_of(operations) == {("operations", "gb"), ("support", "gb")}
    withdraw(pages, operations.grants.get(role="operations"))

    assert grants_of(operations) == {("support", "gb")}


@pytest.mark.parametrize("scope", ["pl", "", RESTAURANT])
def test_an_admin_of_a_region_grants_nothing_elsewhere(admin: Account, scope: str) -> None:
    answer = grant(pages_of(admin), admin, "admin", scope)

    assert b"Only the role admin grants" in answer.content
    assert grants_of(admin) == {("admin", "gb")}


@pytest.mark.parametrize("scope", ["pl", ""])
def test_an_admin_of_a_region_gives_nothing_to_who_works_elsewhere_too(admin: Account, scope: str) -> None:
    """Whose token would claim the new role there as well."""
    roaming = staff("roaming@example.com", role="support", region=scope)

    grant(pages_of(admin), roaming, "admin", "gb")

    assert grants_of(roaming) == {("support", scope)}


def test_an_admin_of_a_region_does_not_see_or_withdraw_what_is_granted_elsewhere(admin: Account) -> None:
    roaming = staff("roaming@example.com", region="")
    pages = pages_of(admin)

    page = pages.get("/admin/identity/grant/").content
    withdraw(pages, roaming.grants.get())

    assert b"admin@example.com" in page
    assert b"roaming@example.com" not in page
    assert grants_of(roaming) == {("support", "")}


def test_an_admin_of_every_region_grants_everywhere() -> None:
    boss, sam = staff("boss@example.com", role="admin", region=""), staff()

    grant(pages_of(boss), sam, "operations", "pl")
    grant(pages_of(boss), sam, "finance", "")

    assert grants_of(sam) == {("support", "gb"), ("operations", "pl"), ("finance", "")}


@pytest.mark.parametrize(
    ("kind", "role", "scope"),
    [
        (AccountKind.STAFF, "owner", "gb"),
        (AccountKind.STAFF, "support", "atlantis"),
        (AccountKind.STAFF, "restaurant", RESTAURANT),
        (AccountKind.COURIER, "admin", "gb"),
        (AccountKind.RESTAURANT, "restaurant", "gb"),
        (AccountKind.CUSTOMER, "customer", "gb"),
    ],
)
def test_what_there_is_not_is_not_granted(kind: AccountKind, role: str, scope: str) -> None:
    account = services.create_account(email="x@example.com", password=PASSWORD, kind=kind, region="gb")

    with pytest.raises(GrantUnknown):
        services.grant(account_id=account.id, role=role, scope=scope)


def test_restaurants_and_couriers_are_granted_theirs() -> None:
    for kind, scope in ((AccountKind.RESTAURANT, RESTAURANT), (AccountKind.COURIER, "pl")):
        account = services.create_account(
            email=f"{kind.value}@example.com", password=PASSWORD, kind=kind, region="gb"
        )
        services.grant(account_id=account.id, role=kind.value, scope=scope)
        assert grants_of(account) == {(kind.value, scope)}


def test_nobody_but_staff_grants(operations: Account) -> None:
    customer = a_customer()
    asking = Actor(kind=ActorKind.CUSTOMER, id=customer.id, roles=("admin",))

    with context.use(context.Context(actor=asking, correlation=ids.new_id())), pytest.raises(GrantRefused):
        services.grant(account_id=operations.id, role="admin", scope="gb")


def test_an_account_of_no_region_is_for_those_who_work_everywhere(admin: Account) -> None:
    nobodys = a_customer("zofia@nowhere.example")
    page = f"/admin/identity/account/{nobodys.pk}/change/"

    regional = pages_of(admin)
    assert nobodys.email not in regional.get("/admin/identity/account/").content.decode()
    assert regional.get(page).status_code == 302

    everywhere = pages_of(staff("all@example.com", role="admin", region=""))
    assert nobodys.email in everywhere.get("/admin/identity/account/").content.decode()
    assert everywhere.get(page).status_code == 200


def test_nothing_is_granted_to_somebody_who_cannot_be_seen(admin: Account) -> None:
    polish = services.create_account(
        email="pl@example.com", password=PASSWORD, kind=AccountKind.STAFF, region="pl"
    )

    grant(pages_of(admin), polish, "support", "gb")

    assert grants_of(polish) == set()


def test_who_has_lost_every_grant_works_nowhere() -> None:
    courier = services.create_account(
        email="courier@example.com",
        password=PASSWORD,
        kind=AccountKind.COURIER,
        region="gb",
        grants=[("courier", "gb")],
    )
    assert selectors.scopes_of(courier).regions == ("gb",)

    services.withdraw_grant(grant_id=courier.grants.get().id)

    assert selectors.scopes_of(Account.objects.get(pk=courier.pk)).regions == ()

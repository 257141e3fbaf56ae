"""Coming in, staying in and going out, at each of the three doors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from modules.storefront.tests.people import PASSWORD, Customer, courier, kitchen, open_noodle_bar, presses
from tiffin import clock

pytestmark = pytest.mark.database

LOGGED_IN = "My orders"


def home(browser: Client) -> str:
    return browser.get("/").content.decode()


def test_whoever_registers_is_in():
    customer = Customer()

    answer = customer.registers()

    assert answer.status_code == 302
    assert LOGGED_IN in home(customer.browser)
    cookie = customer.browser.cookies["tiffin_access"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize(("changes", "status", "says"), [
    ({"password": "short"}, 422, "too short"),
    ({"email": "zofia@example.com"}, 409, "There is an account"),
])  # fmt: skip
def test_what_registering_refuses_is_explained(changes, status, says):
    Customer().registers()

    answer = Customer().registers(**({"email": "another@example.com"} | changes))

    assert answer.status_code == status
    assert says in answer.content.decode()


def test_a_wrong_password_is_told():
    Customer().registers()

    answer = Client().post("/login", {"email": "zofia@example.com", "password": "a wrong one"})

    assert answer.status_code == 401
    assert "do not belong to an account" in answer.content.decode()


def test_logging_in_goes_on_where_one_was_and_nowhere_else():
    Customer().registers()
    form = {"email": "zofia@example.com", "password": PASSWORD}

    assert Client().post("/login?next=/orders/", form)["Location"] == "/orders/"
    assert Client().post("/login?next=https://evil.example/", form)["Location"] == "/"


def test_a_visit_outlives_its_access_token():
    customer = Customer()
    customer.registers()

    with clock.shift(timedelta(minutes=20)):
        del customer.browser.cookies["tiffin_access"]  # browsers drop it at its end

        assert LOGGED_IN in home(customer.browser)
        assert customer.browser.cookies["tiffin_access"].value


def test_logging_out_is_for_good():
    customer = Customer()
    customer.registers()
    refresh = customer.browser.cookies["tiffin_refresh"].value

    answer = customer.browser.post("/logout")

    # Whoever uses the browser next finds no basket, and hears nothing.
    assert answer["Clear-Site-Data"] == '"storage"'
    assert LOGGED_IN not in home(customer.browser)
    customer.browser.cookies["tiffin_refresh"] = refresh
    assert LOGGED_IN not in home(customer.browser)


def test_a_part_of_a_page_tells_that_the_visit_is_over():
    assert Client().get("/courier/panel", headers={"X-Fragment": "1"}).status_code == 401


def test_another_sites_form_is_refused():
    answer = Client(enforce_csrf_checks=True).post("/login", {"email": "a@example.com", "password": "x"})

    assert answer.status_code == 403


def test_each_door_is_for_its_own_people():
    customer = Customer()
    customer.registers()
    form = {"email": "zofia@example.com", "password": PASSWORD}

    assert customer.browser.get("/restaurant/")["Location"].startswith("/restaurant/login")
    assert Client().post("/restaurant/login", form).status_code == 401
    assert Client().post("/courier/login", form).status_code == 401


def test_one_browser_may_play_all_three():
    noodle_bar = open_noodle_bar()
    browser = kitchen(noodle_bar.id)
    browser.cookies.update(courier().cookies)
    browser.post("/register", {"email": "zofia@example.com", "password": PASSWORD})

    pages = [browser.get(path).status_code for path in ("/orders/", "/restaurant/", "/courier/")]

    assert pages == [200, 200, 200]


def test_a_kitchen_takes_a_break():
    cook = kitchen(open_noodle_bar().id)

    presses(cook, "/restaurant/", "/restaurant/[^/]+/pause", minutes="30")
    assert "takes no orders until" in Client().get("/r/noodle-bar/").content.decode()

    presses(cook, "/restaurant/", "/restaurant/[^/]+/pause")
    assert "takes no orders" not in Client().get("/r/noodle-bar/").content.decode()


def test_a_kitchen_says_what_is_sold_out():
    noodle_bar = open_noodle_bar()
    cook = kitchen(noodle_bar.id)
    menu = f"/restaurant/{noodle_bar.id}/menu"

    presses(cook, menu, f'/restaurant/{noodle_bar.id}/items/[^"]+', available="no")

    assert "Sold out" in Client().get("/r/noodle-bar/").content.decode()
    assert "It is shown as sold out." in cook.get(menu).content.decode()


def test_a_kitchen_sees_only_its_own():
    noodle_bar = open_noodle_bar()
    stranger = kitchen()

    assert "No restaurant belongs to this account." in stranger.get("/restaurant/").content.decode()
    assert stranger.get(f"/restaurant/{noodle_bar.id}/menu").status_code == 302


def test_a_courier_says_where():
    open_noodle_bar()
    rider = courier()

    rider.post("/courier/shift/start", {"area": "london:Nowhere"})
    assert "Please choose where you are." in rider.get("/courier/").content.decode()

    rider.post("/courier/shift/start", {"area": "london:Soho"})
    assert "Waiting for an offer" in rider.get("/courier/").content.decode()
    assert rider.post("/courier/report", {"lat": "51.5", "lon": "-0.13"}).status_code == 204
    assert rider.post("/courier/report", {"lat": "north"}).status_code == 422

    rider.post("/courier/shift/end")
    assert "Start your shift" in rider.get("/courier/").content.decode()

"""Logging in, and what a customer has of their own."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.acceptance.people import PASSWORD, Customer
from tests.matrix.api_scenes.scenes import ADDRESS, scene
from tests.matrix.stage import Scene, Stage, seen


@scene("POST /auth/signup")
def a_new_address(stage: Stage) -> Scene:
    return Scene(body=lambda: {"email": f"{uuid4()}@matrix.example", "password": PASSWORD})


@scene("POST /auth/login")
def the_customers_password(stage: Stage) -> Scene:
    return Scene(body={"email": stage.cast.customer.email, "password": PASSWORD})


@scene("POST /auth/refresh")
def a_refresh_token(stage: Stage) -> Scene:
    """Each answer replaces it."""
    someone = stage.cast.new_customer()
    credentials = {"email": someone.email, "password": PASSWORD}
    tokens = [someone.http.post("/auth/login", json=credentials).json()["meta"]["refresh_token"]]
    return Scene(
        body=lambda: {"refresh_token": tokens[-1]},
        told=lambda answer: tokens.append(answer.json()["data"]["refresh_token"]),
    )


@scene("DELETE /auth/session")
def sessions_of_their_own(stage: Stage) -> Scene:
    """Whoever logs out voids all their tokens: others do it here than in the other rows."""
    cast = stage.cast
    return Scene(
        tokens={
            "customer": cast.new_customer().token,
            "customer2": cast.new_customer().token,
            "restaurant": cast.worker("spare kitchen matrix-gb").token,
            "restaurant2": cast.worker("spare kitchen matrix-pl").token,
            "courier": cast.worker("spare courier gb").token,
            "courier2": cast.worker("spare courier pl").token,
            "staff": cast.staff_token("spare of nowhere"),
        }
    )


# --- a customer's own


@scene("GET /me", "GET /me/export")
def the_customer(stage: Stage) -> Scene:
    return Scene(shows=stage.cast.customer.id)


@scene("PATCH /me")
def a_new_name(stage: Stage) -> Scene:
    customer = stage.cast.customer
    return Scene(body={"name": f"Ada {uuid4()}"}, shows=customer.id, look=seen(customer, "/me"))


@scene("DELETE /me")
def somebody_leaving(stage: Stage) -> Scene:
    """customer2 knows a password, but of somebody else."""
    leaving = stage.cast.new_customer()
    other = Customer(stage.cast.platform.base_url, stage.cast.pl)
    secret = f"of {leaving.email}"
    leaving.email = f"{uuid4()}@matrix.example"
    leaving.enter("/auth/signup", leaving.email, secret)
    return Scene(
        body={"password": secret},
        tokens={"customer": leaving.token, "customer2": other.token},
        keys=(leaving.id, other.id),
    )


@scene("GET /me/addresses")
def kept_addresses(stage: Stage) -> Scene:
    return Scene(shows=stage.address())


@scene("POST /me/addresses")
def another_address(stage: Stage) -> Scene:
    def look() -> Any:
        return [address["id"] for address in stage.cast.customer.get("/me/addresses").json()["results"]]

    return Scene(body=ADDRESS, look=look)


@scene(
    "GET /me/addresses/{address_id}", "PUT /me/addresses/{address_id}", "DELETE /me/addresses/{address_id}"
)
def one_address(stage: Stage) -> Scene:
    kept = stage.address()

    def look() -> Any:
        """Without the ticket, which is signed anew each time."""
        found = stage.cast.customer.get("/me/addresses").json()["results"]
        return [address["street"] for address in found if address["id"] == kept]

    return Scene(path={"address_id": kept}, body=ADDRESS, shows=kept, look=look)

"""What customers hear."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.acceptance.people import Customer
from tests.matrix.api_scenes.scenes import scene
from tests.matrix.stage import Scene, Stage, seen


@scene("GET /notifications/preferences", "PUT /notifications/preferences")
def a_language(stage: Stage) -> Scene:
    """Another one each time, so that choosing it changes something."""
    customer = stage.cast.customer
    chosen = customer.get("/notifications/preferences").json()["language"]
    wanted = {
        "language": "en" if chosen == "pl" else "pl",
        "unwanted": ["order_feedback"],
        "unwanted_push": ["order_accepted"],
    }
    _write(
        customer, "PUT", "/notifications/preferences", {"language": chosen, "unwanted": ["order_feedback"]}
    )
    return Scene(body=wanted, shows="order_feedback", look=seen(customer, "/notifications/preferences"))


@scene("GET /notifications/browsers", "POST /notifications/browsers")
def a_browser(stage: Stage) -> Scene:
    _another_browser(stage)
    return Scene(
        body=_browser,
        shows="https://push.example.com/kept/",
        look=seen(stage.cast.customer, "/notifications/browsers"),
        after=lambda: _remove_all(stage, "browsers"),
    )


@scene("DELETE /notifications/browsers/{browser_id}")
def one_browser(stage: Stage) -> Scene:
    look = seen(stage.cast.customer, "/notifications/browsers")
    return Scene(path={"browser_id": _another_browser(stage)}, look=look)


@scene("GET /notifications/webhooks", "POST /notifications/webhooks")
def a_webhook(stage: Stage) -> Scene:
    _another_webhook(stage)
    return Scene(
        body=lambda: {"url": f"https://example.com/{uuid4()}"},
        shows="https://example.com/kept/",
        look=seen(stage.cast.customer, "/notifications/webhooks"),
        after=lambda: _remove_all(stage, "webhooks"),
    )


@scene("DELETE /notifications/webhooks/{webhook_id}")
def one_webhook(stage: Stage) -> Scene:
    look = seen(stage.cast.customer, "/notifications/webhooks")
    return Scene(path={"webhook_id": _another_webhook(stage)}, look=look)


def _browser(path: str = "new") -> dict[str, Any]:
    return {
        "endpoint": f"https://push.example.com/{path}/{uuid4()}",
        "keys": {
            "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1Xbjh"
            "azAkj7I99e8QcYP7DkM",
            "auth": "tBHItJI5svbpez7KI4CCXg",
        },
    }


def _another_browser(stage: Stage) -> str:
    return str(stage.cast.customer.post("/notifications/browsers", _browser("kept")).json()["id"])


def _another_webhook(stage: Stage) -> str:
    body = {"url": f"https://example.com/kept/{uuid4()}"}
    return str(stage.cast.customer.post("/notifications/webhooks", body).json()["id"])


def _remove_all(stage: Stage, kind: str) -> None:
    customer = stage.cast.customer
    for each in customer.get(f"/notifications/{kind}").json()[kind]:
        _write(customer, "DELETE", f"/notifications/{kind}/{each['id']}")


def _write(customer: Customer, method: str, path: str, body: Any = None) -> None:
    answer = customer.http.request(method, path, json=body, headers=customer._headers())
    assert answer.is_success, answer.text

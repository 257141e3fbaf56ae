"""A client that holds the answer already is told so."""

from __future__ import annotations

import pytest

from tiffin.testing import api
from tiffin.web.tests.toy import Versioned

pytestmark = pytest.mark.urls("tiffin.web.tests.toy")


@pytest.mark.parametrize("path", ["/api/v1/toy/versioned", "/api/v1/toy/hashed"])
def test_unchanged_is_304_and_changed_is_sent(path: str) -> None:
    client = api()
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": f'"other", {first["ETag"]}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == "private, no-cache"

    Versioned.state = {"version": Versioned.state["version"] + 1}
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_with_a_version_the_view_does_not_run() -> None:
    client = api()
    etag = client.get("/api/v1/toy/versioned")["ETag"]
    Versioned.runs = 0

    client.get("/api/v1/toy/versioned", headers={"If-None-Match": etag})

    assert Versioned.runs == 0

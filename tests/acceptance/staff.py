"""Staff at their pages, with the login of the demo."""

from __future__ import annotations

import re

import httpx

from tiffin.testing.running import Platform


def log_in(staff: httpx.Client, platform: Platform) -> None:
    login = next(each for each in platform.demo["logins"] if each["role"].startswith("staff"))
    form = staff.get("/admin/login/").text
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[:1]
    known = {"username": login["email"], "password": login["password"]}
    answer = staff.post("/admin/login/", data={"csrfmiddlewaretoken": token, **known})
    assert answer.url.path == "/admin/"

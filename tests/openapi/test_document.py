"""The API's document is whole: nothing in it had to be guessed."""

from __future__ import annotations

import pytest
from django.core.management import call_command


def test_it_is_made_without_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--file", "/dev/null")
    assert capsys.readouterr().err == ""

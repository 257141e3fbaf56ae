"""What fields of requests take, and who uses them."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from rest_framework import serializers

from tiffin.testing.services import ROOT
from tiffin.web.fields import IdField

TEXT = "01934000-0000-7000-8000-000000000001"


def test_an_id_is_text() -> None:
    assert IdField().run_validation(TEXT) == UUID(TEXT)
    for wrong in (True, 7, [TEXT], {"id": TEXT}, "soup", None, ""):
        with pytest.raises(serializers.ValidationError):
            IdField().run_validation(wrong)


def test_every_id_that_is_asked_for_is_such_a_field() -> None:
    sources = [file for file in Path(ROOT, "modules").rglob("rest/**/*.py") if "tests" not in file.parts]
    assert sources
    assert [str(file) for file in sources if "UUIDField" in file.read_text()] == []

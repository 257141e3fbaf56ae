"""Whatever is sent by whomever: an answer that the OpenAPI document describes, and never a fault of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.matrix.cast import Cast

pytestmark = [pytest.mark.platform, pytest.mark.full]

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
EXAMPLES = 10
WHO = ("anonymous", "customer", "restaurant", "courier")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", WHO)
def test_every_answer_is_one_that_is_described(who: str, cast: Cast, tmp_path: Path) -> None:
    program = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{cast.platform.base_url}/api/v1/openapi.json",
        "--checks",
        ",".join(CHECKS),
        "--phases",
        "examples,fuzzing",
        "--max-examples",
        str(EXAMPLES),
        "--suppress-health-check",
        "all",
        "--no-shrink",
        "--continue-on-failure",
        # Whoever logs out asks no more.
        "--exclude-path",
        "/api/v1/auth/session",
    ]
    if who != "anonymous":
        (asker,) = cast.everybody()[who]
        program += ["--header", f"Authorization: Bearer {asker.token}"]
    run = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]

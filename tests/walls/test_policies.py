"""Policies of a region are pure; one that is not is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiffin.walls.policies import impurities
from tiffin.walls.source import SourceFile

QUESTION = "from modules.orders.policies import PlacingFacts, PlacingPolicy\n"


def regional(body: str) -> SourceFile:
    return SourceFile(path=Path("regions/xx/orders.py"), name="regions.xx.orders", text=QUESTION + body)


@pytest.mark.parametrize(
    "body",
    [
        "from django.conf import settings\n",
        "from tiffin import clock\n",
        "from tiffin.interfaces import call\n",
        "from tiffin.jobs import add\n",
        "from modules.orders.services import place_order\n",
        "from modules.payments.policies import RefundPolicy\n",
        "import httpx\n",
        "import random\n",
        "from datetime import datetime\nat = datetime.now()\n",
        "from datetime import date\nday = date.today()\n",
        "import uuid\nkey = uuid.uuid4()\n",
        "def f():\n    return open('/etc/hostname').read()\n",
        "class A(PlacingPolicy):\n    def refusal(self, facts):\n        self.asked = True\n",
        "class A(PlacingPolicy):\n    def refusal(self, facts):\n        facts.subtotal = 0\n",
        "class A(PlacingPolicy):\n    def refusal(self, facts):\n        self.seen[facts] = 1\n",
        "SEEN = {}\ndef f(facts):\n    SEEN[facts] = 1\n",
        "seen = 0\ndef f():\n    global seen\n    seen += 1\n",
        "async def f():\n    await g()\n",
    ],
)
def test_an_impure_policy_is_found(body: str) -> None:
    assert list(impurities(regional(body)))


def test_a_pure_one_is_not() -> None:
    body = (
        "from datetime import time\nfrom decimal import Decimal\nfrom tiffin.money import Money\n"
        "LAST = time(23, 0)\nclass Early(PlacingPolicy):\n    def refusal(self, facts):\n"
        "        by_kind = {}\n        by_kind['a'] = 1\n"
        "        return 'Too late.' if facts.now_local.time() >= LAST else None\n"
    )
    assert list(impurities(regional(body))) == []

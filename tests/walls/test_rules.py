"""Each rule that imports cannot show: the tree holds it, and a module that breaks it is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.walls.tree import modules_of
from tiffin.walls import RULES, SourceFile

ROOT = Path(__file__).parents[2]

MODELS = "from django.conf import settings\nfrom django.db import models\n"

BREAKING = [
    (
        "relation to another module",
        "orders/models.py",
        MODELS
        + "class Order(models.Model):\n    paid = models.ForeignKey('payments.Payment', models.PROTECT)\n",
    ),
    (
        "relation to another module",
        "orders/models.py",
        MODELS + "class Order(models.Model):\n    tags = models.ManyToManyField(to='restaurants.Tag')\n",
    ),
    (
        "relation to another module",
        "orders/models.py",
        "from django.contrib.auth.models import Group\nfrom django.db.models import CASCADE, OneToOneField\n"
        "group = OneToOneField(Group, CASCADE)\n",
    ),
    (
        "foreign key to the user model",
        "orders/models.py",
        MODELS + "customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)\n",
    ),
    (
        "foreign key to the user model",
        "orders/models.py",
        MODELS + "from django.contrib.auth import get_user_model\n"
        "customer = models.ForeignKey(get_user_model(), models.PROTECT)\n",
    ),
    (
        "generic key",
        "orders/models.py",
        "from django.contrib.contenttypes.fields import GenericForeignKey\ntarget = GenericForeignKey()\n",
    ),
    (
        "migration that depends on another module",
        "orders/migrations/0001_initial.py",
        "from django.db import migrations\nclass Migration(migrations.Migration):\n"
        "    dependencies = [('payments', '0001_initial')]\n",
    ),
    (
        "migration that depends on another module",
        "orders/migrations/0001_initial.py",
        "from django.conf import settings\nfrom django.db import migrations\n"
        "class Migration(migrations.Migration):\n"
        "    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]\n",
    ),
    (
        "migration that depends on another module",
        "orders/migrations/0002_next.py",
        "class Migration:\n    run_before = [('delivery', '0001_initial')]\n",
    ),
    (
        "model looked up by name",
        "orders/services.py",
        "from django.apps import apps\nPayment = apps.get_model('payments', 'Payment')\n",
    ),
    (
        "model looked up by name",
        "orders/migrations/0002_fill.py",
        "def fill(apps, editor):\n    apps.get_model('payments.Payment').objects.all()\n",
    ),
    (
        "database alias",
        "orders/services.py",
        "def f(Order):\n    return Order.objects.using('payments').all()\n",
    ),
    ("database alias", "orders/services.py", "def f(order):\n    order.save(using='orders')\n"),
    ("database alias", "orders/services.py", "def f(Order):\n    Order.objects.db_manager('orders')\n"),
    ("transaction of Django's", "orders/services.py", "from django.db import transaction\n"),
    ("transaction of Django's", "orders/services.py", "from django.db.transaction import atomic\n"),
    ("transaction of Django's", "orders/services.py", "import django.db.transaction as t\n"),
    (
        "connection of Django's",
        "orders/selectors.py",
        "from django.db import connections\nconnections['payments']\n",
    ),
    ("connection of Django's", "orders/selectors.py", "from django.db import connection\n"),
    ("connection of Django's", "orders/selectors.py", "import psycopg\n"),
    ("signal", "orders/apps.py", "from django.db.models.signals import post_save\n"),
    ("signal", "orders/handlers.py", "from django.dispatch import receiver\n"),
    ("task", "orders/jobs.py", "from celery import shared_task\n"),
    ("task", "orders/services.py", "def f(app):\n    app.send_task('payments.capture')\n"),
    (
        "call in a handler",
        "orders/handlers.py",
        "from modules.payments.interface import Payments\nfrom tiffin.interfaces import call\n"
        "def on_placed(event):\n    call(Payments).authorise(key='1')\n",
    ),
    ("reading where it runs", "orders/services.py", "import os\nHOST = os.environ['HOSTNAME']\n"),
    ("reading where it runs", "orders/services.py", "from os import getenv\n"),
    ("reading where it runs", "orders/services.py", "from tiffin.remote import home_of\n"),
    (
        "reading where it runs",
        "orders/services.py",
        "from django.conf import settings\nAWAY = settings.TIFFIN_ELSEWHERE\n",
    ),
    ("reading where it runs", "orders/services.py", "import socket\nhere = socket.gethostname()\n"),
    (
        "reading where it runs",
        "orders/services.py",
        "from django.conf import settings\nalone = settings.TIFFIN_MODULES == ('orders',)\n",
    ),
    (
        "reading where it runs",
        "orders/services.py",
        "from django.conf import settings\nshared = settings.DATABASES['orders']\n",
    ),
    (
        "reading where it runs",
        "orders/services.py",
        "from django.apps import apps\nnear = apps.is_installed('modules.payments')\n",
    ),
    ("reading where it runs", "orders/services.py", "from config.modules import MODULES\n"),
    ("naming a country", "orders/services.py", "def f(order):\n    return order.region == 'gb'\n"),
    ("naming a country", "orders/services.py", "def f(region):\n    return region.code in ('pl', 'gb')\n"),
    (
        "naming a country",
        "orders/services.py",
        "def f(region):\n    match region.code:\n        case 'gb':\n            return 1\n",
    ),
    (
        "naming a country",
        "orders/services.py",
        "def f(order):\n    return {'gb': 1, 'pl': 2}[order.region]\n",
    ),
    ("impure policy", "orders/policies.py", "from tiffin import clock\n"),
    ("impure policy", "orders/policies.py", "from modules.orders.selectors import get_order\n"),
    ("app under another name", "orders/apps.py", "class OrdersConfig:\n    label = 'order'\n"),
    ("room of another module", "orders/services.py", "from modules.payments.models import Payment\n"),
    ("room of another module", "orders/services.py", "import modules.payments.services\n"),
    ("room of another module", "orders/services.py", "from modules import payments\n"),
    ("room of another module", "orders/services.py", "from modules.payments.policies import RefundPolicy\n"),
    ("room of another module", "orders/services.py", "from ..payments.selectors import get_payment\n"),
    (
        "room of another module",
        "orders/services.py",
        "from modules.payments.interface.views import PaymentView\n",
    ),
]

HARMLESS = {
    "orders/models.py": MODELS
    + "class Line(models.Model):\n    order = models.ForeignKey('orders.Order', models.CASCADE)\n"
    "    option_of = models.ForeignKey('self', models.CASCADE)\n    customer_id = models.UUIDField()\n",
    "orders/migrations/0002_fill.py": "class Migration:\n"
    "    dependencies = [('orders', '0001_initial'), ('kernel', '0001_initial')]\n"
    "def fill(apps, editor):\n    apps.get_model('orders', 'Order')\n",
    "orders/services.py": "from django.conf import settings\n"
    "from modules.payments.interface import Payments\nfrom modules.payments.events import PaymentAuthorised\n"
    "from tiffin import db\nfrom tiffin.interfaces import call\n"
    "def place(region):\n    with db.transaction():\n"
    "        return region.policy(object), settings.TEST_CARDS, region.code == ''\n"
    "def ask():\n    return call(Payments).get_many(payment_ids=[])\n",
    "orders/policies.py": "from modules.orders.interface import Axes\nfrom tiffin.regions import Policy\n",
    "orders/apps.py": "class OrdersConfig:\n    name = 'modules.orders'\n    label = 'orders'\n",
    "orders/tests/test_x.py": "from django.db import connection\n",
    "identity/models.py": "from django.contrib.auth.models import Group\nfrom django.db import models\n"
    "group = models.ForeignKey(Group, models.CASCADE)\n"
    "account = models.ForeignKey('identity.Account', models.CASCADE)\n",
    "identity/migrations/0001_initial.py": "class Migration:\n    dependencies = [('auth', '0012_x')]\n",
}


@pytest.mark.parametrize("name", RULES)
def test_no_module_breaks_it(name: str, tree: list[SourceFile]) -> None:
    assert [str(finding) for file in tree for finding in RULES[name](file)] == []


@pytest.mark.parametrize(("name", "path", "source"), BREAKING)
def test_a_module_that_breaks_it_is_found(name: str, path: str, source: str, tmp_path: Path) -> None:
    files = modules_of(tmp_path, {f"modules/{path}": source})
    found = [finding for file in files for finding in RULES[name](file)]
    assert found, f"nobody noticed: {name}"
    assert all(finding.line <= source.count("\n") for finding in found)


def test_each_rule_has_a_module_that_breaks_it() -> None:
    assert {name for name, _, _ in BREAKING} == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_what_stays_within_the_module_breaks_nothing(name: str, tmp_path: Path) -> None:
    files = modules_of(tmp_path, {f"modules/{path}": source for path, source in HARMLESS.items()})
    assert [str(finding) for file in files for finding in RULES[name](file)] == []

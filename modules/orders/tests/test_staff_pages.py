"""Orders on the staff's pages."""

from __future__ import annotations

import pytest
from django.test import Client

from modules.orders.interface import Status
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from tiffin.testing import settle

pytestmark = pytest.mark.database

"""The deployable's settings, and the saboteur."""

import os

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.sabotage"]
LOSE_ONE_IN = int(os.environ["TIFFIN_SABOTAGE_ONE_IN"])

"""The platform's settings, and the counting."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as _PLATFORM

INSTALLED_APPS = [*_PLATFORM, "bench.counting"]

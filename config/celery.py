"""The worker and the beat: `celery -A config worker`, `celery -A config beat`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from config import flags  # noqa: E402
from tiffin.moving.app import make_app  # noqa: E402

flags.connect()
app = make_app()

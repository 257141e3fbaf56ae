"""The worker and the beat: `celery -A config worker`, `celery -A config beat`."""

import os

import django
from celery.signals import worker_ready

from config import flags
from tiffin import serving
from tiffin.moving.app import make_app
from tiffin.starting import prepare

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
prepare()
flags.connect()
app = make_app()


@worker_ready.connect(weak=False)
def serve(**_: object) -> None:
    """A worker asks modules as pages do: for an ad below an e-mail."""
    serving.start()

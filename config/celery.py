"""The worker and the beat: `celery -A config worker`, `celery -A config beat`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from celery.signals import worker_ready  # noqa: E402

from config import flags  # noqa: E402
from tiffin import serving  # noqa: E402
from tiffin.moving.app import make_app  # noqa: E402
from tiffin.starting import prepare  # noqa: E402

prepare()
flags.connect()
app = make_app()


@worker_ready.connect(weak=False)
def serve(**_: object) -> None:
    """A worker asks modules as pages do: for an ad below an e-mail."""
    serving.start()

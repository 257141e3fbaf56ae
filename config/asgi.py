"""The stream process: `gunicorn config.asgi -k uvicorn_worker.UvicornWorker`."""

import os
from importlib import import_module

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler

from config import flags
from config.following import follow
from tiffin.starting import prepare
from tiffin.web.bodies import limit_streams
from tiffin.web.defaults import LIVE_MIDDLEWARE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)
import_module(settings.ROOT_URLCONF)  # else the first request does, in a thread
prepare()
settings.MIDDLEWARE = LIVE_MIDDLEWARE  # once allauth has looked for its own
application = limit_streams(ASGIHandler())
flags.connect()
follow()

"""The stream process: `gunicorn config.asgi -k uvicorn_worker.UvicornWorker`."""

import os

from django.core.asgi import get_asgi_application

from config.following import follow
from tiffin.web.bodies import limit_streams

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = limit_streams(get_asgi_application())
follow()

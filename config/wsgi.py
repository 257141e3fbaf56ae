"""The web process: `gunicorn config.wsgi`."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config import flags
from config.following import follow
from tiffin import serving
from tiffin.starting import prepare

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # else the first request does, in a thread
prepare()
flags.connect()
follow()
serving.start()

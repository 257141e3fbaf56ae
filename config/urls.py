"""Where everything answers: the API of each module, the staff's pages, and what every deployable says."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from tiffin.admin.site import site

API = "api/v1/"


def _rooms(room: str) -> list[str]:
    """The modules' url files of this name, for those that have one."""
    names = (f"modules.{module}.{room}" for module in settings.HELD)
    return [name for name in names if _exists(name)]


def _exists(name: str) -> bool:
    package = name.rpartition(".")[0]
    return find_spec(package) is not None and find_spec(name) is not None


urlpatterns = [
    path("", include("tiffin.web.urls")),
    path("admin/", site.urls),
    *(path(API, include(name)) for name in _rooms("rest.urls")),
    *(path("", include(name)) for name in _rooms("rest.page_urls")),
    *(path("", include(name)) for name in _rooms("urls")),
]

handler400 = "tiffin.web.answers.bad_request"
handler403 = "tiffin.web.answers.permission_denied"
handler404 = "tiffin.web.answers.not_found"
handler500 = "tiffin.web.answers.server_error"

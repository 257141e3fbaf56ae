"""Settings that belong to the public face; `config.settings` takes them as they are."""

from __future__ import annotations

ACCOUNT_MIDDLEWARE = "allauth.account.middleware.AccountMiddleware"
MIDDLEWARE = [
    "tiffin.web.requests.RequestContext",
    "tiffin.web.headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "tiffin.web.bodies.BodyLimit",
    "tiffin.web.answers.ProblemAnswers",
    "tiffin.web.cards.CardDataRefused",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tiffin.admin.middleware.StaffAuthentication",
    "django.contrib.messages.middleware.MessageMiddleware",
    ACCOUNT_MIDDLEWARE,
]

# The stream process needs none of Django's own, each of which would cost a stream two turns of a thread.
LIVE_MIDDLEWARE = [name for name in MIDDLEWARE if name.startswith("tiffin.web.")]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tiffin.web.auth.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["tiffin.web.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "tiffin.web.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "tiffin.web.openapi.ProblemAwareSchema",
    "EXCEPTION_HANDLER": "tiffin.web.answers.answer_exception",
    "UNAUTHENTICATED_USER": "tiffin.web.auth.Principal",
    "UNAUTHENTICATED_TOKEN": None,
    "PAGE_SIZE": 20,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Tiffin",
    "VERSION": "1",
    "DESCRIPTION": (
        "Order food, cook it, carry it. Amounts are integers of a currency's minor units; times are "
        "RFC 3339; everything that goes wrong is an RFC 9457 problem whose `code` is stable and whose "
        "`type` opens a page that explains it."
    ),
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": True},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tiffin.web.openapi.document_problems",
        "tiffin.web.joined_openapi.join_elsewhere",
    ],
}

CSRF_FAILURE_VIEW = "tiffin.web.answers.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"

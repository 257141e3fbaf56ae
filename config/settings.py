"""Settings of the deployable. Every value of the environment is read here and named in .env.example."""

from __future__ import annotations

import os
from pathlib import Path

from config.modules import ADOPTED_APPS, MODULES, STATELESS, here, homes
from modules.ads.interface import AdvertiserKind, CampaignState, Placement
from modules.orders.interface import Fulfilment, Party
from modules.rewards.interface import SendingState
from tiffin.admin.defaults import UNFOLD  # noqa: F401
from tiffin.db.schemas import database_settings
from tiffin.interfaces import OpenEnum
from tiffin.modules import keep_out
from tiffin.telemetry.logs import LOGGING  # noqa: F401
from tiffin.web.defaults import (  # noqa: F401
    ACCOUNT_MIDDLEWARE,
    CSRF_FAILURE_VIEW,
    MIDDLEWARE,
    REST_FRAMEWORK,
    SECURE_REFERRER_POLICY,
    SPECTACULAR_SETTINGS,
)
from tiffin.web.tokens import ACCESS_SECONDS

BASE_DIR = Path(__file__).resolve().parent.parent
TIFFIN_HOME = Path(os.environ.get("TIFFIN_HOME", BASE_DIR / ".tiffin")).resolve()
TIFFIN_ORIGIN = os.environ.get("TIFFIN_ORIGIN", "http://127.0.0.1:8000")


def _secret(name: str, file: str) -> str:
    """A secret from the environment, else from the data folder, else empty: a key that a process does not
    hold it cannot use."""
    value = os.environ.get(name)
    path = TIFFIN_HOME / "secrets" / file
    return value if value is not None else path.read_text() if path.is_file() else ""


SECRET_KEY = os.environ.get("TIFFIN_SECRET_KEY") or "insecure: for commands that need no running platform"
DEBUG = os.environ.get("TIFFIN_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("TIFFIN_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [TIFFIN_ORIGIN]

# --- modules and where their data lives

HELD = here(os.environ)
TIFFIN_MODULES = tuple(module for module in HELD if module not in STATELESS)
TIFFIN_ELSEWHERE = homes(os.environ, HELD)
TIFFIN_INTERNAL_KEY = _secret("TIFFIN_INTERNAL_KEY", "internal.key")
# Disturbs every call and every feed of this process: "twice" or "faults". For tests.
TIFFIN_DISTURB = os.environ.get("TIFFIN_DISTURB", "")
keep_out(f"modules.{module}" for module in MODULES if module not in HELD)
TIFFIN_ADOPTED_APPS = {app: owner for app, owner in ADOPTED_APPS.items() if owner in HELD}
HOLDS_IDENTITY = "identity" in HELD

DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/tiffin")
TIFFIN_DATABASE_URLS = {
    module: os.environ.get(f"DATABASE_URL_{module.upper()}", DATABASE_URL) for module in TIFFIN_MODULES
}
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
DATABASES = {
    "default": {},
    **{
        module: database_settings(module, url=url, secret=SECRET_KEY)
        for module, url in TIFFIN_DATABASE_URLS.items()
    },
}
DATABASE_ROUTERS = ["tiffin.db.router.ModuleRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config",
    "tiffin",
    *(f"modules.{module}" for module in HELD),
    "tiffin.admin",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    *(("allauth", "allauth.account", "allauth.headless") if HOLDS_IDENTITY else ()),
]

# --- the log, the jobs, the broker

CELERY_BROKER_URL = REDIS_URL
# Counters that may be lost at any moment, such as failed logins.
CACHES = {"default": {"BACKEND": "tiffin.web.cache.LosableCache", "LOCATION": REDIS_URL}}

# --- the world outside

TIFFIN_SANDBOX_TROUBLE = Path(
    os.environ.get("TIFFIN_SANDBOX_TROUBLE", TIFFIN_HOME / "run" / "sandbox-trouble")
)

TIFFIN_STRIPE_SECRET_KEY = os.environ.get("TIFFIN_STRIPE_SECRET_KEY", "")
TIFFIN_STRIPE_PUBLISHABLE_KEY = os.environ.get("TIFFIN_STRIPE_PUBLISHABLE_KEY", "")
TIFFIN_STRIPE_WEBHOOK_SECRETS = [
    secret for secret in os.environ.get("TIFFIN_STRIPE_WEBHOOK_SECRETS", "").split(",") if secret
]
TIFFIN_STRIPE_SCRIPT = os.environ.get("TIFFIN_STRIPE_SCRIPT", "https://js.stripe.com/v3/")
TIFFIN_STRIPE_API = os.environ.get("TIFFIN_STRIPE_API", "https://api.stripe.com")
TIFFIN_ADYEN_API_KEY = os.environ.get("TIFFIN_ADYEN_API_KEY", "")
TIFFIN_ADYEN_MERCHANT_ACCOUNT = os.environ.get("TIFFIN_ADYEN_MERCHANT_ACCOUNT", "")
TIFFIN_ADYEN_HMAC_KEYS = [key for key in os.environ.get("TIFFIN_ADYEN_HMAC_KEYS", "").split(",") if key]
TIFFIN_ADYEN_LIVE_PREFIX = os.environ.get("TIFFIN_ADYEN_LIVE_PREFIX", "")
TIFFIN_ADYEN_API = os.environ.get("TIFFIN_ADYEN_API", "https://checkout-test.adyen.com/v72")
# Goodstack's sandbox, where no money moves, unless it is said otherwise.
TIFFIN_GOODSTACK_SECRET_KEY = os.environ.get("TIFFIN_GOODSTACK_SECRET_KEY", "")
TIFFIN_GOODSTACK_API = os.environ.get("TIFFIN_GOODSTACK_API", "https://sandbox-api.goodstack.io/v1")
# What providers sign is looked at by its module before anything of it is kept.
TIFFIN_RAW_PREFIXES = ("/api/v1/webhooks/",)
# Where customers go on after they confirmed a payment on a provider's page, by what it is for.
TIFFIN_PAID_PAGES = {"order": "/orders/{order_id}/", "membership": "/account/membership/"}

# In which header whoever stands in front of the origin says from which country (ISO 3166) a request comes.
TIFFIN_COUNTRY_HEADER = os.environ.get("TIFFIN_COUNTRY_HEADER", "")

# A GrowthBook server whose flags and experiments hold here too, beside those of our own staff.
TIFFIN_GROWTHBOOK_URL = os.environ.get("TIFFIN_GROWTHBOOK_URL", "").rstrip("/")
TIFFIN_GROWTHBOOK_KEY = os.environ.get("TIFFIN_GROWTHBOOK_KEY", "")
TIFFIN_GROWTHBOOK_SECRET = os.environ.get("TIFFIN_GROWTHBOOK_SECRET", "")

# Messages to browsers are signed (RFC 8292), and whoever carries them may ask there who we are.
TIFFIN_VAPID_PRIVATE_KEY = _secret("TIFFIN_VAPID_PRIVATE_KEY", "vapid.pem")
TIFFIN_VAPID_CONTACT = os.environ.get("TIFFIN_VAPID_CONTACT", "webmaster@tiffin.example")
# Where analytics are sent (docs/how-to/analytics.md): `segment`, `posthog`, or both. None: nowhere.
TIFFIN_ANALYTICS_SINKS = tuple(
    name.strip() for name in os.environ.get("TIFFIN_ANALYTICS_SINKS", "").split(",") if name.strip()
)
TIFFIN_SEGMENT_WRITE_KEY = os.environ.get("TIFFIN_SEGMENT_WRITE_KEY", "")
TIFFIN_SEGMENT_HOST = os.environ.get("TIFFIN_SEGMENT_HOST", "https://api.segment.io")
TIFFIN_SEGMENT_GZIP = os.environ.get("TIFFIN_SEGMENT_GZIP", "1") == "1"
TIFFIN_SEGMENT_API = os.environ.get("TIFFIN_SEGMENT_API", "https://api.segmentapis.com")
TIFFIN_SEGMENT_API_TOKEN = os.environ.get("TIFFIN_SEGMENT_API_TOKEN", "")
TIFFIN_POSTHOG_PROJECT_KEY = os.environ.get("TIFFIN_POSTHOG_PROJECT_KEY", "")
TIFFIN_POSTHOG_HOST = os.environ.get("TIFFIN_POSTHOG_HOST", "https://eu.i.posthog.com")
TIFFIN_POSTHOG_GZIP = os.environ.get("TIFFIN_POSTHOG_GZIP", "1") == "1"
TIFFIN_POSTHOG_API = os.environ.get("TIFFIN_POSTHOG_API", "https://eu.posthog.com")
TIFFIN_POSTHOG_PROJECT_ID = os.environ.get("TIFFIN_POSTHOG_PROJECT_ID", "")
TIFFIN_POSTHOG_PERSONAL_KEY = os.environ.get("TIFFIN_POSTHOG_PERSONAL_KEY", "")
# Hosts that webhooks and browsers may name although they are private, and without TLS. For tests and trials.
TIFFIN_OUTSIDE_ALLOWS = tuple(filter(None, os.environ.get("TIFFIN_OUTSIDE_ALLOWS", "").split(",")))

# --- web

# What the API's document calls choices that stand under several names, or one name that stands for several.


def _chosen(kinds: type[OpenEnum]) -> list[tuple[str, str]]:
    """Of an enumeration what may be chosen, as forms have it."""
    return [(each.value, each.value.replace("_", " ")) for each in kinds if each.name != "UNKNOWN"]


SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"] = {
    "FulfilmentEnum": [each.value for each in Fulfilment],
    "PartyEnum": [each.value for each in Party],
    "SendingStateEnum": [each.value for each in SendingState],
    "AdvertiserKindEnum": _chosen(AdvertiserKind),
    "AdCampaignStateEnum": _chosen(CampaignState),
    "PlacementEnum": _chosen(Placement),
}

ROOT_URLCONF = "config.urls"
# What comes with every page that anybody opens has records of its own: the log tells only what went wrong.
TIFFIN_QUIET_PREFIXES = ("/api/v1/ads/decisions", "/api/v1/ads/impressions")
# Menus, and photos that customers send with a claim, are larger than what else is sent to us.
TIFFIN_UPLOAD_PREFIXES = (
    "/api/v1/restaurant/menu/",
    "/restaurant/menus/",
    "/api/v1/deliverect/",
    "/api/v1/evidence",
    "/evidence/",
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # what tiffin.web.bodies lets through
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = TIFFIN_HOME / "static"
# The one origin serves what the pages of every module need, wherever the module runs.
STATICFILES_DIRS = [
    folder
    for module in MODULES
    if module not in HELD and (folder := BASE_DIR / "modules" / module / "static").is_dir()
]
LOGGING_CONFIG = "tiffin.telemetry.logs.configure"
TIFFIN_METRICS_TOKEN = os.environ.get("TIFFIN_METRICS_TOKEN", "")
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
LANGUAGE_CODE = "en"
USE_I18N = False  # staff read English; what others read a region words, which needs no catalogue
TIME_ZONE = "UTC"
USE_TZ = True

# --- people

TIFFIN_JWT_PRIVATE_KEY = _secret("TIFFIN_JWT_PRIVATE_KEY", "jwt-private.pem")
TIFFIN_JWT_PUBLIC_KEY = _secret("TIFFIN_JWT_PUBLIC_KEY", "jwt-public.pem")
TIFFIN_MASTER_KEY = _secret("TIFFIN_MASTER_KEY", "master.key")
TIFFIN_VENDOR_KEY = _secret("TIFFIN_VENDOR_KEY", "vendor.key")
TIFFIN_ENDPOINT_KEY = _secret("TIFFIN_ENDPOINT_KEY", "endpoint.key")
TIFFIN_NOTICE_KEY = _secret("TIFFIN_NOTICE_KEY", "notice.key")
TIFFIN_BANK_KEY = _secret("TIFFIN_BANK_KEY", "bank.key")

# Where identity is not, nobody logs in: tokens are verified, and staff's pages know their people by token.
AUTH_USER_MODEL = "identity.Account" if HOLDS_IDENTITY else "auth.User"
SESSION_ENGINE = (
    "modules.identity.sessions" if HOLDS_IDENTITY else "django.contrib.sessions.backends.signed_cookies"
)
if not HOLDS_IDENTITY:
    MIDDLEWARE = [name for name in MIDDLEWARE if name != ACCOUNT_MIDDLEWARE]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "modules.identity.hashers.ThriftyArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "modules.identity.login.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Many customers share an address of the network, and some of them mistype; guessing one password stays slow.
ACCOUNT_RATE_LIMITS = {"signup": "300/m/ip", "login": "600/m/ip", "login_failed": "100/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1  # the one origin in front
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "modules.identity.login.TokenStrategy"  # noqa: S105 - a class
HEADLESS_JWT_PRIVATE_KEY = TIFFIN_JWT_PRIVATE_KEY
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = ACCESS_SECONDS
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = 14 * 24 * 60 * 60

# --- vendors

# What Deliverect gives a platform that it has registered; without it no restaurant is connected by it.
TIFFIN_DELIVERECT_URL = os.environ.get("TIFFIN_DELIVERECT_URL", "https://api.deliverect.com")
TIFFIN_DELIVERECT_AUDIENCE = os.environ.get("TIFFIN_DELIVERECT_AUDIENCE", TIFFIN_DELIVERECT_URL)
TIFFIN_DELIVERECT_CHANNEL = os.environ.get("TIFFIN_DELIVERECT_CHANNEL", "tiffin")
TIFFIN_DELIVERECT_CLIENT_ID = os.environ.get("TIFFIN_DELIVERECT_CLIENT_ID", "")
TIFFIN_DELIVERECT_CLIENT_SECRET = os.environ.get("TIFFIN_DELIVERECT_CLIENT_SECRET", "")
TIFFIN_DELIVERECT_HMAC_SECRET = os.environ.get("TIFFIN_DELIVERECT_HMAC_SECRET", "")

# --- e-mail: over SMTP where a host is named, else into files, for a look

EMAIL_HOST = os.environ.get("TIFFIN_EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("TIFFIN_EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("TIFFIN_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TIFFIN_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("TIFFIN_EMAIL_TLS", "1") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("TIFFIN_EMAIL_FROM", "Tiffin <orders@tiffin.example>")
EMAIL_FILE_PATH = TIFFIN_HOME / "mail"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"

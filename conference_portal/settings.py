"""Settings of the portal, all of them from the environment (docs/operations.md has the table).

A fresh machine needs none: ``local_services`` starts the servers and sets ``DATABASE_URL`` and
``REDIS_URL`` before this file is read.
"""

from pathlib import Path

import django_include_bootstrap
import django_stubs_ext
import environ
from django.contrib.messages import constants as message_levels

from conference_portal.storage import storage_of

django_stubs_ext.monkeypatch()  # ModelForm[Unit] and ModelAdmin[Unit], as mypy asks for them

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PORTAL_VAR = Path(env.str("PORTAL_VAR", default=str(BASE_DIR / "var"))).resolve()
"""Where this checkout keeps what it makes: local servers' data, mails, exported files."""

# ── Who runs it ──────────────────────────────────────────────────────────────────────────────
PORTAL_ORG = env.str("PORTAL_ORG", default="Tỉnh ủy Hà Tĩnh")
PORTAL_HELP_NAME = env.str("PORTAL_HELP_NAME", default="Văn phòng Tỉnh ủy")
PORTAL_HELP_PHONE = env.str("PORTAL_HELP_PHONE", default="0900000101")
PORTAL_LETTER_DAYS = env.int("PORTAL_LETTER_DAYS", default=365)
PORTAL_KEEP_DAYS = env.int("PORTAL_KEEP_DAYS", default=365)
"""Days after a meeting's closing for which its people are kept, where the meeting itself says nothing."""
PORTAL_BASE_URL = env.str("PORTAL_BASE_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}")
"""Address that links in mails begin with; no slash at the end."""

# ── Safety ───────────────────────────────────────────────────────────────────────────────────
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or "only-for-commands-that-serve-nobody-" + "0" * 32
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
"""Keys that were in use before: what they signed still opens, nothing new is signed with them."""

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
BEHIND_TLS = env.bool("BEHIND_TLS", default=False)
"""True where a proxy of our own ends TLS: cookies, HSTS and the redirect follow from it."""

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "conference_portal.health.csrf_failed"

# A list of 500 delegates sends five fields a row; Django's default of 1,000 fields would lose it.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# ── Parts ────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "conference_portal.apps.PortalAdminConfig",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "conference_portal",
    "accounts",
    "invitations",
    "bridge_points",
    "registrations",
    "reminders",
    "reports",
]

MIDDLEWARE = [
    "conference_portal.middleware.arrival",
    "conference_portal.middleware.in_turn",
    "django.middleware.security.SecurityMiddleware",
    "conference_portal.middleware.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "conference_portal.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "conference_portal.middleware.StorageIsDown",
    "conference_portal.closed.ClosedMeeting",
]

ROOT_URLCONF = "conference_portal.urls"
WSGI_APPLICATION = "conference_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "conference_portal.navigation.portal",
            ],
        },
    },
]

# ── Data ─────────────────────────────────────────────────────────────────────────────────────
DATABASE_POOLED = env.bool("DATABASE_POOLED", default=False)
"""True where ``DATABASE_URL`` names a pooler that gives each transaction another session."""

DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgresql://nobody@127.0.0.1:1/none"),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": DATABASE_POOLED,
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:1/0")

# ── Work in the background ───────────────────────────────────────────────────────────────────
# Redis carries wake-up calls and nothing else: what must not be lost is a row in PostgreSQL.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Without these a frozen Redis holds the publishing web thread for over a minute (measured).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "retry_on_timeout": False,
    "max_retries": 1,
    "visibility_timeout": 3600,
}
CELERY_TASK_PUBLISH_RETRY = False
# Reminders have workers of their own: no export and no reading of a letter makes them late.
CELERY_TASK_ROUTES = {"reminders.tasks.*": {"queue": "reminders"}}
CELERY_TIMEZONE = "Asia/Ho_Chi_Minh"
CELERY_BEAT_SCHEDULE = {
    "remind": {"task": "reminders.tasks.remind", "schedule": 10.0, "options": {"expires": 8}},
    "take-up-exports": {
        "task": "reports.tasks.take_up_exports",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "purge-exports": {
        "task": "reports.tasks.purge_exports",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    "freeze": {"task": "reports.tasks.freeze", "schedule": 30.0, "options": {"expires": 25}},
    "purge-letters": {
        "task": "invitations.tasks.purge_letters",
        "schedule": 24 * 3600.0,
        "options": {"expires": 12 * 3600},
    },
    "purge-people": {
        "task": "conference_portal.tasks.purge_people",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    "clear-arriving": {
        "task": "invitations.tasks.clear_arriving",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    "heartbeat": {"task": "conference_portal.tasks.heartbeat", "schedule": 30.0, "options": {"expires": 25}},
}

# ── Mail ─────────────────────────────────────────────────────────────────────────────────────
# On a fresh machine mails are written to var/mail; the outbox page shows them.
MAIL_DIR = PORTAL_VAR / "mail"
_mail = env.email_url("EMAIL_URL", default="filemail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = str(MAIL_DIR)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Cổng hội nghị <cong-hoi-nghi@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# ── Text messages ────────────────────────────────────────────────────────────────────────────
# A gateway without its keys is not set up: no message takes that way.
ESMS_API_KEY = env.str("ESMS_API_KEY", default="")
ESMS_SECRET_KEY = env.str("ESMS_SECRET_KEY", default="")
ESMS_BRANDNAME = env.str("ESMS_BRANDNAME", default="")
ESMS_SANDBOX = env.bool("ESMS_SANDBOX", default=False)
ESMS_CALLBACK_SECRET = env.str("ESMS_CALLBACK_SECRET", default="")
ESMS_URL = env.str("ESMS_URL", default="https://rest.esms.vn/MainService.svc/json")
ZALO_APP_ID = env.str("ZALO_APP_ID", default="")
ZALO_APP_SECRET = env.str("ZALO_APP_SECRET", default="")
ZALO_OA_SECRET_KEY = env.str("ZALO_OA_SECRET_KEY", default="")
ZALO_REFRESH_TOKEN = env.str("ZALO_REFRESH_TOKEN", default="")
ZALO_TEMPLATE_ID = env.str("ZALO_TEMPLATE_ID", default="")
ZALO_URL = env.str("ZALO_URL", default="https://business.openapi.zalo.me")
ZALO_OAUTH_URL = env.str("ZALO_OAUTH_URL", default="https://oauth.zaloapp.com")

# ── Files ────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = PORTAL_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", Path(django_include_bootstrap.__file__).parent / "static"]
MEDIA_ROOT, _storage = storage_of(env.str("STORAGE_URL", default=""), PORTAL_VAR)
STORAGES = {
    "default": _storage,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# ── Language and time ────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["conference_portal.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# ── Sign-in ──────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.signed_in.PortalBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "conference_portal.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/300s/key", "reset_password": "20/m/ip,5/m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("ALLAUTH_TRUSTED_PROXY_COUNT", default=0)

# allauth and the messages count in the cache: each process counting alone would multiply the limit,
# and a frozen Redis must not stop a sign-in, so the count lives in PostgreSQL.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"},
    # What a page has drawn and may draw again as it is: the key says all that it shows.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "drawn",
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
}

# ── Look ─────────────────────────────────────────────────────────────────────────────────────
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "conference_portal.widgets.WidgetRenderer"
MESSAGE_TAGS = {message_levels.ERROR: "stop", message_levels.SUCCESS: "ok"}

# ── What is written down ─────────────────────────────────────────────────────────────────────
# Paths are logged without their query, people never by name: names and phones stay out of logs.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.request": {"level": "ERROR"}},
}

"""The only settings file. It reads the environment (accelerator/environment.py) and starts nothing."""

from csp.constants import NONCE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from accelerator import environment as env

BASE_DIR = env.ROOT
VAR = env.var()
EMBEDDED = not env.text("DATABASE_URL")
DEMO = env.flag("DEMO")
DEBUG = env.flag("DEBUG")
PORT = env.number("PORT")
BASE_URL = env.text("BASE_URL").replace("PORT", str(PORT)).rstrip("/")
BEHIND_TLS = env.flag("BEHIND_TLS")

if DEMO and not EMBEDDED:
    raise ImproperlyConfigured(
        "The demo signs anyone in, so it runs only on its own database: unset DATABASE_URL or DEMO."
    )

if EMBEDDED:
    _run = env.socket_dir(VAR)
    _key = VAR / "secret.key"
    SECRET_KEY = env.text("SECRET_KEY") or (_key.read_text().strip() if _key.exists() else "")
    REDIS_URL = env.text("REDIS_URL") or f"unix://{_run / 'redis.sock'}"
    CELERY_BROKER_URL = env.text("REDIS_URL") or f"redis+socket://{_run / 'redis.sock'}"
    _database: dict[str, object] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "app",
        "USER": "app",
        "HOST": str(_run),
    }
else:
    SECRET_KEY = env.required("SECRET_KEY", "set your own secret when using DATABASE_URL")
    REDIS_URL = CELERY_BROKER_URL = env.required("REDIS_URL", "set it when using DATABASE_URL")
    _database = env.database(env.text("DATABASE_URL"))

# Health checks: a connection closed by a restarted server is replaced instead of causing an error page.
DATABASES = {"default": {**_database, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ALLOWED_HOSTS = env.comma_separated("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []
# The demo's one-click sign-in exists only in its own URLconf: production has no code path to it.
ROOT_URLCONF = "demo.urls" if DEMO else "accelerator.urls"
WSGI_APPLICATION = "accelerator.wsgi.application"

INSTALLED_APPS = [
    "accelerator",
    "cities",
    "strategy",
    "curriculum",
    "coaching",
    "convenings",
    "dashboards",
    "reminders",
    *(["demo"] if DEMO else []),
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_prose_editor",
    "django_htmx",
    "template_partials",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # the widget templates, for FORM_RENDERER
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "accelerator.middleware.BodyLimit",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accelerator.sessions.SessionLimits",
    "accelerator.middleware.LanguageAndZone",
    "accelerator.middleware.PrivatePages",
    "accelerator.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accelerator.sessions.SessionEndedMessage",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

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
                "csp.context_processors.nonce",
                "accelerator.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# People ---------------------------------------------------------------------
AUTH_USER_MODEL = "accelerator.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"
ACCOUNT_ADAPTER = "accelerator.accounts.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# The same response for addresses with and without access.
ACCOUNT_PREVENT_ENUMERATION = True
# Someone with a pending code may return to the sign-in page and enter another address.
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# 27 characters that are not mistaken for one another and spell no words: 27**8 codes (docs/adr/0008).
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"length": 8, "allowed_chars": "23456789BCDFGHJKMNPQRSTVWXZ", "dashed": True}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
# A resent code is valid for another 15 minutes; the whole attempt expires after an hour.
ACCOUNT_LOGIN_TIMEOUT = 60 * 60
# We send our own email to addresses without access (cities/account/views.py): allauth's would offer to sign up.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# By network only: a limit by address would let anyone lock another person out (emails: accelerator/signin.py).
# Verification: limits that no one checking a printed page will reach.
ACCOUNT_RATE_LIMITS = {
    "address_change": "5/h/user",
    "request_login_code": "20/m/ip",
    "sign_in_try": "30/m/ip",
    "verify_code": "30/m/ip",
    "verify_file": "20/m/ip",
}
# Behind a proxy, every request has the proxy's address: rate limits would count everyone as one client.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_TLS else 0
SESSION_ENGINE = "accelerator.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
# Lax, not Strict: a link in an email must open the page for a signed-in person.
SESSION_COOKIE_SAMESITE = "Lax"

# Rate limits live in the database, so sign-in works without Redis.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accelerator_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# Security -------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # Health probes use plain HTTP from inside.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
CSRF_FAILURE_VIEW = "accelerator.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", NONCE],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

# Language and time ----------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish")), ("pt-br", _("Portuguese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_NAME = "language"

# Files ----------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = env.text("MEDIA_ROOT") or str(VAR / "media")
STORAGES = {
    "default": {"BACKEND": "accelerator.storage.WholeFiles"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_AUTOREFRESH = DEBUG
# Source maps are for developers only, and compressing the editor's takes longer than everything else.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("png", "jpg", "gz", "br", "woff", "woff2", "map")
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

# Email ----------------------------------------------------------------------
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM")
EMAIL_FILE_PATH = str(VAR / "mail")
if env.text("EMAIL_URL"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_TIMEOUT = 20
    globals().update(env.smtp(env.text("EMAIL_URL")))
else:
    EMAIL_BACKEND = "accelerator.mailbox.EmailBackend"

# Background work ------------------------------------------------------------
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "accelerator.tasks.deliver*": {"queue": "mail"},
    "reminders.tasks.*": {"queue": "mail"},
    "strategy.tasks.render*": {"queue": "pdf"},
}
CELERY_TASK_IGNORE_RESULT = True
# Redis doesn't rerun a task that dies with its worker: emails and files have their own queues in the database.
CELERY_TASK_ACKS_LATE = False
# One at a time: an email must not be stuck behind a PDF that the same worker has reserved.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Short: a page that only starts background work must not hang when Redis is down.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 20, "max_retries": 1}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "queued email": {"task": "accelerator.tasks.deliver_waiting", "schedule": 60.0},
    "submitted forms": {"task": "accelerator.tasks.forget_sent_forms", "schedule": 3600.0},
    "silent exports": {"task": "strategy.tasks.requeue_silent", "schedule": 10.0},
    "reminders": {"task": "reminders.tasks.tick", "schedule": 60.0},
    "signed strategies": {"task": "strategy.tasks.update_signed_strategies", "schedule": 3600.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "accelerator.logs.RedactedFormatter", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "filters": {"refusals": {"()": "accelerator.logs.OneLineForRefusals"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL")},
}
SILENCED_SYSTEM_CHECKS = ["account.W001"]

"""All settings, and the only place that reads the environment.

Every variable is listed in ``docker/.env.example``. Each may also be given as ``NAME_FILE``, the
path of a file that holds the value. Nothing needs to be set for the embedded default: it keeps
its state in ``DATA_DIR`` and needs no other service.
"""

import contextlib
import os
import secrets
import sys
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import environ
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy

from supportbot.addresses import IPNetwork, is_metadata_service
from supportbot.logs import indented_traceback, on_one_line

BASE_DIR = Path(__file__).resolve().parent.parent
T = TypeVar("T")

# --- Reading the environment ---------------------------------------------------------------

env = environ.FileAwareEnv()


def refuse(reason: str) -> NoReturn:
    """One clear line, whichever program reads the settings: manage.py, uvicorn or celery."""
    sys.exit(f"supportbot cannot start: {reason}")


def read(name: str, default: T, parse: Callable[[str], T], expected: str) -> T:
    """One variable, or a refusal to start that names it and says what it should be."""
    raw = env.str(name, default="").strip()
    if not raw:
        return default
    try:
        return parse(raw)
    except (ValueError, KeyError, ImproperlyConfigured):
        # A URL with a user name has a password too, which has no place in a log.
        refuse(f"{name} must be {expected}" + ("." if "@" in raw else f"; it is {raw!r}."))


def text(name: str, default: str = "") -> str:
    return read(name, default, str, "text")


def boolean(name: str, default: bool) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    return read(name, default, lambda raw: words[raw.lower()], "true or false")


def choice(name: str, default: str, *allowed: str) -> str:
    return read(name, default, {word: word for word in allowed}.__getitem__, "one of " + ", ".join(allowed))


def number(name: str, default: float, low: float, high: float) -> float:
    def parse(raw: str) -> float:
        if not low <= (value := float(raw)) <= high:
            raise ValueError
        return value

    return read(name, default, parse, f"a number from {low:g} to {high:g}")


def integer(name: str, default: int, low: int, high: int) -> int:
    def parse(raw: str) -> int:
        if not low <= (value := int(raw)) <= high:
            raise ValueError
        return value

    return read(name, default, parse, f"a whole number from {low} to {high}")


def web_address(name: str, default: str, *schemes: str) -> str:
    def parse(raw: str) -> str:
        parts = urlsplit(raw)
        if parts.scheme not in schemes or not parts.hostname or parts.port == 0:
            raise ValueError
        return raw.rstrip("/")

    return read(name, default, parse, "a URL that starts with " + " or ".join(f"{s}://" for s in schemes))


def service_address(name: str, default: str) -> str:
    """Of a service that is sent keys and customers' questions; none lives at a machine's own metadata address."""
    address = web_address(name, default, "http", "https")
    if is_metadata_service(urlsplit(address).hostname or ""):
        refuse(f"{name} leads to {urlsplit(address).hostname}, where clouds keep their machines' secrets.")
    return address


def networks(name: str, default: list[IPNetwork]) -> list[IPNetwork]:
    def parse(raw: str) -> list[IPNetwork]:
        return [ip_network(part.strip()) for part in raw.split(",") if part.strip()]

    return read(name, default, parse, "a list of addresses or networks, like 127.0.0.1,10.0.0.0/8")


def names(name: str, default: list[str]) -> list[str]:
    return read(name, default, lambda raw: [part.strip() for part in raw.split(",") if part.strip()], "a list")


# --- Where things are ----------------------------------------------------------------------

DATA_DIR = Path(text("DATA_DIR", str(BASE_DIR / ".supportbot"))).absolute()
try:
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
except OSError as error:
    refuse(f"DATA_DIR must be a folder this program may write to; {error}.")
DATABASE_URL = text("DATABASE_URL")
REDIS_URL = web_address("REDIS_URL", "", "redis", "rediss")
PUBLIC_URL = web_address("PUBLIC_URL", "http://127.0.0.1:8000", "http", "https")


def vector_store(raw: str) -> str:
    parts = urlsplit(raw)
    is_server = bool(parts.hostname) and parts.port != 0
    known = {
        "faiss": raw == "faiss://",
        "pgvector": raw == "pgvector://" or (is_server and len(parts.path) > 1),
        "qdrant": is_server or bool(parts.path),
        "qdrant+https": is_server,
    }
    if not known[parts.scheme]:
        raise ValueError
    return raw.rstrip("/") if is_server else raw


VECTOR_STORE_URL = read(
    "VECTOR_STORE_URL",
    "faiss://",
    vector_store,
    "faiss://, pgvector://, pgvector://user:password@host:5432/name, qdrant://host:6333 or qdrant+https://host:6333",
)

EMBEDDED = not DATABASE_URL


def embedded_secret_key() -> str:
    """A random key that is made once and kept beside the database it protects.

    Web server and worker may start at the same moment: only one key wins, and only a whole one is seen.
    """
    path = DATA_DIR / "secret_key"
    if not path.exists():
        draft = path.with_name(f"secret_key.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


DEBUG = boolean("DEBUG", False)
SECURE = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = names("ALLOWED_HOSTS", [urlsplit(PUBLIC_URL).hostname or "", "localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# --- Applications --------------------------------------------------------------------------

INSTALLED_APPS = [
    "supportbot",
    "accounts",
    "knowledge",
    "chat",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_structlog",
    "csp",
]

MIDDLEWARE = [
    "supportbot.health.answer_probes",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "supportbot.headers.NothingAhead",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SecondFactorFirst",
    "supportbot.full_disk.FullDiskSaid",
]

ROOT_URLCONF = "supportbot.urls"
ASGI_APPLICATION = "supportbot.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "supportbot" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data ----------------------------------------------------------------------------------


def sqlite(path: str) -> dict[str, Any]:
    """WAL and IMMEDIATE: with the defaults most concurrent read-then-write transactions fail as locked.

    What is deleted is overwritten, too: a file is easily copied, and its free pages would still say it. Opening it
    anew costs as much as four queries, and keeping it open holds up nobody.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
        },
    }


def postgresql(raw: str) -> dict[str, Any]:
    """A pool with checks instead of persistent connections, which leak under ASGI."""
    config: dict[str, Any] = dict(environ.Env.db_url_config(raw))
    if config.get("ENGINE") != "django.db.backends.postgresql" or not config.get("NAME"):
        raise ValueError
    config["CONN_HEALTH_CHECKS"] = True
    config["OPTIONS"] = {"pool": {"min_size": 0, "max_size": 10, "timeout": 10}, **config.get("OPTIONS", {})}
    return config


def database(raw: str) -> dict[str, Any]:
    if raw.startswith("sqlite:///"):
        return sqlite(raw.removeprefix("sqlite:///"))
    return postgresql(raw)


DATABASES = {
    "default": read(
        "DATABASE_URL",
        sqlite(str(DATA_DIR / "db.sqlite3")),
        database,
        "postgres://user:password@host:5432/name or sqlite:////path",
    )
}
SECRET_KEY = text("SECRET_KEY") or (embedded_secret_key() if EMBEDDED else "")
if not SECRET_KEY:
    refuse("SECRET_KEY must be set when DATABASE_URL is: a long random text, the same everywhere.")
# Earlier ones: what was signed or encrypted under them can still be read.
SECRET_KEY_FALLBACKS = names("SECRET_KEY_FALLBACKS", [])
if VECTOR_STORE_URL == "pgvector://" and "sqlite" in DATABASES["default"]["ENGINE"]:
    refuse(
        "VECTOR_STORE_URL is pgvector://, which means the PostgreSQL of DATABASE_URL, but the database is SQLite. "
        "Set DATABASE_URL to a PostgreSQL, or name one in VECTOR_STORE_URL."
    )

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = DATA_DIR / "media"
INDEX_ROOT = DATA_DIR / "index"
FILE_UPLOAD_PERMISSIONS = 0o600

# A Redis client gives up on a silent server after 5 s by default, which ends every idle socket.
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_timeout": None, "max_connections": 1000}],
            # Published messages reach all databases of a Redis; another installation must not hear ours.
            "prefix": f"supportbot{urlsplit(REDIS_URL).path.replace('/', '.')}",
        },
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
}

CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # A message waits for its counters.
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if REDIS_URL
    # Counters that are pushed out of the cache would start at nothing again.
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
}

# --- Background work -----------------------------------------------------------------------

BROKER_DIR = DATA_DIR / "broker"

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"visibility_timeout": 3600}
    if REDIS_URL
    else {
        # Default polling is once a second; a document should be answerable sooner than that.
        "polling_interval": 0.05,
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "resume-ingestion": {"task": "knowledge.tasks.resume_ingestion", "schedule": 30},
    "start-due-syncs": {"task": "knowledge.visits.tasks.start_due_syncs", "schedule": 30},
    "close-lost-answers": {"task": "chat.tasks.close_lost_answers", "schedule": 15},
    "release-conversations": {"task": "chat.tasks.release_conversations", "schedule": 10},
    "finish-erasures": {"task": "chat.tasks.finish_erasures", "schedule": 60},
    "forget": {"task": "chat.tasks.forget", "schedule": crontab(hour=3, minute=10)},
}

# --- Knowledge -----------------------------------------------------------------------------

EMBEDDING_MODEL = text("EMBEDDING_MODEL", "minilm")
# MiniLM cuts its input at 256 tokens without a word; the rest is room for tokenizers that count otherwise.
CHUNK_TOKENS = integer("CHUNK_TOKENS", 220, 60, 240 if EMBEDDING_MODEL == "minilm" else 8000)
EMBEDDING_THREADS = integer("EMBEDDING_THREADS", min(os.cpu_count() or 1, 4), 1, 64)
# Against what a provider allows in a minute; 0 is no limit. Embedding waits rather than being refused.
EMBEDDING_REQUESTS_PER_MINUTE = integer("EMBEDDING_REQUESTS_PER_MINUTE", 0, 0, 1_000_000)
EMBEDDING_TOKENS_PER_MINUTE = integer("EMBEDDING_TOKENS_PER_MINUTE", 0, 0, 1_000_000_000)
EMBEDDING_PRICE = number("EMBEDDING_PRICE", 0, 0, 1000)
RERANK_MODEL = text("RERANK_MODEL")
RERANK_URL = web_address("RERANK_URL", "", "http", "https")
RERANK_API_KEY = text("RERANK_API_KEY")
if RERANK_MODEL not in ("", "words") and not RERANK_URL:
    refuse(f"RERANK_MODEL {RERANK_MODEL!r} needs RERANK_URL, the address of its /rerank endpoint.")
SEARCH_REWORDING = choice("SEARCH_REWORDING", "", "", "keywords")
QDRANT_API_KEY = text("QDRANT_API_KEY")
QDRANT_PREFIX = text("QDRANT_PREFIX", "supportbot")
QDRANT_SHARDS = integer("QDRANT_SHARDS", 1, 1, 1000)
QDRANT_REPLICAS = integer("QDRANT_REPLICAS", 1, 1, 20)
MAX_DOCUMENT_BYTES = integer("MAX_DOCUMENT_MB", 10, 1, 1000) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
# Whoever can name an address to fetch must not reach what only this machine can; these hosts the company has opened.
FETCH_PRIVATE_HOSTS = frozenset(host.lower() for host in names("FETCH_PRIVATE_HOSTS", []))
GIT_PROTOCOLS = ["https", "ssh"]
# All that git is told of our environment: neither our secrets nor a proxy.
GIT_ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "HOME", "SSH_AUTH_SOCK") if name in os.environ}
CHECKOUT_ROOT = DATA_DIR / "checkouts"

# --- Answering -----------------------------------------------------------------------------

OPENAI_API_KEY = text("OPENAI_API_KEY")
OPENAI_BASE_URL = service_address("OPENAI_BASE_URL", "https://api.openai.com/v1")
CHAT_MODEL = text("CHAT_MODEL", "gpt-4.1-mini" if OPENAI_API_KEY else "extractive")
CHAT_MODEL_IMAGES = choice("CHAT_MODEL_IMAGES", "auto", "auto", "yes", "no")
REWRITE_MODEL = text("REWRITE_MODEL")
SUMMARY_MODEL = text("SUMMARY_MODEL")
if not OPENAI_API_KEY:
    CHAT_MODEL = "extractive"
    REWRITE_MODEL = SUMMARY_MODEL = ""
    if EMBEDDING_MODEL not in ("minilm", "hashing"):
        refuse(f"EMBEDDING_MODEL {EMBEDDING_MODEL!r} needs OPENAI_API_KEY; without one it must be minilm.")
CHAT_CONTEXT_TOKENS = integer("CHAT_CONTEXT_TOKENS", 8192, 2048, 2_000_000)
# The rest of what the model can read is for the question and what answers it.
CHAT_ANSWER_TOKENS = integer("CHAT_ANSWER_TOKENS", 700, 64, min(32_000, CHAT_CONTEXT_TOKENS - 1024))
# What one answer may take with all it looks up and writes again: each request at the most it can be.
CHAT_TURN_TOKENS = integer("CHAT_TURN_TOKENS", 5 * CHAT_CONTEXT_TOKENS, CHAT_CONTEXT_TOKENS, 20_000_000)
CHAT_REWRITE_SECONDS = number("CHAT_REWRITE_SECONDS", 2.5, 0.1, 60)
CHAT_FIRST_TOKEN_SECONDS = number("CHAT_FIRST_TOKEN_SECONDS", 10, 0.1, 600)
CHAT_SILENCE_SECONDS = number("CHAT_SILENCE_SECONDS", 15, 0.1, 600)
CHAT_TOTAL_SECONDS = number("CHAT_TOTAL_SECONDS", 60, 0.1, 3600)
CHAT_CONCURRENCY = integer("CHAT_CONCURRENCY", 32, 1, 10_000)
# Asked when the first one fails. It gets its own key, never that of the other: the two may not trust each other.
FALLBACK_OPENAI_BASE_URL = service_address("FALLBACK_OPENAI_BASE_URL", "")
FALLBACK_OPENAI_API_KEY = text("FALLBACK_OPENAI_API_KEY")
FALLBACK_CHAT_MODEL = text("FALLBACK_CHAT_MODEL")
if bool(FALLBACK_OPENAI_BASE_URL) != bool(FALLBACK_OPENAI_API_KEY):
    refuse("FALLBACK_OPENAI_BASE_URL and FALLBACK_OPENAI_API_KEY need each other; any key will do where none is asked.")
if FALLBACK_CHAT_MODEL and not FALLBACK_OPENAI_BASE_URL:
    refuse("FALLBACK_CHAT_MODEL needs FALLBACK_OPENAI_BASE_URL, the service that has this model.")

# --- Spending ------------------------------------------------------------------------------

# Of a million tokens, in whatever currency the provider bills. With a second service: those of the dearer one.
CHAT_PRICE_INPUT = number("CHAT_PRICE_INPUT", 0, 0, 100_000)
CHAT_PRICE_OUTPUT = number("CHAT_PRICE_OUTPUT", 0, 0, 100_000)
# Answers by a model: of one visitor and of one address in an hour, of one widget and of all in a day.
CHAT_LIMIT_VISITOR = integer("CHAT_LIMIT_VISITOR", 60, 0, 1_000_000)
CHAT_LIMIT_IP = integer("CHAT_LIMIT_IP", 300, 0, 1_000_000)
CHAT_LIMIT_WIDGET = integer("CHAT_LIMIT_WIDGET", 5_000, 0, 1_000_000_000)
CHAT_LIMIT_DAY = integer("CHAT_LIMIT_DAY", 10_000, 0, 1_000_000_000)
CHAT_BUDGET_DAY = number("CHAT_BUDGET_DAY", 0, 0, 1_000_000_000)
if CHAT_BUDGET_DAY and not (CHAT_PRICE_INPUT and CHAT_PRICE_OUTPUT):
    refuse("CHAT_BUDGET_DAY needs CHAT_PRICE_INPUT and CHAT_PRICE_OUTPUT: without them nobody knows what was spent.")
# Messages in a minute, whoever answers them.
CHAT_MESSAGES_VISITOR = integer("CHAT_MESSAGES_VISITOR", 20, 0, 1_000_000)
CHAT_MESSAGES_IP = integer("CHAT_MESSAGES_IP", 120, 0, 1_000_000)
# Conversations begun from one address in a minute.
CHAT_CONVERSATIONS_IP = integer("CHAT_CONVERSATIONS_IP", 1_000, 0, 1_000_000)
# Images that customers attach: how large, and how many in a minute.
MAX_IMAGE_BYTES = integer("MAX_IMAGE_MB", 5, 0, 12) * 1024 * 1024
CHAT_IMAGES_VISITOR = integer("CHAT_IMAGES_VISITOR", 12, 0, 1_000_000)
CHAT_IMAGES_IP = integer("CHAT_IMAGES_IP", 60, 0, 1_000_000)
# Codes by e-mail in an hour: to one address, of one visitor, from one address of the network.
CHAT_CODES_ADDRESS = integer("CHAT_CODES_ADDRESS", 3, 1, 1_000)
CHAT_CODES_VISITOR = integer("CHAT_CODES_VISITOR", 5, 1, 1_000)
CHAT_CODES_IP = integer("CHAT_CODES_IP", 20, 1, 1_000_000)
RECENT_TICKET_DAYS = integer("RECENT_TICKET_DAYS", 30, 1, 3650)
RECENT_TICKETS = integer("RECENT_TICKETS", 3, 0, 20)

# --- Keeping -------------------------------------------------------------------------------

# 0: for ever. Conversations count from the last time that anything happened in them.
CONVERSATION_DAYS = integer("CONVERSATION_DAYS", 730, 0, 36_500)
VISITOR_DAYS = integer("VISITOR_DAYS", 90, 0, 36_500)
TRACE_DAYS = integer("TRACE_DAYS", 90, 0, 36_500)

# --- People --------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/console/"
ACCOUNT_ADAPTER = "accounts.adapter.StaffOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# Whether members of staff need an authenticator app beside their password, or may have one.
STAFF_MFA = choice("STAFF_MFA", "optional", "optional", "required")
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_TOTP_ISSUER = f"supportbot {urlsplit(PUBLIC_URL).hostname}"
# Nobody signs up here, so whoever has an account also has its address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_FORMS = {"reset_password": "accounts.forms.NewPasswordForm"}
# Nobody who has no account here is written to. Who has one gets what accounts.passwords writes, and nothing else.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24 * 3
# Failures count for passwords and for the codes of a second factor alike.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,20/5m/ip", "reset_password": "20/m/ip,3/h/key"}

# Single sign-on with the company's own accounts, for members of staff who have one here already.
OIDC_ISSUER = service_address("OIDC_ISSUER", "")
OIDC_CLIENT_ID = text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = text("OIDC_CLIENT_SECRET")
OIDC_NAME = text("OIDC_NAME", "your company account")
OIDC = {"OIDC_ISSUER": OIDC_ISSUER, "OIDC_CLIENT_ID": OIDC_CLIENT_ID, "OIDC_CLIENT_SECRET": OIDC_CLIENT_SECRET}
if any(OIDC.values()) and not all(OIDC.values()):
    refuse(f"{', '.join(OIDC)} need each other; missing: {', '.join(name for name in OIDC if not OIDC[name])}.")
OIDC_PROVIDER = "company"
SOCIALACCOUNT_ADAPTER = "accounts.sso.ExistingStaffOnly"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "provider_class": "accounts.sso.CompanyProvider",
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": OIDC_PROVIDER,
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_ISSUER},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}

# Password resets, and codes for customers in the chat. On one's own machine they are printed; elsewhere nobody should
# read them in a log.
EMAIL = read(
    "EMAIL_URL",
    {"EMAIL_BACKEND": f"django.core.mail.backends.{'dummy' if SECURE else 'console'}.EmailBackend"},
    environ.Env.email_url_config,
    "an address such as smtp+tls://user:password@host:587",
)
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = EMAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = EMAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL.get("EMAIL_USE_SSL", False)
# A server that takes a call and says nothing would hold up a worker for ever, and whoever resets a password.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = text("EMAIL_FROM", f"supportbot@{urlsplit(PUBLIC_URL).hostname}")

# --- HTTP ----------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
SERVESTATIC_USE_FINDERS = not STATIC_ROOT.is_dir()
SERVESTATIC_AUTOREFRESH = SERVESTATIC_USE_FINDERS

# Whose X-Forwarded-For is believed.
TRUSTED_PROXIES = networks("TRUSTED_PROXIES", [])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
# Whether the company's other hosts are ready for that is for the company to say, at its proxy.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# Other sites are told nothing, which is all that "no-referrer" would add. With that, browsers send "Origin: null" with
# our own forms and no Referer, and Django's CSRF check, which goes by them over HTTPS, refuses every form.
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    # The admin theme evaluates expressions in its templates; every other page keeps to its own files.
    "EXCLUDE_URL_PREFIXES": ["/admin/", "/api/docs/"],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, PUBLIC_URL.replace("http", "ws", 1)],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "supportbot.api_errors.handle",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["supportbot.parsers.BoundedJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api_keys.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api_keys.HasScope"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "supportbot",
    "DESCRIPTION": "Ask the same engine as the chat, and bring it documents and customers, over plain HTTP.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    # Choices stand where they are made: a shared name for each would have to be thought of and kept.
    "POSTPROCESSING_HOOKS": [],
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}


def sidebar_link(title: str, icon: str, page: str, permission: str, **more: str) -> dict[str, Any]:
    views = {f"admin:{page}".replace("changelist", view) for view in ("changelist", "change", "add")}
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{page}"),
        # Of two links whose addresses begin alike, only the one that is open.
        "active": lambda request: getattr(request.resolver_match, "view_name", "") in views,
        "permission": lambda request: request.user.has_perm(permission),
        **more,
    }


UNFOLD = {
    "SITE_TITLE": "supportbot",
    "SITE_HEADER": "supportbot",
    "SITE_SYMBOL": "forum",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("supportbot/icon.svg")},
    ],
    "STYLES": [lambda request: static("supportbot/admin.css")],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "COLORS": {
        "primary": {
            "50": "#eff6ff",
            "100": "#dbeafe",
            "200": "#bfdbfe",
            "300": "#93c5fd",
            "400": "#7ba6fb",
            "500": "#6b96fa",
            "600": "#1d4ed8",
            "700": "#1e40af",
            "800": "#1e3a8a",
            "900": "#1a3070",
            "950": "#172554",
        }
    },
    "SIDEBAR": {
        # Whatever is not listed here is one click away.
        "show_all_applications": True,
        "navigation": [
            {
                "title": "Knowledge",
                "items": [
                    sidebar_link("Documents", "article", "knowledge_document_changelist", "knowledge.view_document"),
                    sidebar_link(
                        "To review",
                        "rate_review",
                        "knowledge_document_reviews",
                        "knowledge.view_document",
                        badge="knowledge.admin.reviews.how_many",
                        badge_variant="info",
                    ),
                    sidebar_link(
                        "Curated answers",
                        "quickreply",
                        "knowledge_curatedanswer_changelist",
                        "knowledge.view_curatedanswer",
                    ),
                    sidebar_link(
                        "Collections", "folder", "knowledge_collection_changelist", "knowledge.view_collection"
                    ),
                    sidebar_link("Try a question", "search", "knowledge_document_try", "knowledge.view_document"),
                    sidebar_link(
                        "Indexes", "database", "knowledge_indexversion_changelist", "knowledge.view_indexversion"
                    ),
                    sidebar_link("Sources", "input", "knowledge_source_changelist", "knowledge.view_source"),
                ],
            },
            {
                "title": "Conversations",
                "items": [
                    sidebar_link("Conversations", "chat", "chat_conversation_changelist", "chat.view_conversation"),
                    sidebar_link("Answers", "fact_check", "chat_botmessage_changelist", "chat.view_conversation"),
                    sidebar_link("Feedback", "thumbs_up_down", "chat_feedback_changelist", "chat.view_feedback"),
                    sidebar_link("Widgets", "widgets", "chat_widget_changelist", "chat.view_widget"),
                    sidebar_link("Spending", "payments", "chat_spending_changelist", "chat.view_spending"),
                ],
            },
            {
                "title": "People",
                "items": [
                    sidebar_link("Customers", "person", "accounts_customer_changelist", "accounts.view_customer"),
                    sidebar_link(
                        "Tickets", "confirmation_number", "accounts_ticket_changelist", "accounts.view_ticket"
                    ),
                    sidebar_link("Connectors", "cable", "accounts_connector_changelist", "accounts.view_connector"),
                    sidebar_link("Staff", "badge", "accounts_user_changelist", "accounts.view_user"),
                    sidebar_link("Roles", "group", "auth_group_changelist", "auth.view_group"),
                    sidebar_link("Erasures", "person_remove", "chat_erasure_changelist", "accounts.erase_customer"),
                    sidebar_link("Audit log", "history", "accounts_auditentry_changelist", "accounts.view_auditentry"),
                ],
            },
        ],
    },
}

# --- Language and time ---------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True

# --- Logs ----------------------------------------------------------------------------------

LOG_LEVEL = choice("LOG_LEVEL", "INFO", "DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMAT = choice("LOG_FORMAT", "console", "console", "json")
DJANGO_STRUCTLOG_CELERY_ENABLED = True

SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[
        *SHARED_PROCESSORS,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LINE_PROCESSORS: dict[str, list[Any]] = {
    # The default way to print an exception shows the values of local variables, customers' data among them.
    "console": [on_one_line, structlog.dev.ConsoleRenderer(colors=False, exception_formatter=indented_traceback)],
    "json": [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": SHARED_PROCESSORS,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *LINE_PROCESSORS[LOG_FORMAT]],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Periodic tasks and model calls each write several lines that say only that all is well.
        name: {"level": "WARNING"}
        for name in (
            "celery.app.trace",
            "celery.beat",
            "celery.worker.strategy",
            "faiss.loader",
            "django_structlog.celery",
            "httpcore2",
            "httpx2",
            "kombu",
            "openai",
            "uvicorn.access",
        )
    },
}

"""Settings of the whole site, read from the environment through `env`.

With DATABASE_URL unset the site runs on the embedded PostgreSQL of this checkout.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from psycopg import IsolationLevel

from bangfu.calc.values.division_code import DivisionCode
from bangfu.calc.values.text import Text
from bangfu.local import postgres as embedded
from bangfu.local import roles as database_roles
from bangfu.scope.actor import SYSTEM_SCOPE_OPTIONS
from bangfu.site import env

CHECKOUT = embedded.checkout()
VAR = embedded.var_folder()

# --- where the data are
DATABASE_URL = env.text("DATABASE_URL")
BANGFU_EMBEDDED = not DATABASE_URL
# The sample city and its log-ins exist only on the embedded database and loopback.
BANGFU_DEMO = BANGFU_EMBEDDED and env.flag("BANGFU_DEMO", default=True)


def _databases() -> dict[str, dict[str, object]]:
    if DATABASE_URL:
        app = env.database(DATABASE_URL)
        owner = env.database(env.text("DATABASE_OWNER_URL", DATABASE_URL))
    else:
        place = embedded.EmbeddedPostgres(embedded.data_folder(VAR))
        base = {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": str(place.socket_dir),
            "NAME": env.text("BANGFU_DATABASE", database_roles.DATABASE),
        }
        app = {**base, "USER": database_roles.APP_ROLE}
        owner = {**base, "USER": database_roles.OWNER_ROLE}
    options = {"OPTIONS": {"application_name": "bangfu"}}
    # The owner migrates as the system: row security binds it too, and a new foreign key
    # is checked against every row.
    system = {
        "OPTIONS": {"application_name": "bangfu", "options": SYSTEM_SCOPE_OPTIONS}
    }
    # "side": a second connection of the same role, for progress seen at once.
    return {
        "default": {**app, **options, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True},
        "side": {**app, **options},
        # "lake": everything that a snapshot reads shows one state of the database.
        "lake": {
            **app,
            "OPTIONS": {
                "application_name": "bangfu-lake",
                "isolation_level": IsolationLevel.REPEATABLE_READ,
            },
        },
        "owner": {**owner, **system},
    }


DATABASES = _databases()
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- secrets
BANGFU_KEYS_FILE = env.text("BANGFU_KEYS_FILE", str(VAR / "keys.json"))


def _secret_key() -> str:
    given = env.text("SECRET_KEY")
    keys = Path(BANGFU_KEYS_FILE)
    if given or not keys.exists():
        return given or "not-yet-set-up-" + "0" * 40
    # Derived, so that one file holds all that must be kept secret.
    return hashlib.sha256(b"django-secret-key:" + keys.read_bytes()).hexdigest()


SECRET_KEY = _secret_key()

# --- what is installed
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    # Before allauth, whose templates it replaces.
    "bangfu.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "bangfu.audit",
    "bangfu.jobs",
    "bangfu.lake",
    "bangfu.policy",
    "bangfu.files",
    "bangfu.accounts",
    "bangfu.divisions",
    "bangfu.publicity",
    "bangfu.registry",
    "bangfu.pairing",
    "bangfu.funds",
    "bangfu.sample",
]
# The first four give their headers to every answer, static files and errors included.
MIDDLEWARE = [
    "bangfu.web.middleware.PrivatePagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bangfu.accounts.middleware.SessionLimitMiddleware",
    "bangfu.accounts.middleware.ActingMiddleware",
    "bangfu.web.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "bangfu.site.urls"
WSGI_APPLICATION = "bangfu.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [str(Path(__file__).parent / "templates")],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "bangfu.site.navigation.navigation",
            ],
            "builtins": ["bangfu.web.templatetags.bangfu"],
        },
    }
]

# --- how the apps are put together: lower apps find upper ones only through these
BANGFU_JOBS = {
    "registry.import": "bangfu.registry.tasks.run_import",
    "registry.apply_import": "bangfu.registry.tasks.run_apply_import",
    "registry.duplicates": "bangfu.registry.duplicates.tasks.run_search",
    "registry.crosscheck": "bangfu.registry.tasks.run_crosscheck",
    "registry.targeting": "bangfu.registry.targeting.tasks.run_fit",
    "pairing.solve": "bangfu.pairing.tasks.run_solve",
    "pairing.apply": "bangfu.pairing.tasks.run_apply",
}
BANGFU_JOB_TEXTS = {
    "registry.import": Text("核对导入文件", "Check an import"),
    "registry.apply_import": Text("写入导入数据", "Store an import"),
    "registry.duplicates": Text("查找重复登记", "Search for duplicates"),
    "registry.crosscheck": Text("数据比对", "Cross-checks"),
    "registry.targeting": Text("测算代理得分", "Fit the proxy score"),
    "pairing.solve": Text("计算配对方案", "Solve a pairing run"),
    "pairing.apply": Text("执行配对方案", "Apply a pairing run"),
}
# Where a job's page leads: the route, and the part of the payload that it takes, if any.
BANGFU_JOB_PAGES = {
    "registry.import": ("registry:import", "import_id"),
    "registry.apply_import": ("registry:import", "import_id"),
    "registry.duplicates": ("registry:duplicates", ""),
    "registry.targeting": ("registry:targeting", ""),
    "pairing.solve": ("pairing:run", "run_id"),
    "pairing.apply": ("pairing:run", "run_id"),
}
BANGFU_IMPORTS = {
    "households": "bangfu.registry.intake.HOUSEHOLDS",
    "cases": "bangfu.registry.cases.legacy.INTAKE",
    "frame": "bangfu.registry.cases.frame.INTAKE",
    "surveys": "bangfu.registry.surveys.intake.INTAKE",
    "officials": "bangfu.pairing.intake.OFFICIALS",
    "units": "bangfu.pairing.intake.UNITS",
    "list_vehicles": "bangfu.registry.crosschecks.arrival.VEHICLES",
    "list_real_estate": "bangfu.registry.crosschecks.arrival.REAL_ESTATE",
    "list_business": "bangfu.registry.crosschecks.arrival.BUSINESS",
    "list_payroll": "bangfu.registry.crosschecks.arrival.PAYROLL",
    "list_deaths": "bangfu.registry.crosschecks.arrival.DEATHS",
    "list_disability": "bangfu.registry.crosschecks.arrival.DISABILITY",
    "list_schooling": "bangfu.registry.crosschecks.arrival.SCHOOLING",
    "list_insurance": "bangfu.registry.crosschecks.arrival.INSURANCE",
    "list_relief": "bangfu.registry.crosschecks.arrival.RELIEF",
}
BANGFU_ACTOR_OF_GRANT = "bangfu.accounts.queries.actor_of_grant"
BANGFU_ACTOR_FOR_COMMAND = "bangfu.accounts.queries.actor_for_command"
BANGFU_HOUSEHOLD_PANELS = [
    "bangfu.registry.cases.panels.household",
    "bangfu.registry.crosschecks.panels.household",
    "bangfu.registry.surveys.panels.household",
    "bangfu.pairing.panels.household",
    "bangfu.funds.panels.household",
]
# What stands on the page of a case.
BANGFU_CASE_PANELS = ["bangfu.registry.crosschecks.panels.case"]
BANGFU_TODO = [
    "bangfu.publicity.panels.todo",
    "bangfu.registry.cases.panels.todo",
    "bangfu.registry.crosschecks.panels.todo",
    "bangfu.registry.surveys.panels.todo",
    "bangfu.registry.panels.todo",
    "bangfu.registry.duplicates.panels.todo",
    "bangfu.pairing.panels.todo",
    "bangfu.funds.panels.todo",
    "bangfu.accounts.panels.todo",
]
# Who reads the audit, and how the actions begin that the role may read.
BANGFU_AUDIT_READERS = {
    "city": "",
    "county": "",
    "auditor": "",
    "administrator": "accounts.",
}
BANGFU_ACT_TEXTS = "bangfu.site.acts.ACTS"
BANGFU_ROLE_TEXTS = "bangfu.site.acts.ROLES"
BANGFU_SUBJECTS = "bangfu.site.acts.SUBJECTS"
# Functions that are told in the same transaction what became of an entry of a notice.
BANGFU_NOTICE_OUTCOMES = [
    "bangfu.registry.cases.posting.note_outcome",
    "bangfu.funds.projects.posting.note_outcome",
]
# Functions that end what hangs on a household which leaves the register.
BANGFU_HOUSEHOLD_DEPARTURES = ["bangfu.pairing.departures.end_pairing"]
# Who decides whether evidence of a record may be opened, by the record's model.
BANGFU_FILE_GUARDS = {
    "publicity.objection": "bangfu.publicity.panels.guard_evidence",
    "registry.case": "bangfu.registry.cases.panels.guard_evidence",
    "registry.hit": "bangfu.registry.crosschecks.panels.guard_evidence",
    "funds.project": "bangfu.funds.panels.guard_project",
    "funds.claim": "bangfu.funds.panels.guard_claim",
    "funds.appropriation": "bangfu.funds.panels.guard_appropriation",
    "registry.meeting": "bangfu.registry.cases.panels.guard_minutes",
}
# What the cross-checks ask about officials: declared kin, and who helps a household.
BANGFU_KINSHIP = "bangfu.pairing.queries.declared_kin"
BANGFU_KIN_OF = "bangfu.pairing.queries.kin_of"
BANGFU_HELPERS_OF = "bangfu.pairing.queries.helpers_of_household"
# Names that accounts shows and may not import.
BANGFU_DIVISION_NAMES = "bangfu.divisions.queries.names"
BANGFU_DIVISION_SEARCH = "bangfu.divisions.queries.search"
BANGFU_OFFICIAL_SEARCH = "bangfu.site.lookups.officials"
BANGFU_POLICY_PACK = env.text(
    "BANGFU_POLICY_PACK",
    str(Path(__file__).parents[1] / "policy" / "packs" / "default"),
)
# The assumption under which money is computed from values that nobody has verified;
# empty: such a value is refused. The demonstration names one.
BANGFU_POLICY_SCENARIO = env.text(
    "BANGFU_POLICY_SCENARIO", "100-wan" if BANGFU_DEMO else ""
)
BANGFU_MAP_APPROVAL_NUMBER = env.text("BANGFU_MAP_APPROVAL_NUMBER")
# Mechanisms of one layer reach each other only through these.
BANGFU_AUDIT = "bangfu.audit.operations.record"
BANGFU_SNAPSHOTS = ["bangfu.registry.snapshots.DATASETS"]
BANGFU_SNAPSHOT_FACTS = "bangfu.registry.snapshots.facts_on"
BANGFU_PRIVATE_EXTRACTS = {
    "persons": "bangfu.registry.snapshots.PERSONS",
    "crosscheck_member": "bangfu.registry.crosschecks.datasets.MEMBER",
    "crosscheck_listed": "bangfu.registry.crosschecks.datasets.LISTED",
    "crosscheck_household": "bangfu.registry.crosschecks.datasets.HOUSEHOLD",
    "crosscheck_objection": "bangfu.registry.crosschecks.datasets.OBJECTION",
    "crosscheck_income": "bangfu.registry.crosschecks.datasets.INCOME",
    "crosscheck_descent": "bangfu.registry.crosschecks.datasets.DESCENT",
}
BANGFU_LAKE = env.text("BANGFU_LAKE", str(VAR / "lake"))
BANGFU_LAKE_KEEP = env.number("BANGFU_LAKE_KEEP", default=14)
BANGFU_FILES = env.text("BANGFU_FILES", str(VAR / "files"))
# The city or province that this installation serves.
BANGFU_DIVISION = DivisionCode(env.text("BANGFU_DIVISION", "9901"))

# --- language and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TZ_CITY", "Asia/Shanghai")

# --- static files
STATIC_URL = "static/"
STATIC_ROOT = str(VAR / "static")
_MODULES = CHECKOUT / "node_modules"
STATICFILES_DIRS = [
    (name, str(_MODULES / path))
    for name, path in (
        ("bootstrap", "bootstrap/dist"),
        ("echarts", "echarts/dist"),
        ("icons", "bootstrap-icons"),
    )
    if (_MODULES / path).exists()
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# --- log-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "bangfu.accounts.backends.OneTimeAwareBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"bangfu.accounts.passwords.{name}"}
    for name in ("LongEnough", "NotCommon", "NotLikeTheUser")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "bangfu.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "bangfu.accounts.forms.LogInForm",
    "change_password": "bangfu.accounts.forms.OwnPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# A brake on one address that tries many names; one name is axes' matter.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/5m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Bangfu"
MFA_ADAPTER = "bangfu.accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "bangfu.accounts.forms.SecondStepForm",
    "reauthenticate": "bangfu.accounts.forms.ConfirmByCodeForm",
}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "bangfu.accounts.lockout.locked_out"
AXES_USERNAME_CALLABLE = "bangfu.accounts.lockout.username_of"
AXES_CLIENT_IP_CALLABLE = "bangfu.accounts.addresses.client_address"
# The 30 minutes run from the fifth failure, not from the last try.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True  # the audit has it
AXES_SENSITIVE_PARAMETERS = ["username", "login", "password", "code"]
AXES_VERBOSE = False
# Used codes and limits of tries must be known to all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
    }
}

# --- sessions: idle 30 minutes, 12 hours in all
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 60 * 60
SESSION_COOKIE_AGE = SESSION_IDLE_SECONDS
SESSION_ENGINE = "bangfu.accounts.session_store"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- transport: TLS ends at a proxy in production; the embedded site is on loopback
DEBUG = False
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
# Addresses of our own proxies, "unix" for a socket: only they are believed when they
# say for whom they ask.
BANGFU_PROXIES = env.words("BANGFU_PROXIES")
BANGFU_TLS = not BANGFU_EMBEDDED and env.flag("BANGFU_TLS", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BANGFU_TLS
if BANGFU_TLS:  # browsers take such a cookie only over TLS and only from this host
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = BANGFU_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BANGFU_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BANGFU_TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "bangfu.web.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

# --- limits: what exceeds one is refused with the limit and the remedy
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_TEMP_DIR = None

# --- history: the rows as they were, written by the database
PGHISTORY_APPEND_ONLY = False
PGTRIGGER_MIGRATIONS = True

# --- logs: to standard error, one line an event, no personal data
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "WARNING")},
}
# W021: whether the whole domain goes on browsers' preload list is its owner's decision.
SILENCED_SYSTEM_CHECKS = ["models.W042", "security.W021"]

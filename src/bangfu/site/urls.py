"""All addresses of the staff site."""

from django.urls import include, path

from bangfu.site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.language, name="set_language"),
    path("accounts/", include("bangfu.accounts.urls")),
    path("accounts/", include("bangfu.accounts.login_urls")),
    path("web/", include("bangfu.web.urls")),
    path("audit/", include("bangfu.audit.urls")),
    path("jobs/", include("bangfu.jobs.urls")),
    path("lake/", include("bangfu.lake.urls")),
    path("policy/", include("bangfu.policy.urls")),
    path("divisions/", include("bangfu.divisions.urls")),
    path("files/", include("bangfu.files.urls")),
    path("publicity/", include("bangfu.publicity.urls")),
    path("registry/", include("bangfu.registry.urls")),
    path("funds/", include("bangfu.funds.urls")),
    path("pairing/", include("bangfu.pairing.urls")),
]
handler400 = "bangfu.web.errors.bad_request"
handler403 = "bangfu.web.errors.forbidden"
handler404 = "bangfu.web.errors.not_found"
handler500 = "bangfu.web.errors.server_error"

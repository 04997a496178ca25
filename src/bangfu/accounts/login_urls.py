"""Addresses of log-in: the few pages of django-allauth that are open.

Sign-up, e-mail, password reset by e-mail and log-in by code are not routed at all:
accounts are kept by administrators. The names are the library's own, which it reverses.
"""

from django.urls import path

from bangfu.accounts import login_views as views

urlpatterns = [
    path("login/", views.log_in, name="account_login"),
    path("logout/", views.log_out, name="account_logout"),
    path("inactive/", views.inactive, name="account_inactive"),
    path("reauthenticate/", views.confirm_by_password, name="account_reauthenticate"),
    path("password/change/", views.change_password, name="account_change_password"),
    path("2fa/", views.second_step, name="mfa_index"),
    path("2fa/authenticate/", views.log_in_by_code, name="mfa_authenticate"),
    path("2fa/reauthenticate/", views.confirm_by_code, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", views.switch_on, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", views.switch_off, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", views.view_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        views.generate_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        views.download_codes,
        name="mfa_download_recovery_codes",
    ),
]

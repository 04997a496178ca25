"""Addresses of accounts and grants; log-in itself is in login_urls."""

from django.urls import path

from bangfu.accounts import views

app_name = "accounts"
urlpatterns = [
    path("grant/", views.switch_grant, name="switch_grant"),
    path("new-password/", views.new_password, name="new_password"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/end-others/", views.other_sessions_end, name="other_sessions_end"),
    path("sessions/<slug:handle>/end/", views.session_end, name="session_end"),
    path("divisions/", views.division_options, name="division_options"),
    path("users/", views.users, name="users"),
    path("users/new/", views.user_new, name="user_new"),
    path("users/<int:user_id>/", views.user, name="user"),
    path("users/<int:user_id>/grant/", views.grant_new, name="grant_new"),
    path("users/<int:user_id>/reset/", views.password_reset, name="reset"),
    path("users/<int:user_id>/active/", views.active, name="active"),
    path(
        "users/<int:user_id>/second-step/",
        views.second_step_reset,
        name="second_step_reset",
    ),
    path("grants/<int:grant_id>/end/", views.grant_end, name="grant_end"),
]

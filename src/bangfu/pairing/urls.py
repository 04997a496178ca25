"""Addresses of the pairing."""

from django.urls import path

from bangfu.pairing import views

app_name = "pairing"
urlpatterns = [
    path("", views.coverage_board, name="coverage"),
    path("coverage/<str:code>/", views.coverage_board, name="coverage_of"),
    path("households/", views.households, name="households"),
    path("households/<int:household_id>/change/", views.change, name="change"),
    path("households/<int:household_id>/end/", views.end, name="end"),
    path("officials/", views.officials, name="officials"),
    path("officials/<int:official_id>/", views.official, name="official"),
    path("mine/", views.mine, name="mine"),
    path("runs/", views.runs, name="runs"),
    path("runs/new/", views.order, name="order"),
    path("runs/<int:run_id>/", views.run, name="run"),
    path("runs/<int:run_id>/lines/", views.lines, name="lines"),
    path("runs/<int:run_id>/approve/", views.approve, name="approve"),
    path("runs/<int:run_id>/reject/", views.reject, name="reject"),
    path("runs/<int:run_id>/apply/", views.apply, name="apply"),
    path("runs/<int:run_id>/verify/", views.verify, name="verify"),
    path("runs/<int:run_id>/give-up/", views.give_up, name="give_up"),
]

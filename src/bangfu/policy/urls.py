"""Addresses of the policy pages."""

from django.urls import path

from bangfu.policy import views

app_name = "policy"
urlpatterns = [
    path("", views.parameters, name="list"),
    path("<str:key>/", views.parameter, name="detail"),
]

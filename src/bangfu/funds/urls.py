"""Addresses of the funds."""

from django.urls import include, path

app_name = "funds"
urlpatterns = [
    path("", include("bangfu.funds.ledger.urls")),
    path("", include("bangfu.funds.budget_urls")),
]

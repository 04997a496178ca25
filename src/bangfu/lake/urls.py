"""Addresses of the snapshots."""

from django.urls import path

from bangfu.lake import views

app_name = "lake"
urlpatterns = [path("", views.snapshot_list, name="list")]

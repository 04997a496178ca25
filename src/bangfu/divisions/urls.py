"""Addresses of the divisions."""

from django.urls import path

from bangfu.divisions import views

app_name = "divisions"
urlpatterns = [
    path("", views.browse, name="browse"),
    path("<str:code>/map.json", views.map_geometry, name="map"),
    path("<str:code>/", views.browse, name="division"),
]

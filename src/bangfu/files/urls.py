"""Addresses of evidence."""

from django.urls import path

from bangfu.files import views

app_name = "files"
urlpatterns = [
    path("<int:attachment_id>/", views.download, name="download"),
    path("<int:attachment_id>/copy/", views.public_copy, name="public_copy"),
]

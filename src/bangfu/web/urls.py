from django.urls import path

from bangfu.web import views

app_name = "web"
urlpatterns = [
    path("text-size/", views.text_size, name="text-size"),
    path("list-settings/", views.list_settings, name="list-settings"),
    path("list-views/", views.list_views, name="list-views"),
]

"""Addresses of the register."""

from django.urls import path

from bangfu.registry import edit_views, import_views, views

app_name = "registry"
urlpatterns = [
    path("households/", views.households, name="households"),
    path("households/export/", views.export, name="export"),
    path("households/look-up/", views.look_up, name="look_up"),
    path("households/<int:household_id>/", views.household, name="household"),
    path("households/<int:household_id>/print/", views.household_print, name="print"),
    path("households/<int:household_id>/change/", edit_views.change, name="change"),
    path(
        "households/<int:household_id>/members/add/",
        edit_views.add_member,
        name="member_add",
    ),
    path(
        "households/<int:household_id>/members/<int:member_id>/change/",
        edit_views.change_member,
        name="member_change",
    ),
    path(
        "households/<int:household_id>/members/<int:member_id>/leave/",
        edit_views.end_member,
        name="member_leave",
    ),
    path(
        "households/<int:household_id>/incomes/add/",
        edit_views.add_income,
        name="income_add",
    ),
    path(
        "households/<int:household_id>/incomes/<int:year>/change/",
        edit_views.change_income,
        name="income_change",
    ),
    path(
        "households/<int:household_id>/reveal/<slug:what>/",
        views.reveal,
        name="reveal",
    ),
    path("imports/", import_views.imports, name="imports"),
    path("imports/new/", import_views.upload, name="upload"),
    path("imports/template/<slug:kind>/", import_views.template, name="template"),
    path("imports/<int:import_id>/", import_views.import_page, name="import"),
    path(
        "imports/<int:import_id>/progress/",
        import_views.import_progress,
        name="import_progress",
    ),
    path("imports/<int:import_id>/confirm/", import_views.confirm, name="confirm"),
    path("imports/<int:import_id>/cancel/", import_views.cancel, name="cancel"),
    path(
        "imports/<int:import_id>/errors/<int:number>/",
        import_views.errors,
        name="errors",
    ),
]

"""Addresses of the register."""

from django.urls import path

from bangfu.registry import edit_views, import_views, views
from bangfu.registry.cases import frame_views, lineage_views, meeting_views
from bangfu.registry.cases import views as case_views
from bangfu.registry.crosschecks import views as check_views
from bangfu.registry.duplicates import views as duplicate_views
from bangfu.registry.surveys import sheet_views
from bangfu.registry.surveys import views as survey_views
from bangfu.registry.targeting import views as targeting_views
from bangfu.registry.villages import views as village_views

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
    path("households/new/", case_views.new_household, name="household_new"),
    path(
        "households/<int:household_id>/cases/<slug:kind>/<slug:act>/",
        case_views.open_case,
        name="case_open",
    ),
    path(
        "households/<int:household_id>/lineage/<slug:kind>/",
        lineage_views.change,
        name="lineage",
    ),
    path("cases/", case_views.cases, name="cases"),
    path("cases/families/", frame_views.frame, name="frame"),
    path("cases/year/", case_views.year, name="calendar"),
    path("cases/batch/<slug:act>/", case_views.batch, name="case_batch"),
    path("cases/post/<slug:kind>/", case_views.draft_notice, name="case_post"),
    path("cases/<int:case_id>/", case_views.case, name="case"),
    path("cases/<int:case_id>/<slug:act>/", case_views.take, name="case_take"),
    path("meetings/", meeting_views.meetings_page, name="meetings"),
    path("meetings/new/", meeting_views.new, name="meeting_new"),
    path("meetings/<int:meeting_id>/", meeting_views.meeting, name="meeting"),
    path("duplicates/", duplicate_views.groups, name="duplicates"),
    path("duplicates/search/", duplicate_views.search, name="duplicate_search"),
    path("duplicates/<int:group_id>/", duplicate_views.group, name="duplicate"),
    path(
        "duplicates/<int:group_id>/persons/",
        duplicate_views.persons,
        name="duplicate_persons",
    ),
    path(
        "duplicates/<int:group_id>/households/",
        duplicate_views.households,
        name="duplicate_households",
    ),
    path(
        "duplicates/<int:group_id>/apart/",
        duplicate_views.apart,
        name="duplicate_apart",
    ),
    path(
        "duplicates/<int:group_id>/later/",
        duplicate_views.later,
        name="duplicate_later",
    ),
    path("crosschecks/", check_views.checks, name="crosschecks"),
    path("crosschecks/run/", check_views.run, name="crosscheck_run"),
    path("crosschecks/lists/", check_views.arrived, name="external_lists"),
    path("crosschecks/hits/", check_views.hits, name="hits"),
    path("crosschecks/hits/<int:hit_id>/", check_views.hit, name="hit"),
    path("crosschecks/hits/batch/<slug:verdict>/", check_views.batch, name="hit_batch"),
    path("targeting/", targeting_views.villages, name="targeting"),
    path("targeting/fit/", targeting_views.fit, name="targeting_fit"),
    path("targeting/<str:code>/", targeting_views.village, name="targeting_village"),
    path("surveys/", survey_views.surveys, name="surveys"),
    path("surveys/open/", survey_views.open_year, name="survey_open"),
    path("surveys/lock/", survey_views.lock_year, name="survey_lock_all"),
    path("surveys/<int:collection_id>/", survey_views.survey, name="survey"),
    path("surveys/<int:collection_id>/check/", survey_views.check, name="survey_check"),
    path("surveys/<int:collection_id>/lock/", survey_views.lock, name="survey_lock"),
    path(
        "surveys/<int:collection_id>/export/",
        survey_views.export,
        name="survey_export",
    ),
    path(
        "surveys/<int:collection_id>/<int:household_id>/",
        sheet_views.sheet,
        name="survey_sheet",
    ),
    path(
        "surveys/<int:collection_id>/<int:household_id>/return/",
        sheet_views.send_back,
        name="survey_return",
    ),
    path(
        "surveys/<int:collection_id>/<int:household_id>/correct/",
        sheet_views.correct,
        name="survey_correct",
    ),
    path("villages/<str:code>/", village_views.village, name="village"),
    path(
        "villages/<str:code>/<int:year>/", village_views.change, name="village_change"
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

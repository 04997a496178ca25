"""Addresses of notices and objections."""

from django.urls import path

from bangfu.publicity import objection_views, views

app_name = "publicity"
_notice = "notices/<int:notice_id>"
_objection = "objections/<int:objection_id>"
urlpatterns = [
    path("", views.notices, name="notices"),
    path("notices/new/", views.new, name="new"),
    path(f"{_notice}/", views.notice, name="notice"),
    path(f"{_notice}/poster/", views.poster, name="poster"),
    path(f"{_notice}/revise/", views.revise, name="revise"),
    path(f"{_notice}/submit/", views.submit, name="submit"),
    path(f"{_notice}/check/", views.check, name="check"),
    path(f"{_notice}/return/", views.send_back, name="return"),
    path(f"{_notice}/cancel/", views.cancel, name="cancel"),
    path(f"{_notice}/post/", views.post, name="post"),
    path(f"{_notice}/settle/", views.settle, name="settle"),
    path(f"{_notice}/withdraw/", views.withdraw, name="withdraw"),
    path(f"{_notice}/correct/", views.correct, name="correct"),
    path(f"{_notice}/object/", objection_views.receive, name="receive"),
    path(
        "entries/<int:entry_id>/withdraw/", views.withdraw_entry, name="withdraw_entry"
    ),
    path("objections/", objection_views.objections, name="objections"),
    path(f"{_objection}/", objection_views.objection, name="objection"),
    path(f"{_objection}/open/", objection_views.open_complaint, name="open"),
    path(f"{_objection}/decide/", objection_views.decide, name="decide"),
    path(f"{_objection}/retract/", objection_views.retract, name="retract"),
    path(f"{_objection}/take-over/", objection_views.take_over, name="take_over"),
    path(f"{_objection}/tell/", objection_views.tell, name="tell"),
]

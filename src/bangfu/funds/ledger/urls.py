"""Addresses of the ledger; `funds.urls` includes them."""

from django.urls import path

from bangfu.funds.ledger import draft_views, views

urlpatterns = [
    path("", views.trial_balance, name="trial_balance"),
    path("flow/", views.flow, name="flow"),
    path("accounts/<int:account_id>/", views.account, name="account"),
    path(
        "accounts/<int:account_id>/export/",
        views.account_export,
        name="account_export",
    ),
    path("vouchers/", views.vouchers, name="vouchers"),
    path("vouchers/<int:voucher_id>/", views.voucher, name="voucher"),
    path("vouchers/<int:voucher_id>/reverse/", draft_views.reverse_, name="reverse"),
    path("drafts/", draft_views.drafts, name="drafts"),
    path("drafts/new/", draft_views.new, name="draft_new"),
    path("drafts/<int:draft_id>/", draft_views.draft, name="draft"),
    path("drafts/<int:draft_id>/approve/", draft_views.approve, name="draft_approve"),
    path("drafts/<int:draft_id>/return/", draft_views.send_back, name="draft_return"),
    path("periods/", draft_views.periods, name="periods"),
    path("periods/close/", draft_views.close, name="period_close"),
]

"""Addresses of budgets, projects and claims; `urls` joins them with those of the ledger."""

from django.urls import path

from bangfu.funds import budget_views, claim_views, plan_views, project_views

urlpatterns = [
    path("county/", budget_views.county, name="county"),
    path("appropriations/", budget_views.appropriation_list, name="appropriations"),
    path(
        "appropriations/new/",
        budget_views.appropriation_new,
        name="appropriation_new",
    ),
    path(
        "appropriations/<int:appropriation_id>/",
        budget_views.appropriation,
        name="appropriation",
    ),
    path("appropriations/<int:appropriation_id>/move/", budget_views.hop, name="hop"),
    path("lines/", budget_views.line_list, name="lines"),
    path("lines/new/", budget_views.line_new, name="line_new"),
    path("lines/<int:line_id>/", budget_views.line, name="line"),
    path("lines/<int:line_id>/allot/", budget_views.line_allot, name="line_allot"),
    path("orders/", budget_views.order_list, name="orders"),
    path("orders/<int:order_id>/", budget_views.order, name="order"),
    path(
        "orders/<int:order_id>/approve/",
        budget_views.order_approve,
        name="order_approve",
    ),
    path(
        "orders/<int:order_id>/return/", budget_views.order_return, name="order_return"
    ),
    path("opening/", claim_views.opening_new, name="opening_new"),
    path("accounts/<int:account_id>/recover/", claim_views.recover, name="recover"),
    path("projects/", project_views.projects, name="projects"),
    path("projects/new/", project_views.project_new, name="project_new"),
    path(
        "projects/batch/<slug:act>/", project_views.project_batch, name="project_batch"
    ),
    path(
        "projects/notices/<slug:kind>/", project_views.project_post, name="project_post"
    ),
    path("projects/<int:project_id>/", project_views.project, name="project"),
    path(
        "projects/<int:project_id>/edit/",
        project_views.project_edit,
        name="project_edit",
    ),
    path(
        "projects/<int:project_id>/fund/",
        budget_views.project_fund,
        name="project_fund",
    ),
    path(
        "projects/<int:project_id>/acts/<slug:act>/",
        project_views.project_take,
        name="project_take",
    ),
    path("plan/", plan_views.plan, name="plan"),
    path("plan/choose/", plan_views.plan_choose, name="plan_choose"),
    path("plan/<int:plan_id>/approve/", plan_views.plan_approve, name="plan_approve"),
    path(
        "plan/<int:plan_id>/drop/<int:project_id>/",
        plan_views.plan_drop,
        name="plan_drop",
    ),
    path("claims/", claim_views.claims, name="claims"),
    path("claims/<int:claim_id>/", claim_views.claim, name="claim"),
    path("claims/<int:claim_id>/check/", claim_views.claim_check, name="claim_check"),
    path(
        "claims/<int:claim_id>/return/", claim_views.claim_return, name="claim_return"
    ),
    path("claims/<int:claim_id>/order/", claim_views.claim_order, name="claim_order"),
    path(
        "allocations/<int:allocation_id>/claim/",
        claim_views.claim_new,
        name="claim_new",
    ),
    path(
        "deposits/<int:deposit_id>/<slug:how>/",
        claim_views.deposit_end,
        name="deposit_end",
    ),
]

"""The action plan and its registers."""

from django.urls import path

from strategy.views import plan, plan_file, plan_rows, registers

_city = "cities/<slug:city>/"
_plan = f"{_city}plan/"
_objective = f"{_plan}objectives/<int:pk>/"
_measure = f"{_plan}measures/<int:pk>/"
_action = f"{_plan}actions/<int:pk>/"
_policy = f"{_city}policies/<int:pk>/"
_ai_use = f"{_city}ai-uses/<int:pk>/"
_risk = f"{_city}risks/<int:pk>/"

urlpatterns = [
    path(_plan, plan.show, name="plan"),
    path(f"{_plan}quarters/", plan.picture, name="plan-picture"),
    path(f"{_plan}edit/", plan.edit, name="plan-edit"),
    path(f"{_plan}year/", plan.year, name="plan-year"),
    path(f"{_plan}export/", plan_file.export, name="plan-export"),
    path(f"{_plan}import/", plan_file.upload, name="plan-import"),
    path(f"{_plan}import/preview/", plan_file.preview, name="plan-preview"),
    path(f"{_plan}import/apply/", plan_file.apply, name="plan-apply"),
    path(f"{_plan}objectives/add/", plan_rows.objective_add, name="plan-objective-add"),
    path(_objective, plan_rows.objective_edit, name="objective-edit"),
    path(f"{_objective}remove/", plan_rows.objective_remove, name="objective-remove"),
    path(f"{_objective}move/", plan_rows.objective_move, name="objective-move"),
    path(f"{_objective}actions/", plan_rows.action_add, name="objective-action-add"),
    path(f"{_objective}measures/", plan_rows.measure_add, name="objective-measure-add"),
    path(_measure, plan_rows.measure_edit, name="measure-edit"),
    path(f"{_measure}remove/", plan_rows.measure_remove, name="measure-remove"),
    path(_action, plan_rows.action_show, name="action"),
    path(f"{_action}edit/", plan_rows.action_edit, name="action-edit"),
    path(f"{_action}row/", plan.row, name="action-row"),
    path(f"{_action}remove/", plan_rows.action_remove, name="action-remove"),
    path(f"{_action}move/", plan_rows.action_move, name="action-move"),
    path(f"{_city}policies/", registers.policies, name="policies"),
    path(f"{_city}policies/add/", registers.policy_add, name="policies-add"),
    path(_policy, registers.policy_edit, name="policy-edit"),
    path(f"{_policy}remove/", registers.policy_remove, name="policy-remove"),
    path(f"{_city}ai-uses/", registers.ai_uses, name="ai-uses"),
    path(f"{_city}ai-uses/add/", registers.ai_use_add, name="ai-uses-add"),
    path(_ai_use, registers.ai_use_edit, name="ai-use-edit"),
    path(f"{_ai_use}remove/", registers.ai_use_remove, name="ai-use-remove"),
    path(f"{_city}risks/", registers.risks, name="risks"),
    path(f"{_city}risks/add/", registers.risk_add, name="risks-add"),
    path(_risk, registers.risk_edit, name="risk-edit"),
    path(f"{_risk}remove/", registers.risk_remove, name="risk-remove"),
    path(f"{_risk}move/", registers.risk_move, name="risk-move"),
]

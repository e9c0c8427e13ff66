"""The action plan and its registers."""

from django.urls import path

from strategy.plan.views import file, page, quarters, registers, rows, table

_objective = "cities/<slug:city>/plan/objectives/<int:pk>/"
_measure = "cities/<slug:city>/plan/measures/<int:pk>/"
_action = "cities/<slug:city>/plan/actions/<int:pk>/"
_plan = "cities/<slug:city>/plan/"
_city = "cities/<slug:city>/"
_policies, _ai_uses, _risks = {"register": "policies"}, {"register": "ai-uses"}, {"register": "risks"}

urlpatterns = [
    path(_plan, page.show, name="plan"),
    path(f"{_plan}quarters/", quarters.show, name="plan-picture"),
    path(f"{_plan}edit/", table.edit, name="plan-edit"),
    path(f"{_plan}year/", page.year, name="plan-year"),
    path(f"{_plan}export/", file.export, name="plan-export"),
    path(f"{_plan}import/", file.upload, name="plan-import"),
    path(f"{_plan}import/preview/", file.preview, name="plan-preview"),
    path(f"{_plan}import/apply/", file.apply, name="plan-apply"),
    path(f"{_plan}objectives/add/", rows.objective_add, name="plan-objective-add"),
    path(_objective, rows.objective_edit, name="objective-edit"),
    path(f"{_objective}remove/", rows.objective_remove, name="objective-remove"),
    path(f"{_objective}move/", rows.objective_move, name="objective-move"),
    path(f"{_objective}actions/", rows.action_add, name="objective-action-add"),
    path(f"{_objective}measures/", rows.measure_add, name="objective-measure-add"),
    path(_measure, rows.measure_edit, name="measure-edit"),
    path(f"{_measure}remove/", rows.measure_remove, name="measure-remove"),
    path(_action, rows.action_show, name="action"),
    path(f"{_action}edit/", rows.action_edit, name="action-edit"),
    path(f"{_action}row/", table.row, name="action-row"),
    path(f"{_action}remove/", rows.action_remove, name="action-remove"),
    path(f"{_action}move/", rows.action_move, name="action-move"),
    path(f"{_city}policies/", registers.policies, name="policies"),
    path(f"{_city}policies/add/", registers.add, _policies, name="policies-add"),
    path(f"{_city}policies/<int:pk>/", registers.edit, _policies, name="policy-edit"),
    path(f"{_city}policies/<int:pk>/remove/", registers.remove, _policies, name="policy-remove"),
    path(f"{_city}ai-uses/", registers.ai_uses, name="ai-uses"),
    path(f"{_city}ai-uses/add/", registers.add, _ai_uses, name="ai-uses-add"),
    path(f"{_city}ai-uses/<int:pk>/", registers.edit, _ai_uses, name="ai-use-edit"),
    path(f"{_city}ai-uses/<int:pk>/remove/", registers.remove, _ai_uses, name="ai-use-remove"),
    path(f"{_city}risks/", registers.risks, name="risks"),
    path(f"{_city}risks/add/", registers.add, _risks, name="risks-add"),
    path(f"{_city}risks/<int:pk>/", registers.edit, _risks, name="risk-edit"),
    path(f"{_city}risks/<int:pk>/remove/", registers.remove, _risks, name="risk-remove"),
    path(f"{_city}risks/<int:pk>/move/", registers.risk_move, name="risk-move"),
]

"""The readiness check, approvers, submitted versions, signing, and verification."""

from django.urls import path

from strategy.views import approvers, readiness, sign, signoff, verify

_here = "cities/<slug:city>/sign-off/"
_version = f"{_here}versions/<int:number>/"

urlpatterns = [
    path(_here, signoff.index, name="sign-off"),
    path(f"{_here}readiness/", readiness.show, name="readiness"),
    path(f"{_here}submit/", signoff.submit, name="version-submit"),
    path(f"{_here}approvers/", approvers.index, name="approvers"),
    path(f"{_here}approvers/new/", approvers.new, name="approver-new"),
    path(f"{_here}approvers/<int:pk>/", approvers.edit, name="approver"),
    path(f"{_here}approvers/<int:pk>/move/", approvers.move, name="approver-move"),
    path(f"{_here}approvers/<int:pk>/remove/", approvers.remove, name="approver-remove"),
    path(_version, signoff.version, name="version"),
    path(f"{_version}withdraw/", signoff.withdraw, name="version-withdraw"),
    path(f"{_version}pdf/", signoff.pdf, name="version-pdf"),
    path(f"{_version}pdf/again/", signoff.pdf_again, name="version-pdf-again"),
    path(f"{_version}code/", sign.code, name="version-code"),
    path(f"{_version}sign/", sign.sign, name="version-sign"),
    path(f"{_version}return/", sign.send_back, name="version-return"),
    path(f"{_version}endorse/", sign.endorse, name="version-endorse"),
    path(f"{_version}paper/", sign.paper, name="version-paper"),
    path(f"{_here}papers/<int:pk>/", signoff.paper_file, name="signature-paper"),
    path("verify/", verify.index, name="verify"),
    path("verify/<str:code>/", verify.show, name="verify-code"),
]

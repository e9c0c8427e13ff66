"""Readiness, approvers, submitted versions, signing."""

from django.urls import path

from strategy.signoff.views import approvers, papers, readiness, sign, versions

_version = "cities/<slug:city>/sign-off/versions/<int:number>/"
_signoff = "cities/<slug:city>/sign-off/"

urlpatterns = [
    path(_signoff, versions.index, name="sign-off"),
    path(f"{_signoff}readiness/", readiness.show, name="readiness"),
    path(f"{_signoff}submit/", versions.submit, name="version-submit"),
    path(f"{_signoff}approvers/", approvers.index, name="approvers"),
    path(f"{_signoff}approvers/new/", approvers.new, name="approver-new"),
    path(f"{_signoff}approvers/<int:pk>/", approvers.edit, name="approver"),
    path(f"{_signoff}approvers/<int:pk>/move/", approvers.move, name="approver-move"),
    path(f"{_signoff}approvers/<int:pk>/remove/", approvers.remove, name="approver-remove"),
    path(f"{_signoff}steps/<int:pk>/readdress/", approvers.readdress, name="step-readdress"),
    path(f"{_signoff}comments/<int:pk>/", versions.answer, name="return-comment"),
    path(_version, versions.version, name="version"),
    path(f"{_version}read/", versions.read, name="version-read"),
    path(f"{_version}withdraw/", versions.withdraw, name="version-withdraw"),
    path(f"{_version}pdf/", versions.pdf, name="version-pdf"),
    path(f"{_version}pdf/again/", versions.pdf_again, name="version-pdf-again"),
    path(f"{_version}code/", sign.code, name="version-code"),
    path(f"{_version}sign/", sign.sign, name="version-sign"),
    path(f"{_version}return/", sign.send_back, name="version-return"),
    path(f"{_version}endorse/", sign.endorse, name="version-endorse"),
    path(f"{_version}paper/", papers.upload, name="version-paper"),
    path(f"{_signoff}papers/<int:pk>/", papers.signature_file, name="signature-paper"),
    path(f"{_signoff}uploads/<int:pk>/", papers.check, name="paper-check"),
    path(f"{_signoff}uploads/<int:pk>/file/", papers.uploaded_file, name="paper-file"),
]

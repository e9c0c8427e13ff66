"""The readiness check, approvers, submitted versions, signing, and verification."""

urlpatterns: list = []

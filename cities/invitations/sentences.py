"""What a sender is told after inviting people."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def sent(emails: list[str]) -> str:
    count = len(emails)
    if count == 1:
        return _("Invitation sent to %(email)s.") % {"email": emails[0]}
    return ngettext("%(count)d invitation sent.", "%(count)d invitations sent.", count) % {"count": count}


def waiting(emails: list[str]) -> str:
    """Before the cohort is live."""
    count = len(emails)
    text = ngettext(
        "%(count)d person was added. The invitation will go out when the cohort goes live.",
        "%(count)d people were added. Their invitations will go out when the cohort goes live.",
        count,
    )
    return text % {"count": count}

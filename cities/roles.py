"""The roles, and the program's suggestions for teams. Permissions are in cities/access.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    PROGRAM_ADMIN = "program_admin", _("program admin")
    COACH = "coach", _("coach")
    CITY_LEAD = "city_lead", _("city lead")
    CITY_MEMBER = "city_member", _("city member")
    MAYOR = "mayor", _("mayor")
    MAYORS_DELEGATE = "mayors_delegate", _("mayor’s delegate")
    GUEST_REVIEWER = "guest_reviewer", _("guest reviewer")
    FUNDER = "funder", _("funder representative")


CITY_ROLES = [Role.CITY_LEAD, Role.CITY_MEMBER, Role.MAYOR, Role.MAYORS_DELEGATE, Role.GUEST_REVIEWER]
STAFF_ROLES = [Role.PROGRAM_ADMIN, Role.COACH]
TEAM_ROLES = [Role.CITY_LEAD, Role.CITY_MEMBER]
# The senior team as the program describes it (docs/program.md 2); other positions are fine if they fit the city.
SUGGESTED_TITLES = [
    _("City manager or chief of staff"),
    _("Chief data officer"),
    _("Senior lead for resident-focused initiatives or accountability"),
    _("Chief policy staffer"),
    _("AI lead"),
    _("Communications lead"),
]
TEAM_SIZE = range(3, 5)  # 3 or 4, plus the mayor

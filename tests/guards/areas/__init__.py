"""What the guards need to know of each subject: data that could leak, and the object an address means."""

from tests.guards.areas import changes, files, people, plan, progress, publication, review, signoff, templates

AREAS = [templates, files, changes, review, plan, signoff, publication, progress, people]
OBJECTS = {name: find for area in AREAS for name, find in area.OBJECTS.items()}
PARTS = {name: find for area in AREAS for name, find in area.PARTS.items()}
NARROWER = {name: rule for area in AREAS for name, rule in area.NARROWER.items()}
# The token of an address behind a emailed link; an invitation's where an area names none.
TOKENS = {name: make for area in AREAS for name, make in getattr(area, "TOKENS", {}).items()}

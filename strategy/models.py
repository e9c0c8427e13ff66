"""The tables of the Citywide Data Strategy, gathered for Django and the apps above; each package defines its own."""
# ruff: noqa: F403 - a list of names would only repeat what each package defines

from strategy.plan.choices import *
from strategy.plan.models import *
from strategy.publication.models import *
from strategy.review.models import *
from strategy.sections.models import *
from strategy.signoff.models import *
from strategy.signoff.paper_models import *
from strategy.template.models import *
from strategy.uploads.models import *

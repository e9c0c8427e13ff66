"""A unique value: the form says once that it is taken, and keeps what was typed."""

from datetime import date

import pytest
from django.http import QueryDict
from django.urls import reverse

from accelerator import rls
from accelerator.conflicts import TAKEN, SharedRowForm, save_form
from accelerator.models import Cohort
from convenings.forms import ConveningForm
from convenings.models import Convening
from dashboards.cohorts.forms import CohortForm
from strategy.models import AiUse, Policy, Risk, TemplateVersion
from strategy.plan import actions as plan
from strategy.plan import registers
from strategy.plan.forms import AiUseForm, PolicyForm, RiskForm
from strategy.template import editing as templates
from strategy.template.forms import NewSectionForm, SectionForm
from tests.clients import edit
from tests.convenings.test_convenings import data as convening
from tests.dashboards.cohorts.test_cohorts import data as cohort
from tests.guards.test_matrix import guarded
from tests.strategy.template.test_templates import fields

REGISTER = "This entry is already in the register."
SENTENCES = {
    AiUseForm: REGISTER,
    CohortForm: "A cohort with this name already exists. Choose another name.",
    ConveningForm: "This group already has a convening that starts on that day.",
    NewSectionForm: "A section with this key already exists.",
    PolicyForm: REGISTER,
    RiskForm: REGISTER,
    SectionForm: "“Risks” is already of this kind. Change that section first.",
}


def kinds(kind=SharedRowForm):
    for below in kind.__subclasses__():
        if not below.__module__.startswith("tests."):
            yield below
        yield from kinds(below)


def is_unique(kind):
    """Whether a rule of the form's row lets only one row have a value of its fields."""
    model, names = kind._meta.model, set(kind._meta.fields)
    rules = [set(getattr(rule, "fields", ())) for rule in model._meta.constraints]
    rules += [{field.name} for field in model._meta.concrete_fields if field.unique]
    return any(names & rule for rule in rules)


def test_every_form_with_a_value_of_one_row_is_tested_here():
    addresses = list(guarded())  # loads every view, and with it every form
    assert addresses
    assert {kind for kind in kinds() if kind._meta.model and is_unique(kind)} == SENTENCES.keys()


@pytest.fixture
def draft(cast):
    return templates.open_draft(version=TemplateVersion.objects.get(number=1), by=cast.admin)


@pytest.fixture
def taken(cast):
    """A row of each register, and a convening."""
    with rls.every_city():
        plan.add(Policy(city=cast.tulsa), by=None, title="Order", type=registers.policy_types()[0])
        plan.add(AiUse(city=cast.tulsa), by=None, name="Sorting")
        plan.add(Risk(city=cast.tulsa), by=None, title="Staff leave", likelihood="low", impact="low")
    day = date(2027, 10, 4)
    Convening.objects.create(cohort=cast.cohort, name="Opening", audience="leads", starts_on=day, ends_on=day)


def says_once(page, sentence, typed):
    assert page.status_code == 422
    assert page.context["form"].errors.as_text().count(sentence) == 1
    assert typed in page.text


def test_new_row_with_a_taken_value_says_so_once_and_keeps_the_rest(cast, as_, taken):
    city, browser = cast.tulsa.slug, as_(cast.lead)
    for register, kind, data in (
        ("policies", PolicyForm, {"title": "Order", "type": registers.policy_types()[0].pk, "number": "Typed"}),
        ("ai-uses", AiUseForm, {"name": "Sorting", "purpose": "Typed"}),
        ("risks", RiskForm, {"title": "Staff leave", "mitigation": "Typed"}),
    ):
        page = browser.post(reverse(f"strategy:{register}-add", args=[city]), data)
        says_once(page, SENTENCES[kind], "Typed")
    browser = as_(cast.admin)
    page = browser.post(reverse("dashboards:cohort-new"), cohort(name=cast.cohort.name, reply_to="typed@tulsa.test"))
    says_once(page, SENTENCES[CohortForm], "typed@tulsa.test")
    url = reverse("convenings:convening-new", args=[cast.cohort.slug])
    page = browser.post(url, convening(audience="leads", starts_on="2027-10-04", place="Typed"))
    says_once(page, SENTENCES[ConveningForm], "Typed")


def test_section_with_a_taken_key_or_role_says_so_once_and_keeps_the_rest(cast, as_, draft):
    browser = as_(cast.admin)
    data = {"key": "vision", "titles_en": "Typed", "component": "use", "due_week": 3, "after": "vision"}
    page = browser.post(reverse("strategy:template-section-add", args=[draft.slug]), data)
    says_once(page, SENTENCES[NewSectionForm], "Typed")
    section = draft.sections.get(key="vision")
    url = reverse("strategy:template-section", args=[draft.slug, "vision"])
    page = browser.post(url, fields(section, role="risks", goods_en="Typed"))
    says_once(page, SENTENCES[SectionForm], "Typed")


def test_row_changed_to_a_taken_value_says_so_once_and_keeps_the_rest(cast, as_, taken):
    browser = as_(cast.admin)
    url = reverse("dashboards:cohort-edit", args=[cast.other_cohort.slug])
    page = edit(browser, url, cohort(name=cast.cohort.name, reply_to="typed@tulsa.test"))
    says_once(page, SENTENCES[CohortForm], "typed@tulsa.test")
    day = date(2027, 11, 1)
    other = Convening.objects.create(cohort=cast.cohort, name="B", audience="leads", starts_on=day, ends_on=day)
    url = reverse("convenings:convening-edit", args=[cast.cohort.slug, other.pk])
    page = edit(browser, url, convening(audience="leads", starts_on="2027-10-04", place="Typed"))
    says_once(page, SENTENCES[ConveningForm], "Typed")


def test_value_taken_between_the_check_and_the_save_says_so_and_saves_nothing(cast, db):
    def post(**values):
        sent = QueryDict(mutable=True)
        sent.update(values)
        return sent

    new = Convening(cohort=cast.cohort)
    form = ConveningForm(post(**convening(audience="leads")), instance=new)
    assert form.is_valid()
    taken = {name: form.cleaned_data[name] for name in ("audience", "starts_on", "ends_on")}
    Convening.objects.create(cohort=cast.cohort, name="First", **taken)
    form, is_saved = save_form(form, lambda **_values: form.instance.save())
    assert (is_saved, form.errors) == (False, {"starts_on": [SENTENCES[ConveningForm]]})
    assert Convening.objects.count() == 1


def test_form_without_a_sentence_of_its_own_has_a_general_one(cast, every_city):
    class PlainForm(SharedRowForm):
        class Meta:
            model = Risk
            fields = ["title"]

    Risk.objects.create(city=cast.tulsa, title="Staff leave", likelihood="low", impact="low", position=1)
    sent = QueryDict(mutable=True)
    sent.update({"title": "Staff leave"})
    assert PlainForm(sent, instance=Risk(city=cast.tulsa)).errors == {"title": [str(TAKEN)]}
    assert not PlainForm(sent, instance=Risk(city=cast.rosario)).errors


def test_cohort_name_taken_between_the_check_and_the_save_is_no_error_page(cast, as_, monkeypatch):
    # The form's check finds nothing, as it would a moment earlier.
    seen = []
    check = CohortForm.validate_unique
    monkeypatch.setattr(CohortForm, "validate_unique", lambda form: check(form) if seen else seen.append(form))
    page = as_(cast.admin).post(reverse("dashboards:cohort-new"), cohort(name=cast.cohort.name))
    says_once(page, SENTENCES[CohortForm], cast.cohort.name)
    assert Cohort.objects.filter(name=cast.cohort.name).count() == 1

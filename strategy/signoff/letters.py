"""Emails about sign-off that can't wait for the daily one: a request to sign, a receipt, a change of approvers.

Each tells what is so at that moment; reminders follow in the daily email (docs/adr/0018).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accelerator import formats, mail
from accelerator.languages import phrase, written_in
from accelerator.models import Email, User
from cities.models import City, Office, Role
from cities.offices import actions as offices
from cities.with_access import program_admins
from strategy.signoff.models import ApproverChange, Signature, Step, StrategyVersion
from strategy.signoff.paper_models import SignedPaper


def _send(
    to: User, city: City, *, subject: str, paragraphs: Iterable[str], button: str, path: str, note: str = ""
) -> None:
    """Call it in the language of the person."""
    mail.send(
        to=to.email,
        person=to,
        city_id=city.pk,
        kind=Email.Kind.SIGN_OFF,
        template="sign_off",
        language=to.language,
        context={
            "heading": subject,
            "paragraphs": [text for text in paragraphs if text],
            "button": button,
            "link": settings.BASE_URL + path,
            "note": note,
        },
    )


def _version_path(version: StrategyVersion) -> str:
    return reverse("strategy:version", args=[version.city.slug, version.number])


def _names(version: StrategyVersion) -> dict[str, object]:
    return {"city": version.city.name, "number": version.number}


def ask_to_sign(version: StrategyVersion, step: Step) -> None:
    """To whoever holds the office, and to a delegate who may sign for them. Nothing before the PDF can be read."""
    if step.signer is None or not version.pdf:
        return
    delegates: list[User] = []
    if step.may_delegate:
        delegates = [row.user for row in offices.delegates(version.city)]
    for person in [step.signer.user, *delegates]:
        with translation.override(person.language):
            _send(
                person,
                version.city,
                subject=_("Please sign version %(number)d of the Citywide Data Strategy for %(city)s")
                % _names(version),
                paragraphs=_request(version, step, person),
                button=_("Read and sign"),
                path=_version_path(version),
                note=_(
                    "You’ll sign in, read the document, and confirm with a code. You can also return it with comments."
                ),
            )


def _request(version: StrategyVersion, step: Step, person: User) -> Iterable[str]:
    title = written_in(step.title, version.city.language)
    values = {"title": title, "name": str(step.signer), "by": str(version.submitted_by or version.city.name)}
    if step.signer and person.pk == step.signer.user_id:
        yield phrase(_("%(by)s submitted it for your signature as %(title)s."), **values)
    else:
        yield phrase(
            _("%(by)s submitted it for the signature of %(name)s, %(title)s. You may sign on their behalf."), **values
        )
    if version.note:
        yield phrase("“%(note)s”", note=written_in(version.note, version.city.language))
    if version.sign_by:
        day = formats.day(version.sign_by)
        yield _("Please sign it or return it with comments by %(day)s.") % {"day": day}
    decision = version.city.decision_set.waiting().first()
    if decision is not None and step.office == Office.MAYOR:
        question = written_in(decision.question, version.city.language)
        pending = _("Also pending: your decision on “%(question)s”, needed by %(day)s.")
        if step.signer and person.pk != step.signer.user_id:
            pending = _("Also pending: the mayor’s decision on “%(question)s”, needed by %(day)s.")
        yield phrase(pending, question=question, day=formats.day(decision.due_on))


def send_receipt(signature: Signature, *, to: User, following: Step | None) -> None:
    """To the person who has just signed or endorsed; `following` is whose turn it is now."""
    version, city = signature.version, signature.version.city
    with translation.override(to.language):
        local = signature.at.astimezone(city.zone)
        at = f"{formats.day(local.date())}, {formats.time_in_zone(local, city.time_zone)}"
        values = {**_names(version), "at": at, "role": written_in(signature.role, city.language)}
        if signature.kind == Signature.Kind.ENDORSE:
            subject = _("You endorsed version %(number)d of the Citywide Data Strategy for %(city)s")
            sentence = phrase(_("You endorsed it as %(role)s on %(at)s."), **values)
        else:
            subject = _("You signed version %(number)d of the Citywide Data Strategy for %(city)s")
            sentence = phrase(_("You signed it as %(role)s on %(at)s."), **values)
            if signature.on_behalf_of:
                whom = written_in(signature.on_behalf_of, city.language)
                sentence = phrase(_("You signed it on behalf of %(whom)s on %(at)s."), whom=whom, at=at)
        _send(
            to,
            city,
            subject=subject % _names(version),
            paragraphs=[
                sentence,
                _next_sentence(version, following) if signature.kind == Signature.Kind.SIGN else "",
                _("Fingerprint of the text you signed (SHA-256): %(sha256)s") % {"sha256": signature.sha256},
            ],
            button=_("Open what you signed"),
            path=_version_path(version),
            note=_("If you didn’t do this, tell GovEx right away."),
        )


def _next_sentence(version: StrategyVersion, step: Step | None) -> str:
    if step is None:
        return _("All approvers have signed. This version is now in effect.")
    title = written_in(step.title, version.city.language)
    if step.signer is not None:
        return phrase(_("Next: %(name)s, %(title)s."), name=str(step.signer), title=title)
    return phrase(_("Next: %(title)s."), title=title)


def tell_paper(paper: SignedPaper, *, by: User) -> None:
    """That a signed document was uploaded: to the mayor, the coaches and GovEx, since anyone can upload a file."""
    version, city = paper.step.version, paper.city
    admins = set(program_admins())
    for person in observers(city, besides=by):
        with translation.override(person.language):
            values = {
                "by": paper.recorded_by_name,
                "name": paper.person_name,
                "title": written_in(paper.role, city.language),
                "day": formats.day(paper.signed_on),
            }
            _send(
                person,
                city,
                subject=_("A paper signature was uploaded for version %(number)d in %(city)s") % _names(version),
                paragraphs=[
                    phrase(_("%(by)s uploaded a document signed by %(name)s, %(title)s, dated %(day)s."), **values),
                    _(
                        "It won’t count until GovEx has compared it with the version. If you didn’t expect this, "
                        "contact GovEx."
                    ),
                ],
                button=_("Check the document") if person in admins else _("Open the version"),
                path=(
                    reverse("strategy:paper-check", args=[city.slug, paper.pk])
                    if person in admins
                    else _version_path(version)
                ),
            )


def tell_declined(paper: SignedPaper) -> None:
    """That GovEx didn't accept a signed document: to whoever uploaded it and the leads, so that another can follow."""
    version, city = paper.step.version, paper.city
    leads = [row.user for row in city.membership_set.active().filter(role=Role.CITY_LEAD).select_related("user")]
    uploader = city.membership_set.active().filter(user=paper.recorded_by_id).select_related("user").first()
    for person in dict.fromkeys([*([uploader.user] if uploader else []), *leads]):
        with translation.override(person.language):
            title = written_in(paper.role, city.language)
            _send(
                person,
                city,
                subject=_("The paper signature for version %(number)d in %(city)s wasn’t accepted") % _names(version),
                paragraphs=[
                    phrase(
                        _("GovEx checked the document for %(title)s and didn’t accept it. Here’s why:"), title=title
                    ),
                    f"“{paper.reason}”",
                    _("Upload another document, or change who’s asked to sign."),
                ],
                button=_("Open the version"),
                path=_version_path(version),
            )


def tell_change(change: ApproverChange, *, by: User | None) -> None:
    """That the approvers have changed: to the mayor, the coaches and GovEx."""
    if by is None:  # the demo and other code, not a person
        return
    city = change.city
    for person in observers(city, besides=by):
        with translation.override(person.language):
            what = {
                ApproverChange.Kind.ADDED: _("Added: %(title)s. %(detail)s"),
                ApproverChange.Kind.CHANGED: _("Changed: %(title)s. %(detail)s"),
                ApproverChange.Kind.REMOVED: _("Removed: %(title)s."),
                ApproverChange.Kind.MOVED: _("Moved in the order: %(title)s."),
            }[ApproverChange.Kind(change.kind)]
            written = ("title", "detail", "before", "after")
            values = {name: written_in(getattr(change, name), city.language) for name in written}
            _send(
                person,
                city,
                subject=_("The approvers of the strategy for %(city)s have changed") % {"city": city.name},
                paragraphs=[
                    _("%(by)s changed who approves the Citywide Data Strategy for %(city)s.")
                    % {"by": change.by_name, "city": city.name},
                    phrase(what, **values),
                    phrase(_("Before: %(before)s"), **values) if change.before else "",
                    phrase(_("Now: %(after)s"), **values) if change.after else "",
                    _("If you didn’t expect this change, contact the city lead or GovEx."),
                ],
                button=_("See the approvers"),
                path=reverse("strategy:sign-off", args=[city.slug]),
            )


def observers(city: City, *, besides: User) -> list[User]:
    """The mayor, the city's coaches and GovEx's program admins."""
    mayors = [row.user for row in city.membership_set.active().filter(role=Role.MAYOR).select_related("user")]
    coaches = [row.user for row in city.coachassignment_set.active().select_related("user")]
    people = dict.fromkeys([*mayors, *coaches, *program_admins()])
    return [person for person in people if person != besides]

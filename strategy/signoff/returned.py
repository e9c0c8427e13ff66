"""What an approver asked to change when returning a version, and what the city did about it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator import audit
from accelerator.excerpts import excerpt
from accelerator.languages import phrase, written_in
from accelerator.models import User
from accelerator.refusals import Refused
from cities.models import City
from strategy.document.parts import changed_parts, parts_of
from strategy.document.tree import Tree, freeze
from strategy.review.models import Thread
from strategy.signoff.findings import Finding
from strategy.signoff.models import ReturnComment, Signature, StrategyVersion

RETURNED = StrategyVersion.State.RETURNED


def of(city: City) -> QuerySet[ReturnComment]:
    """The comments on the latest version; none unless it was returned."""
    # A withdrawn version decides nothing: what came back before it is still to be answered.
    decided = city.strategyversion_set.exclude(state=StrategyVersion.State.WITHDRAWN)
    latest = decided.order_by("-number").values("pk")[:1]
    rows = ReturnComment.objects.filter(city=city, signature__version__in=latest, signature__version__state=RETURNED)
    return rows.select_related("signature", "answered_by")


def on(version: StrategyVersion) -> QuerySet[ReturnComment]:
    """The comments on the version before this one, if that was returned: what this one answers."""
    earlier = version.city.strategyversion_set.exclude(state=StrategyVersion.State.WITHDRAWN)
    before = earlier.filter(number__lt=version.number).order_by("-number").values("pk")[:1]
    rows = ReturnComment.objects.filter(
        city=version.city, signature__version__in=before, signature__version__state=RETURNED
    )
    return rows.select_related("signature__version", "answered_by").defer("signature__version__tree")


def store(signature: Signature, comment: str, sections: list[tuple[str, str]], titles: dict[str, str]) -> None:
    """`sections`: (key, text) of each comment on a section; `titles`: the labels of the frozen sections."""
    rows = [("", "", comment)] if comment else []
    rows += [(key, titles.get(key, key), text) for key, text in sections]
    ReturnComment.objects.bulk_create(
        ReturnComment(
            city_id=signature.city_id, signature=signature, position=position, section=key, label=label[:220], body=text
        )
        for position, (key, label, text) in enumerate(rows)
    )


@transaction.atomic
def answer(*, comment: ReturnComment, answer: str, by: User) -> None:
    comment.answer, comment.answered_by, comment.answered_at = answer, by, timezone.now()
    comment.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record("approver’s comment answered", by=by, about=comment)


def refuse_unanswered(last: StrategyVersion | None, tree: Tree) -> None:
    """What came back is answered: with a changed text, and a word on each comment. Raises Refused."""
    if last is None or last.state != RETURNED:
        return
    if unchanged := _unchanged(last, tree):
        raise Refused(unchanged)
    if unanswered := of(last.city).filter(answer="").count():
        raise Refused(
            ngettext(
                "Not submitted. One comment from the approver is unanswered. Enter what was done about it.",
                "Not submitted. %(number)d comments from the approver are unanswered. Enter what was done about each.",
                unanswered,
            )
            % {"number": unanswered}
        )


def _unchanged(last: StrategyVersion, tree: Tree) -> str:
    # By their texts: a section that was changed and changed back is the same.
    if changed_parts(last.parts.all(), parts_of(tree)):
        return ""
    sentence = _("Nothing has changed since version %(number)d was returned. Change the text before you resubmit it.")
    return sentence % {"number": last.number}


def findings(city: City, *, may_answer: bool) -> list[Finding]:
    """What still has to be done before a returned version can be followed by the next; empty if none was returned."""
    decided = city.strategyversion_set.exclude(state=StrategyVersion.State.WITHDRAWN)
    last = decided.defer("tree").order_by("-number").first()
    if last is None or last.state != RETURNED:
        return []
    rows = list(_unanswered(city, last, may_answer))
    if unchanged := _unchanged(last, freeze(city)):
        place = _("Version %(number)d") % {"number": last.number}
        rows.append(Finding(True, unchanged, place, reverse("strategy:strategy", args=[city.slug])))
    return rows


def _unanswered(city: City, last: StrategyVersion, may_answer: bool) -> Iterator[Finding]:
    version_url = reverse("strategy:version", args=[city.slug, last.number])
    for comment in of(city).filter(answer=""):
        url = reverse("strategy:return-comment", args=[city.slug, comment.pk]) if may_answer else version_url
        message = _("A comment from the approver is unanswered: “%(comment)s”")
        text = written_in(excerpt(comment.body, 120), city.language)
        yield Finding(True, phrase(message, comment=text), _("Comments from the approver"), url)


def threads_of_unanswered(city: City) -> list[int]:
    """The conversations that an approver's unanswered comments opened in their sections."""
    same = of(city).filter(answer="", section=OuterRef("section__key"), body=OuterRef("comments__body"))
    return list(Thread.objects.filter(Exists(same), city=city).order_by().values_list("pk", flat=True))

"""Public verification of a printed code, and whether a file is that exact version, byte for byte.

Reads only public seals, so that nothing about unsigned versions is revealed; checked files aren't stored.
"""

from __future__ import annotations

import hashlib
import re
from copy import copy
from dataclasses import dataclass
from typing import Any

from allauth.core import ratelimit
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accelerator.intake.files import MEGABYTE, FileKind, kind_of
from accelerator.middleware import takes_file
from cities.access import public_view
from strategy.publication import signers
from strategy.publication.models import PublicStrategy
from strategy.signoff import codes, lapse
from strategy.signoff.models import PublicSeal
from strategy.template.models import label_of

FILE_MB = 30
# A signed PDF carries its code in its metadata, which is never compressed.
_CODE = re.compile(rb"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


class Hasher(FileUploadHandler):
    """Computes a file's SHA-256 as it arrives, without storing it."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.hash, self.size, self.is_pdf, self.too_big = hashlib.sha256(), 0, False, False
        self.codes: set[str] = set()
        self.tail = b""
        self.count = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.count += 1
        if self.count > 1:  # read, but not judged: the parts of two files aren't one
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start == 0:
            self.is_pdf = kind_of(raw_data) is FileKind.PDF
        self.size += len(raw_data)
        # Keep reading the body: a browser whose upload is cut off shows no response at all.
        if self.size > FILE_MB * MEGABYTE:
            self.too_big = True
            raise StopUpload(connection_reset=False)
        self.hash.update(raw_data)
        window = self.tail + raw_data
        self.codes |= {code for found in _CODE.findall(window) if codes.is_complete(code := found.decode())}
        self.tail = window[-13:]

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        return None


@dataclass
class Answer:
    """The seal for the code or file, what is wrong with the code, and a message about the file."""

    typed: str = ""
    seal: PublicSeal | None = None
    problem: str = ""
    file: str = ""
    file_tone: str = ""
    verdict: str = ""
    digest: str = ""
    status: int = 0


@csrf_exempt  # changes nothing; the file must not be read before its handler is in place
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_view
@takes_file
def index(request: HttpRequest) -> HttpResponse:
    hasher = _receive_file(request)
    typed = (request.POST.get("code") or request.GET.get("code") or "").strip()
    # One URL per code, so that a result can be printed, shared and scanned.
    if typed and request.method != "POST":
        return redirect("strategy:verify-code", code=codes.read(typed) or "-")
    answer = _look_up_code(request, typed) if typed else Answer()
    if hasher and not answer.problem:
        _check_file(request, answer, hasher)
    elif request.method == "POST" and not typed:
        answer.problem = _("Enter the code, choose the PDF file, or do both.")
    return _page(request, answer)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_view
@takes_file
def show(request: HttpRequest, code: str) -> HttpResponse:
    hasher = _receive_file(request)
    if request.method != "POST" and codes.is_complete(codes.read(code)) and codes.read(code) != code:
        return redirect("strategy:verify-code", code=codes.read(code))
    answer = _look_up_code(request, code)
    if hasher and answer.seal:
        _check_file(request, answer, hasher)
    elif request.method == "POST" and answer.seal:
        answer.file, answer.file_tone = _("Choose the PDF file first."), "warn"
    return _page(request, answer)


def _receive_file(request: HttpRequest) -> Hasher | None:
    """The hasher with the file's hash, if the form included a file."""
    if request.method != "POST":
        return None
    # The file passes through and is stored nowhere: it can be anything, from anyone.
    hasher = Hasher(request)
    request.upload_handlers = [hasher]
    request.POST.get("code")  # reads the body
    return hasher if hasher.size else None


def _is_allowed(request: HttpRequest, action: str) -> bool:
    """Count an attempt against the limit per network address (ACCOUNT_RATE_LIMITS)."""
    counted = copy(request)
    counted.method = "POST"  # allauth doesn't count GETs, and codes are looked up by GET
    return bool(ratelimit.consume(counted, action=action))


def _look_up_code(request: HttpRequest, typed: str) -> Answer:
    code = codes.read(typed)
    answer = Answer(typed=typed[:40])
    if not codes.is_complete(code):
        letters = len(code.replace("-", ""))
        if letters == codes.LETTERS:
            answer.problem = _("That code has a typo. Check it against the printed page, character by character.")
        else:
            answer.problem = _("A code has %(most)d letters and numbers, like 7KQF-M2XD-93RT. Yours has %(now)d.") % {
                "most": codes.LETTERS,
                "now": letters,
            }
        return answer
    answer.seal = PublicSeal.objects.filter(code=code).first()
    answer.typed = code
    if answer.seal is None:
        # Only nonexistent codes count: someone checking a genuine document is never rate-limited.
        if not _is_allowed(request, "verify_code"):
            answer.problem = _("Too many codes have been tried from your network. Wait a minute and try again.")
            answer.status = 429
        else:
            answer.problem = _(
                "No signed strategy has the code %(code)s. The code’s format is valid, so the document with this "
                "code either wasn’t signed on this site or isn’t genuine. Ask the city."
            ) % {"code": code}
    return answer


def _check_file(request: HttpRequest, answer: Answer, hasher: Hasher) -> None:
    if hasher.count > 1:
        answer.file, answer.file_tone = _("You sent more than one file. Choose one PDF file."), "warn"
        return
    if not _is_allowed(request, "verify_file"):
        answer.file, answer.file_tone = (
            _("Too many files have been checked from your network. Wait a minute and try again."),
            "warn",
        )
        answer.status = 429
        return
    if hasher.too_big:
        answer.file, answer.file_tone = (
            _("This file is larger than %(mb)d MB. Signed strategies are never that large.") % {"mb": FILE_MB},
            "bad",
        )
        answer.verdict = _("This file isn’t the one that was signed")
        return
    answer.digest = digest = hasher.hash.hexdigest()
    # Without a code, the file alone may identify the version.
    if answer.seal is None:
        answer.seal = PublicSeal.objects.exclude(pdf_sha256="").filter(pdf_sha256=digest).first()
    if answer.seal is None and hasher.codes:
        # Not that file, but one that says it is: name the version that it claims to be.
        answer.seal = PublicSeal.objects.filter(code__in=sorted(hasher.codes)[:20]).order_by("-pk").first()
    seal = answer.seal
    if seal is not None and not seal.pdf_sha256:
        answer.file, answer.file_tone = (
            _("This version’s PDF is still being created. Try again in a few minutes."),
            "warn",
        )
    elif seal is not None and digest == seal.pdf_sha256:
        answer.file_tone = "good"
        if signers.on_paper(seal):
            # The site made the file, but what was signed is a sheet of paper.
            answer.verdict = _("This file is the one that this site issued")
            answer.file = _("It matches version %(number)d, byte for byte.") % {"number": seal.number}
        else:
            answer.verdict = _("This file is the one that was signed")
            answer.file = _("Yes. This file matches signed version %(number)d, byte for byte.") % {
                "number": seal.number
            }
    else:
        answer.file, answer.file_tone = _mismatch_message(request, hasher, seal), "bad"
        answer.verdict = _("This file isn’t the one that was signed")


def _mismatch_message(request: HttpRequest, hasher: Hasher, seal: PublicSeal | None) -> str:
    digest = hasher.hash.hexdigest()
    other = PublicSeal.objects.exclude(pdf_sha256="").filter(pdf_sha256=digest).first()
    if other:
        return _("No. This file is signed version %(number)d of %(city)s’s strategy, with the code %(code)s.") % {
            "number": other.number,
            "city": other.city_name,
            "code": other.code,
        }
    if not hasher.is_pdf:
        return _("No. This file isn’t a PDF, so it can’t be a signed strategy.")
    if seal is None:
        return _(
            "This file isn’t a signed strategy. It may be a draft, a file that was saved again in another app "
            "(which changes the file but not its text), or an altered copy. Ask the city for the signed file."
        )
    return _(
        "No. This file isn’t the one that was signed. It may be a draft, another version, a file that was "
        "saved again in another app (which changes the file but not its text), or an altered copy. Ask the "
        "city for the signed file."
    )


def _page(request: HttpRequest, answer: Answer) -> HttpResponse:
    seal, successor = answer.seal, _successor(answer.seal)
    status = answer.status or (404 if answer.problem and answer.typed else 200)
    context = {
        "answer": answer,
        "seal": seal,
        "template": label_of(seal.template) if seal else "",
        "file_mb": FILE_MB,
        "digest": answer.digest,
        "signatures": signers.signatures(seal),
        "on_paper": signers.on_paper(seal),
        "successor": successor,
        "lapse": lapse.of_seal(seal) if seal and not successor else None,
        "published": seal and _published(seal),
    }
    return render(request, "strategy/publication/verify.html", context, status=status)


def _successor(seal: PublicSeal | None) -> PublicSeal | None:
    if seal is None or seal.state == PublicSeal.State.VALID:
        return None
    return PublicSeal.objects.filter(city=seal.city_id, state=PublicSeal.State.VALID).first()


def _published(seal: PublicSeal) -> PublicStrategy | None:
    """The public page of this version, if the city published it."""
    rows = PublicStrategy.objects.filter(city=seal.city_id, number=seal.number, withdrawn_at=None)
    return rows.only("slug", "number", "superseded_at").first()

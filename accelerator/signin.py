"""Sign-in codes: eight characters by email, three attempts per browser, counted in the database (docs/adr/0008).

allauth keeps its code and its count of tries in the session, in clear, where parallel requests overwrite each other.
Here its flow runs without either. This is the only module that calls the part of allauth that isn't public.
"""

from __future__ import annotations

import secrets
import time
import uuid
from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.core.internal.cryptokit import generate_user_code
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accelerator import audit
from accelerator.accounts import send_at_sign_in
from accelerator.models import SignInCode, User

LASTS = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
TRIES = settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS
FORMAT: dict[str, Any] = dict(settings.ACCOUNT_LOGIN_BY_CODE_FORMAT)
LENGTH: int = FORMAT["length"]
ALPHABET: str = FORMAT["allowed_chars"]
# Emails to one address within a code's lifetime. Later requests send nothing, but any code emailed to the address
# works in their browser: flooding someone's mailbox must not keep that person out.
MOST = 5
_HANDLE = "sign_in_code"


def start(request: HttpRequest, *, email: str, user: User | None) -> bool:
    """Begin a sign-in; `user` is None for an address without access. Whether an email was sent."""
    is_sent = _send(request, email=email, user=user)
    LoginCodeVerificationProcess.initiate(request=request, user=user, email=email)
    return is_sent


def send_again(request: HttpRequest, process: Any) -> bool:
    """A new code for a sign-in that has begun (`process` is allauth's state); whether an email was sent."""
    process.state["at"] = time.time()  # the new code gets its own 15 minutes
    return _send(request, email=process.state["email"], user=process.user)


def normalize(typed: str) -> str | None:
    """The code as it was emailed; None if it can't be one. A pasted one may have spaces, hyphens, or lowercase."""
    code = "".join(letter for letter in typed if not letter.isspace() and letter != "-").upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def check(request: HttpRequest, *, email: str, user: User | None, code: str) -> bool:
    """Use a normalized code; a wrong one counts, also after this request's session was overwritten by another."""
    with transaction.atomic():
        _lock(email)
        row = _live(email).filter(pk=_handle(request)).first()
        if row is None or row.wrong >= TRIES:
            return False
        codes = [row] if row.digest else _live(email).exclude(digest="").filter(used_at=None)
        match = next((each for each in codes if each.used_at is None and _fits(each, code)), None)
        if match is not None and user is not None:
            SignInCode.objects.filter(pk=match.pk).update(used_at=timezone.now())
            return True
        SignInCode.objects.filter(pk=row.pk).update(wrong=row.wrong + 1)
    audit.record("sign-in failed", by=None, about=user, email=email)
    return False


def lock_owner(user: User | None, *, email: str) -> bool:
    """Whether the address that got the code is still this person's; it stays so until the transaction ends."""
    rows = User.objects.select_for_update(no_key=True).filter(pk=user.pk if user else 0, is_active=True)
    return email in rows.values_list("email", flat=True)


def has_tries(request: HttpRequest) -> bool:
    return SignInCode.objects.filter(pk=_handle(request), wrong__lt=TRIES).exists()


def finish(request: HttpRequest) -> None:
    """Forget the code once the person has signed in."""
    request.session.pop(_HANDLE, None)


def forget_old() -> None:
    SignInCode.objects.filter(sent_at__lt=timezone.now() - timedelta(days=1)).delete()


def _send(request: HttpRequest, *, email: str, user: User | None) -> bool:
    # The same work with and without access: only the email differs.
    code = _issue(request, email)
    if not code:
        return False
    if user is None:
        send_at_sign_in(email, "no_access")
    else:
        minutes = int(LASTS.total_seconds() // 60)
        send_at_sign_in(email, "sign_in_code", code=code, minutes=minutes)
    return True


def _issue(request: HttpRequest, email: str) -> str:
    """Record a request and return the code to email; "" once enough were sent."""
    with transaction.atomic():
        _lock(email)
        newest = _live(email).exclude(digest="").order_by("-sent_at").values_list("used_at", flat=True)[:MOST]
        # Whoever used a code reads the mailbox: counting begins anew.
        unused = [used_at is None for used_at in newest]
        code = "" if len(unused) == MOST and all(unused) else generate_user_code(**FORMAT)
        row = SignInCode(email=email)
        if code:
            salt = secrets.token_hex(8)
            row.digest = f"{salt}${_hash(salt, email, normalize(code) or '')}"
        row.save(force_insert=True)
    request.session[_HANDLE] = str(row.pk)
    return code


def _live(email: str) -> QuerySet[SignInCode]:
    return SignInCode.objects.filter(email=email, sent_at__gt=timezone.now() - LASTS)


def _handle(request: HttpRequest) -> uuid.UUID:
    return uuid.UUID(request.session.get(_HANDLE) or str(uuid.UUID(int=0)))


def _lock(email: str) -> None:
    # Until the end of the transaction, one try or request per address at a time, whether or not it is known.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign-in {email}"])


def _fits(row: SignInCode, code: str) -> bool:
    salt, _mark, digest = row.digest.partition("$")
    return constant_time_compare(digest, _hash(salt, row.email, code))


def _hash(salt: str, email: str, code: str) -> str:
    # Keyed: a copy of the database alone doesn't allow trying codes.
    return salted_hmac(f"accelerator.signin.{salt}", f"{email}\0{code}", algorithm="sha256").hexdigest()

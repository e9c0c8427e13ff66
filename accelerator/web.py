"""What views read from a request."""

from __future__ import annotations

from django.http import HttpRequest

from accelerator import numbers


def number_in(request: HttpRequest, name: str) -> int | None:
    """A whole number from the form or the address; None where it is missing or something else."""
    return numbers.whole(request.POST.get(name, "") or request.GET.get(name, ""))


def is_script(request: HttpRequest) -> bool:
    """Whether a script of ours asks, and not a form or a link."""
    return request.headers.get("X-Requested-With") == "fetch"

"""How many examples a property is tried with (hypothesis).

Every run draws the same 50 from the same source, so that a red line tells about the change under test.
`HYPOTHESIS_PROFILE=search make test` looks for new ones, 2,000 a property.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "house")
# No test asserts a time, and each example takes back what it wrote in the test's own transaction.
_COMMON = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], database=None
)
settings.register_profile("house", _COMMON, max_examples=50, derandomize=True)
settings.register_profile("search", _COMMON, max_examples=2000)


def few(count: int) -> settings:
    """Settings of a property whose every example takes a tenth of a second or more."""
    return settings(max_examples=count if PROFILE == "house" else 20 * count)

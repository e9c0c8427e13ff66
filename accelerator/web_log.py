"""gunicorn's log without tokens; the only module that imports gunicorn, which development on other systems lacks."""

from __future__ import annotations

from typing import Any

from gunicorn import glogging  # type: ignore[import-untyped]

from accelerator.logs import RedactedFormatter


class WebLogger(glogging.Logger):  # type: ignore[misc]
    """gunicorn's access and error log: gunicorn.conf.py names it, whoever starts gunicorn."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.access_log, self.error_log):
            for handler in log.handlers:
                handler.setFormatter(RedactedFormatter(inner=handler.formatter))

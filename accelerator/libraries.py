"""System libraries that no Python package installs: `python -m accelerator.libraries` lists what is missing."""

import ctypes
import sys

# What WeasyPrint loads (weasyprint/text/ffi.py); libpangoft2 depends on all the others.
_NEEDED = ("libgobject-2.0.so.0", "libpango-1.0.so.0", "libharfbuzz.so.0", "libfontconfig.so.1", "libpangoft2-1.0.so.0")


def complaint() -> str:
    """A message naming the missing libraries and the Debian packages that provide them, or ""."""
    missing = [name for name in _NEEDED if not _loads(name)]
    if not missing:
        return ""
    return (
        f"Rendering PDFs needs Pango, and {', '.join(missing)} cannot be loaded:"
        " on Debian or Ubuntu, run: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
    )


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(complaint() or 0)

"""An uploaded image, treated as untrusted and re-encoded: PNG or JPEG, upright, without metadata."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageCms, ImageOps

from accelerator import formats
from accelerator.intake.files import DAMAGE, UnreadableFile, check_size

MEGABYTES = 10
ADVICE = gettext_lazy("Make it smaller and try again.")
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2400
# Drawings stay lossless PNG up to this size; anything larger is treated as a photo.
LARGEST_PNG = 3 * 1024 * 1024
FORMATS = ["PNG", "JPEG", "GIF", "WEBP"]


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image as stored; `kind` is image/png or image/jpeg, width and height are pixels."""

    data: bytes
    kind: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def suffix(self) -> str:
        return "png" if self.kind == "image/png" else "jpg"


def reencode(content: bytes) -> StoredImage:
    """The image to store, its longest side at most LONGEST_SIDE; raises UnreadableFile."""
    check_size(len(content), MEGABYTES, ADVICE)
    image = _open(content)
    try:
        return _encode(image)
    except MemoryError:
        raise UnreadableFile(_("The image is too large to open.")) from None
    except DAMAGE:
        raise UnreadableFile(
            _("The image file is incomplete or damaged. Open it on your computer and save it again.")
        ) from None


def _open(content: bytes) -> Image.Image:
    """Open the image and check its header; no pixels are decoded yet."""
    start = content[:4096]
    if not start:
        raise UnreadableFile(_("The file is empty."))
    if b"<svg" in start.lower():
        raise UnreadableFile(
            _("SVG files aren’t accepted because they can contain code. Save the image as a PNG first.")
        )
    if start[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheif", b"ftypavif"}:
        raise UnreadableFile(_("HEIC and AVIF images aren’t accepted. Save the image as a JPEG or PNG first."))
    # List the formats explicitly, or a file could select any of Pillow's readers, including Ghostscript.
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(MOST_PIXELS) from None
    except DAMAGE:
        raise UnreadableFile(
            _("This file isn’t an image, even if its name suggests it is. Choose a PNG, JPEG, GIF, or WebP file.")
        ) from None
    if image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels(image.width * image.height)
    # MPO is a phone's JPEG with a second view or a depth map: several frames, but not an animation.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise UnreadableFile(_("Animated images aren’t supported. Upload a still PNG or JPEG."))
    return image


def _too_many_pixels(pixels: int) -> UnreadableFile:
    return UnreadableFile(
        _(
            "The image is larger than %(most)d megapixels. Make it smaller and try again; images are shown at up "
            "to %(side)s pixels per side."
        )
        % {"most": MOST_PIXELS // 1_000_000, "side": formats.number(LONGEST_SIDE)}
    )


def _encode(image: Image.Image) -> StoredImage:
    is_photograph = image.format in {"JPEG", "MPO"}
    profile = image.info.get("icc_profile")
    if image.mode in {"P", "PA"}:
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    # Shrink before rotating: a JPEG then decodes at a fraction of its size.
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(image)
    colors = _convert_colors(upright, profile)
    if not is_photograph:
        data = _to_bytes(colors, "PNG")
        if len(data) <= LARGEST_PNG or colors.mode in {"RGBA", "LA"}:
            return StoredImage(data, "image/png", *colors.size)
    return StoredImage(_to_bytes(colors, "JPEG", quality=86, progressive=True), "image/jpeg", *colors.size)


def _convert_colors(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Gray or sRGB at eight bits, keeping any transparency."""
    if image.mode.startswith("I") or image.mode == "F":
        # 16 bits per pixel: Pillow's own conversion would clip everything above 255 to white.
        return image.convert("I").point(lambda value: value * (1 / 256) + 0).convert("L")
    if profile and image.mode in {"RGB", "CMYK"}:
        try:
            source_profile = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source_profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, *DAMAGE):
            pass  # ignore an unreadable profile
    if image.mode in {"L", "RGB", "RGBA", "LA"}:
        return image
    return image.convert("RGBA" if "A" in image.mode or "transparency" in image.info else "RGB")


def _to_bytes(image: Image.Image, kind: str, **options: object) -> bytes:
    # Paste into a new image to drop metadata such as location and thumbnails.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    target = BytesIO()
    bare.save(target, kind, **options)
    return target.getvalue()

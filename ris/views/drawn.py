"""Images that the archive cannot draw: HTJ2K is drawn here."""

from __future__ import annotations

from django.http import HttpResponse

from ris.models import Instance
from ris.services.dicomweb import drawing
from ris.services.dicomweb.frames import HTJ2K_SYNTAXES
from ris.views.accel import PRIVATE


def drawn_here(image: Instance) -> bool:
    """Not by the archive, which does not know HTJ2K."""
    return image.transfer_syntax_uid in HTJ2K_SYNTAXES


def drawn(image: Instance, index: int, media_type: str, rendering: str = "") -> HttpResponse:
    """Frame ``index`` from 0; ``rendering`` as ``query.rendered_query`` writes it.

    Raises AppError (406), ExternalError.
    """
    picture = drawing.image_draw(image, index, media_type, drawing.rendering_parse(rendering))
    return HttpResponse(picture, media_type, headers={"Cache-Control": PRIVATE})

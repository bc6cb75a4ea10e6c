"""The child process that draws: ``python -m pacs.delivery.drawing_process FD MEMORY_FD``.

As ``pacs.htj2k.decoder_process``, with options: none decodes, STORED returns the frame as it is in
the file, any other is the text of a Rendering.
"""

from __future__ import annotations

from pacs.delivery.drawing import draw
from pacs.delivery.rendering import rendering_of
from pacs.delivery.stored_values import stored_frame
from pacs.htj2k import codec
from pacs.htj2k.decoder_process import serve
from pacs.htj2k.pixel_data import Part10

STORED = b"stored"
MEMORY_BYTES = 3 << 30


def drawn(part10: Part10, index: int, options: bytes) -> list[bytes]:
    if not options:
        return [codec.decode(part10, index)]
    if options == STORED:
        return [stored_frame(part10, index)]
    return [draw(part10, index, rendering_of(options.decode()))]


if __name__ == "__main__":
    serve(drawn, MEMORY_BYTES)

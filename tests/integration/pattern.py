# SPDX-License-Identifier: GPL-2.0-or-later
"""The picture that tests/programs/pattern.c draws, computed."""
import numpy

BLOCK, BITS = 8, 16


def tri(value):
    value = value & 511
    return numpy.where(value < 256, value, 511 - value)


def picture(width, height, frame, color=None):
    x, y = numpy.arange(width)[None, :], numpy.arange(height)[:, None]
    out = numpy.empty((height, width, 3), numpy.uint8)
    if color is None:
        out[:, :, 0], out[:, :, 1], out[:, :, 2] = tri(x), tri(y), tri(x + y + 4 * frame)
    else:
        out[:] = color >> 16, color >> 8 & 255, color & 255
    for bit in range(BITS):
        out[:BLOCK, bit * BLOCK:(bit + 1) * BLOCK] = 255 if frame >> bit & 1 else 0
    return out


def number(got):
    """The number in a picture's blocks, as far as it can be told; None where no blocks are."""
    if got.shape[0] < BLOCK or got.shape[1] < BITS * BLOCK:
        return None
    middle = got[BLOCK // 2, BLOCK // 2:BITS * BLOCK:BLOCK].astype(int)
    dark, bright = (middle < 50).all(axis=1), (middle > 205).all(axis=1)
    if not (dark | bright).all():
        return None
    return int(sum(1 << bit for bit in range(BITS) if bright[bit]))


def is_frame(got, width, height, color=None):
    """Whether the picture is, in every pixel, a frame of the pattern."""
    frame = number(got)
    return frame is not None and got.shape == (height, width, 3) and bool(
        (got == picture(width, height, frame, color)).all())

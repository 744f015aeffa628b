"""A body of many lines, kept aside until it is known to be neither too long nor too large."""

from tempfile import SpooledTemporaryFile
from typing import IO

from accounts.errors import BatchTooLarge

MOST_LINES = 10_000
MOST_BYTES = 50 * 1024 * 1024
PIECE = 64 * 1024
IN_MEMORY = 1024 * 1024


def kept_aside(stream: IO[bytes]) -> IO[bytes]:
    """``BatchTooLarge`` before anything is written. Close it, and it is gone."""
    file, size, lines = SpooledTemporaryFile(IN_MEMORY), 0, 0  # noqa: SIM115
    while piece := stream.read(PIECE):
        size, lines = size + len(piece), lines + piece.count(b"\n")
        # The last line may end without saying so.
        if size > MOST_BYTES or lines > MOST_LINES or (lines == MOST_LINES and not piece.endswith(b"\n")):
            file.close()
            raise BatchTooLarge(
                f"Send at most {MOST_LINES} lines of together {MOST_BYTES // 2**20} MB at a time. Nothing was written."
            )
        file.write(piece)
    file.seek(0)
    return file

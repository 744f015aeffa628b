"""A small disk, which can be filled and emptied again."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MOUNT = ("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs")


def where_mounting_is_allowed() -> list[str]:
    """What to start a command with so that it may mount. Nobody else sees what it mounts, and with its last process
    that is gone. Empty where there is no way."""
    for as_whom in ("-m", "-rm"):
        if succeeds("unshare", as_whom, *MOUNT, "/tmp"):
            return ["unshare", as_whom]
    return []


@contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """False if it is only a folder, because nothing may be mounted here."""
    place.mkdir()
    is_disk = succeeds(*MOUNT, str(place))
    try:
        yield is_disk
    finally:
        if is_disk:
            subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def filled(place: Path, left: int) -> Iterator[None]:
    """Until so many bytes are left."""
    disk = os.statvfs(place)
    ballast = place / "ballast"
    ballast.write_bytes(bytes(disk.f_bavail * disk.f_frsize - left))
    try:
        yield
    finally:
        ballast.unlink()


def succeeds(*command: str) -> bool:
    with suppress(OSError):
        return subprocess.run(command, capture_output=True).returncode == 0
    return False

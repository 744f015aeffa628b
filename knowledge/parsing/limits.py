"""What the process for parsing may use. It takes these limits itself, before it sees a document."""

import ctypes
import resource
import signal
from contextlib import suppress
from pathlib import Path

# Address space. Of it the parsers themselves take a fifth; what a document needs comes out of the rest.
MOST_MEMORY = 768 * 1024**2
# Grown beyond this, it is replaced after the document at hand.
LARGEST_TO_KEEP = 320 * 1024**2
OUT_OF_MEMORY = 77
MOST_FILES = 64
# Its owner ends it sooner; this is for an owner that is gone.
GRACE_SECONDS = 10

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def apply() -> None:
    limit(resource.RLIMIT_AS, MOST_MEMORY)
    limit(resource.RLIMIT_NOFILE, MOST_FILES)
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_CORE, 0)
    leave_the_network()


def limit(kind: int, most: int) -> None:
    """Systems that do not know a limit, or have a lower one, go without it."""
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (most, most))


def leave_the_network() -> None:
    """Where the system allows it, there is none from now on. Where it does not, no parser asks for one anyway."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET)


def start_clock(seconds: int, cpu_seconds: int) -> None:
    """For one document. Both end the process: there is no other way to stop a parser."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + cpu_seconds + 1, hard))
    signal.alarm(seconds + GRACE_SECONDS)


def stop_clock() -> None:
    signal.alarm(0)


def has_grown() -> bool:
    """By what it takes now. The system's own record of the most it took counts its owner before the start, too."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return False
    return pages * resource.getpagesize() > LARGEST_TO_KEEP

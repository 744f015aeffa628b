"""Loaders that do what a broken parser does. They run in the process for parsing, never here."""

import ctypes
import os
import signal
import socket
import time
from pathlib import Path

from knowledge.loaders.base import Loaded


def crash(source: str) -> Loaded:
    ctypes.string_at(0)
    raise AssertionError


def hang(source: str) -> Loaded:
    time.sleep(600)
    raise AssertionError


def spin(source: str) -> Loaded:
    while True:
        pass


def eat_memory(source: str) -> Loaded:
    return Loaded("", "", "x" * (2 * 1024**3))


def eat_memory_slowly(source: str) -> Loaded:
    eaten = [b"x" * 1024**2]
    while True:
        eaten.append(eaten[-1] + b"x")


def write_a_file(source: str) -> Loaded:
    Path(source).write_text("x")
    raise AssertionError


def say_too_much(source: str) -> Loaded:
    return Loaded("", "", "word " * 1_000_000)


def fail(source: str) -> Loaded:
    raise ZeroDivisionError("a secret of the parser")


def leave(source: str) -> Loaded:
    os._exit(0)


def be_killed(source: str) -> Loaded:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def print_and_read(source: str) -> Loaded:
    print("noise where an answer is expected")  # noqa: T201
    return Loaded("", "", f"read {os.read(0, 10)!r}")


def speak_nonsense(source: str) -> Loaded:
    """On the very connection to the owner, wherever that is."""
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b"\x00\x00\x00\x02\x00\x00\x00\x00no")
        except OSError:
            continue
    time.sleep(600)
    raise AssertionError


def surroundings(source: str) -> Loaded:
    """What it can see: its environment, open files, the number of its session, and whether there is a network."""
    sockets = sum(Path(f"/proc/self/fd/{number}").is_socket() for number in range(64))
    own_session = os.getsid(0) == os.getpid()
    interfaces = [name for _, name in socket.if_nameindex()]
    return Loaded("", "", f"{sorted(os.environ)}|{sockets}|{own_session}|{interfaces}|{os.getpid()}")


def speak_of_the_unspeakable(source: str) -> Loaded:
    return Loaded("a\ud800\0", "b\ud800\0", "c\ud800\0d", ("e\ud800\0",), (0, 3))

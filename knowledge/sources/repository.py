"""The little of git that is used to read one commit of a repository elsewhere."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from types import TracebackType
from typing import IO, Self, cast

import structlog
from django.conf import settings

from knowledge.errors import SourceError
from knowledge.sources.remotes import Remote, pin

log = structlog.get_logger(__name__)

TOTAL_SECONDS = 600.0
LARGEST_PACK = 1024 * 1024 * 1024
MOST_FILES = 200_000
SLICE_SECONDS = 0.2
BRANCH = re.compile(r"\w[\w./-]*")
# None of the machine's own settings may run a program or ask a question, and no repository's but the one made here.
SAFE = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "LC_ALL": "C",
}
OPTIONS = (
    *("core.hooksPath=/dev/null", "credential.helper=", "http.followRedirects=false"),
    *("gc.auto=0", "maintenance.auto=false"),
)


@dataclass(frozen=True)
class File:
    path: str
    blob: str
    size: int


class Repository:
    """Lives in a folder of its own until it was read. ``on_wait`` is called several times a second and may raise."""

    def __init__(self, remote: Remote, folder: Path, on_wait: Callable[[], None]) -> None:
        self.remote = remote
        self.folder = folder
        self.on_wait = on_wait
        self.deadline = monotonic() + TOTAL_SECONDS
        self.pin = pin(remote)
        self.blobs: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        self.run("init", "--quiet", "--bare", "--template=", str(self.folder))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self.blobs:
            end(self.blobs)
        shutil.rmtree(self.folder, ignore_errors=True)

    def newest(self, branch: str) -> tuple[str, str]:
        """Name and commit of a branch or tag, of the default branch if none is named."""
        if branch and (not BRANCH.fullmatch(branch) or ".." in branch):
            raise SourceError(f"“{branch}” is not the name of a branch.")
        names = [f"refs/heads/{branch}", f"refs/tags/{branch}"] if branch else ["HEAD"]
        for line in self.run("ls-remote", "--", self.remote.url, *names).decode("utf-8", "replace").splitlines():
            commit, _, name = line.partition("\t")
            if name in names:
                return name, commit
        missing = f"no branch {branch} in it" if branch else "nothing in it yet"
        raise SourceError(f"The repository can be reached, but there is {missing}.")

    def fetch(self, name: str) -> None:
        self.run("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", self.remote.url, name)

    def files(self, folder: str) -> Iterator[File]:
        """Of what was fetched, plain files only: a link may lead anywhere, and a submodule is another repository."""
        below = [f"{folder}/"] if folder else []
        process = self.start("ls-tree", "-r", "-z", "-l", "--full-tree", "FETCH_HEAD", "--", *below)
        try:
            for number, entry in enumerate(records(cast(IO[bytes], process.stdout))):
                if number >= MOST_FILES:
                    raise SourceError(f"This repository has more than {MOST_FILES} files. Name a folder of it.")
                mode, _, blob, size, path = re.split(r"[ \t]+", entry, maxsplit=4)
                if mode in ("100644", "100755"):
                    yield File(path, blob, int(size))
        finally:
            end(process)

    def read(self, file: File) -> bytes:
        self.blobs = self.blobs or self.start("cat-file", "--batch", stdin=subprocess.PIPE)
        question, answer = cast(IO[bytes], self.blobs.stdin), cast(IO[bytes], self.blobs.stdout)
        question.write(f"{file.blob}\n".encode())
        question.flush()
        answer.readline()
        data = answer.read(file.size)
        answer.read(1)
        return data

    def run(self, *command: str) -> bytes:
        """What it prints. ``SourceError`` if it fails; why, as far as git says so, is in the log."""
        with TemporaryFile() as output, TemporaryFile() as complaints:
            process = self.start(*command, stdout=output, stderr=complaints)
            try:
                self.wait(process)
            finally:
                end(process)
            output.seek(0)
            if process.returncode == 0:
                return output.read()
            complaints.seek(0)
            said = without_secrets(complaints.read(2000))
        log.warning("git_failed", command=command[0], host=self.remote.host, said=said)
        raise SourceError(
            f"The repository at {self.remote.host or 'this address'} could not be read. Check the address as it is "
            "shown for cloning, and that it can be read from here without a password."
        )

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            self.on_wait()
            if monotonic() > self.deadline:
                raise SourceError(f"The repository at {self.remote.host} took too long to answer.")
            try:
                process.wait(SLICE_SECONDS)
            except subprocess.TimeoutExpired:
                continue

    def start(
        self,
        *command: str,
        stdin: int = subprocess.DEVNULL,
        stdout: int | IO[bytes] = subprocess.PIPE,
        stderr: int | IO[bytes] = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        options = [part for option in [*OPTIONS, *self.pin.options] for part in ("-c", option)]
        # What it may write to one file, in blocks of 512 bytes.
        limited = ["sh", "-c", f'ulimit -f {LARGEST_PACK // 512}; exec "$@"', "sh"]
        protocols = {"GIT_ALLOW_PROTOCOL": ":".join(settings.GIT_PROTOCOLS), "GIT_DIR": str(self.folder)}
        return subprocess.Popen(  # noqa: S603
            [*limited, "git", *options, *command],
            cwd=self.folder,
            env={**settings.GIT_ENVIRONMENT, **SAFE, **protocols, **self.pin.environment},
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )


def records(stream: IO[bytes]) -> Iterator[str]:
    rest = b""
    while part := stream.read(65536):
        *whole, rest = (rest + part).split(b"\0")
        yield from (record.decode("utf-8", "replace") for record in whole)


def end(process: subprocess.Popen[bytes]) -> None:
    """With everything it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()
    process.wait()


def without_secrets(said: bytes) -> str:
    return re.sub(r"//[^/@\s]+@", "//", said.decode("utf-8", "replace")).strip()

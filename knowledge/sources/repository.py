"""The little of git that is used to read one commit of a repository elsewhere."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from time import monotonic, time
from types import TracebackType
from typing import IO, Self, cast

import structlog
from django.conf import settings

from knowledge.errors import SourceError
from knowledge.sources.pipes import Ended, Pipe
from knowledge.sources.remotes import Remote, pin

log = structlog.get_logger(__name__)

TOTAL_SECONDS = 600.0
# For each answer about what was fetched: it is on this disk.
LOCAL_SECONDS = 60.0
# Longer than any visit. What is older was left by a worker that was killed.
ABANDONED_SECONDS = 24 * 3600
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
    """Lives below ``root`` until it was read, in a folder of its own: a worker that lost its visit may still be reading
    while the next one does. ``on_wait`` is called several times a second and may raise."""

    def __init__(self, remote: Remote, root: Path, on_wait: Callable[[], None]) -> None:
        self.remote = remote
        self.root = self.folder = root
        self.on_wait = on_wait
        self.deadline = monotonic() + TOTAL_SECONDS
        self.pin = pin(remote)
        self.blobs: subprocess.Popen[bytes] | None = None
        self.answers: Pipe | None = None

    def __enter__(self) -> Self:
        self.root.mkdir(parents=True, exist_ok=True)
        remove_abandoned(self.root)
        self.folder = Path(mkdtemp(dir=self.root))
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
        self.deadline = monotonic() + LOCAL_SECONDS
        try:
            for number, entry in enumerate(Pipe(cast(IO[bytes], process.stdout), self.stay).records()):
                if number >= MOST_FILES:
                    raise SourceError(f"This repository has more than {MOST_FILES} files. Name a folder of it.")
                mode, _, blob, size, path = re.split(r"[ \t]+", entry, maxsplit=4)
                if mode in ("100644", "100755"):
                    yield File(path, blob, int(size))
            self.wait(process)
        finally:
            end(process)
        if process.returncode != 0:
            raise self.damaged()

    def read(self, file: File) -> bytes:
        """All of it, or ``SourceError``: half a list or half a file would pass for a change."""
        self.deadline = monotonic() + LOCAL_SECONDS
        try:
            answers = self.ask(file.blob)
            if answers.line().decode().split() != [file.blob, "blob", str(file.size)]:
                raise self.damaged()
            return answers.exactly(file.size + 1)[:-1]
        except (Ended, OSError) as error:
            raise self.damaged() from error

    def ask(self, blob: str) -> Pipe:
        if self.blobs is None or self.answers is None:
            self.blobs = self.start("cat-file", "--batch", stdin=subprocess.PIPE)
            self.answers = Pipe(cast(IO[bytes], self.blobs.stdout), self.stay)
        cast(IO[bytes], self.blobs.stdin).write(f"{blob}\n".encode())
        return self.answers

    def damaged(self) -> SourceError:
        return SourceError("What was fetched of this repository could not be read again here. Sync it once more.")

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
            self.stay()
            try:
                process.wait(SLICE_SECONDS)
            except subprocess.TimeoutExpired:
                continue

    def stay(self) -> None:
        self.on_wait()
        if monotonic() > self.deadline:
            raise SourceError(f"The repository at {self.remote.host or 'this address'} took too long to answer.")

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
            bufsize=0,
            start_new_session=True,
        )


def remove_abandoned(root: Path) -> None:
    for folder in root.iterdir():
        # Another worker may be at it, too.
        with suppress(OSError):
            if time() - folder.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


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

"""Repositories on this machine, read with the real git."""

import dataclasses
import os
import shutil
import subprocess
from pathlib import Path
from time import time

import pytest

from knowledge.errors import AddressRefused
from knowledge.models import Collection, Document, Source, SyncRun
from knowledge.sources import repository
from knowledge.sources.git import read_repository
from knowledge.sources.pipes import Pipe
from knowledge.sources.remotes import pin, remote_of
from knowledge.visits import runs
from knowledge.visits.previews import Look, preview
from knowledge.visits.visiting import process_here, visit

pytestmark = pytest.mark.django_db
Status = SyncRun.Status


class Upstream:
    """Where somebody else writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.name", "Someone")
        self.git("config", "user.email", "someone@example.org")

    def git(self, *command: str) -> None:
        subprocess.run(["git", *command], cwd=self.folder, check=True, capture_output=True)

    def commit(self, **files: str | None) -> None:
        for name, text in files.items():
            path = self.folder / f"{name.replace('__', '/')}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Write")


@pytest.fixture
def upstream(tmp_path, settings) -> Upstream:
    settings.GIT_PROTOCOLS = ["https", "ssh", "file"]
    settings.CHECKOUT_ROOT = tmp_path / "checkouts"
    made = Upstream(tmp_path / "upstream")
    made.commit(docs__a="# A\n\nText of a.", docs__deep__b="# B\n\nText of b.", README="# Read me\n\nFirst.")
    return made


@pytest.fixture
def source(docs: Collection, upstream: Upstream) -> Source:
    return Source.objects.create(collection=docs, kind=Source.Kind.GIT, location=f"file://{upstream.folder}")


def sync(source: Source) -> SyncRun:
    source.refresh_from_db()
    run = visit(runs.begin(source).pk, process_here)
    assert run is not None
    return run


def counted(run: SyncRun) -> tuple[int, ...]:
    return run.added, run.changed, run.unchanged, run.removed, run.failed


def paths() -> list[str]:
    return list(Document.objects.filter(publication="published").values_list("path", flat=True))


def test_the_documents_of_a_repository_are_read(source):
    run = sync(source)

    assert (run.status, counted(run)) == (Status.DONE, (3, 0, 0, 0, 0))
    assert paths() == ["README.md", "docs/a.md", "docs/deep/b.md"]


def test_only_those_of_one_folder_and_branch(source, upstream):
    upstream.git("checkout", "--quiet", "-b", "next/2.0")
    upstream.commit(docs__c="# C\n\nText of c.")
    upstream.git("checkout", "--quiet", "main")
    source.branch, source.folder, source.url_prefix = "next/2.0", "/docs/", "https://docs.example/"
    source.exclude = "deep/**"
    source.save()
    sync(source)

    assert paths() == ["a.md", "c.md"]
    assert Document.objects.get(path="c.md").url == "https://docs.example/c"


def test_only_what_changed_is_read_again(source, upstream, monkeypatch):
    sync(source)
    upstream.commit(docs__a="# A\n\nAnother text.", docs__c="# C\n\nText of c.", README=None)
    read: list[str] = []
    read_blob = repository.Repository.read

    def remembering(self, file):
        read.append(file.path)
        return read_blob(self, file)

    monkeypatch.setattr(repository.Repository, "read", remembering)

    assert counted(sync(source)) == (1, 1, 1, 1, 0)
    assert read == ["docs/a.md", "docs/c.md"]


def test_the_same_commit_is_not_fetched_again(source, monkeypatch):
    sync(source)
    monkeypatch.setattr(repository.Repository, "fetch", None)

    assert counted(sync(source)) == (0, 0, 3, 0, 0)


def test_the_same_commit_with_other_settings_is(source):
    sync(source)
    source.url_prefix, source.include = "https://docs.example", "docs/**"
    source.save()

    assert counted(sync(source)) == (0, 0, 2, 1, 0)
    assert Document.objects.get(path="docs/a.md").url == "https://docs.example/docs/a"


def test_a_visit_that_was_cut_short_is_not_taken_for_whole(source, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(repository.Repository, "read", lambda self, file: 1 / 0)
        assert sync(source).status == Status.FAILED

    assert counted(sync(source)) == (3, 0, 0, 0, 0)


def test_links_and_hidden_files_are_left(source, upstream, tmp_path):
    (tmp_path / "secret.md").write_text("# Secret\n\nNot for everyone.")
    (upstream.folder / "link.md").symlink_to(tmp_path / "secret.md")
    (upstream.folder / "folder").symlink_to(tmp_path)
    upstream.commit(**{".github__notes": "Hidden."})

    sync(source)
    assert paths() == ["README.md", "docs/a.md", "docs/deep/b.md"]


def test_nothing_of_it_stays_on_disk(source, settings):
    sync(source)

    assert list(settings.CHECKOUT_ROOT.iterdir()) == []


def test_visits_at_the_same_time_do_not_meet(source):
    """One whose worker was taken for dead comes back while its successor reads; a preview looks in between."""
    reading = read_repository(source, Look(source))
    next(reading)
    previewed = preview(source)
    sync(source)

    assert [found.path for found in reading] == ["docs/a.md", "docs/deep/b.md"]
    assert len(previewed.added) == 3


def test_what_a_killed_worker_left_is_removed_after_a_day(source, settings):
    old, young = (settings.CHECKOUT_ROOT / name for name in ("old", "young"))
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (time() - 2 * 24 * 3600,) * 2)
    sync(source)

    assert list(settings.CHECKOUT_ROOT.iterdir()) == [young]


@pytest.mark.parametrize("lost", ["objects", "FETCH_HEAD"])
def test_a_copy_that_was_damaged_retires_nothing_and_ends(source, upstream, lost, monkeypatch):
    sync(source)
    upstream.commit(docs__a="# A\n\nAnother text.")
    fetch = repository.Repository.fetch

    def fetch_and_lose(self, name):
        fetch(self, name)
        shutil.rmtree(self.folder / lost) if lost == "objects" else (self.folder / lost).unlink()

    monkeypatch.setattr(repository.Repository, "fetch", fetch_and_lose)
    run = sync(source)

    assert (run.status, "could not be read again" in run.error) == (Status.FAILED, True)
    assert len(paths()) == 3


def test_a_file_that_was_lost_is_no_empty_document(source, monkeypatch):
    files = repository.Repository.files
    lost = "0" * 40
    monkeypatch.setattr(
        repository.Repository,
        "files",
        lambda self, folder: (dataclasses.replace(file, blob=lost) for file in files(self, folder)),
    )

    assert "could not be read again" in sync(source).error


def test_a_git_that_says_nothing_is_given_up(source, monkeypatch):
    monkeypatch.setattr(
        repository.Repository, "ask", lambda self, blob: Pipe(os.fdopen(os.pipe()[0], "rb", 0), self.stay)
    )
    monkeypatch.setattr(repository, "LOCAL_SECONDS", 0.5)

    assert "took too long" in sync(source).error


def test_no_program_of_the_repository_is_run(source, upstream, tmp_path):
    trap = tmp_path / "was-run"
    (upstream.folder / ".gitattributes").write_text("*.md filter=trap\n")
    (upstream.folder / ".lfsconfig").write_text("[lfs]\nurl = http://127.0.0.1:1/\n")
    upstream.git("config", "filter.trap.smudge", f"touch {trap}")
    upstream.commit(docs__c="version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")

    run = sync(source)
    assert not trap.exists()
    assert run.failures[0]["path"] == "docs/c.md"
    assert "Git LFS" in run.failures[0]["reason"]


def test_a_large_file_is_named_and_not_read(source, upstream, settings):
    settings.MAX_DOCUMENT_BYTES = 1024 * 1024
    upstream.commit(large="x" * (1024 * 1024 + 1))

    run = sync(source)
    assert run.failures == [{"path": "large.md", "reason": run.failures[0]["reason"]}]
    assert "larger than 1 MB" in run.failures[0]["reason"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"branch": "no-such-branch"}, "no branch no-such-branch"),
        ({"branch": "--upload-pack=touch"}, "not the name of a branch"),
        ({"folder": "no/such/folder"}, "no documents in the folder no/such/folder"),
        ({"folder": "../../etc"}, "is not in this repository"),
        ({"location": "file:///no/such/repository"}, "could not be read"),
    ],
)
def test_what_cannot_be_listed_retires_nothing_and_says_why(source, fields, sentence):
    sync(source)
    Source.objects.update(**fields)

    run = sync(source)
    assert run.status == Status.FAILED
    assert sentence in run.error
    assert len(paths()) == 3


def test_a_silent_server_is_given_up(source, monkeypatch):
    monkeypatch.setattr(repository, "TOTAL_SECONDS", 0)

    assert "took too long" in sync(source).error


@pytest.mark.parametrize(
    "location",
    [
        "",
        "/srv/git/docs.git",
        "../docs.git",
        "--upload-pack=touch /tmp/x",
        "-oProxyCommand=touch",
        "ext::sh -c touch% /tmp/x",
        "fd::17",
        "http://docs.example/docs.git",
        "git://docs.example/docs.git",
        "file:///srv/git/docs.git",
        "ssh://-oProxyCommand=touch/x",
        "https:///docs.git",
        "https://docs.example:8443/docs.git",
        "https://docs.example/docs.git --upload-pack=touch",
        "git@-oProxyCommand=touch:x",
    ],
)
def test_an_address_that_is_none_is_refused(location):
    with pytest.raises(AddressRefused):
        pin(remote_of(location))


@pytest.mark.parametrize(
    "location",
    ["https://127.0.0.1/docs.git", "git@169.254.169.254:docs.git", "ssh://git@[::1]/x", "https://2130706433/x"],
)
def test_a_repository_inside_the_network_is_refused(location):
    with pytest.raises(AddressRefused):
        pin(remote_of(location))


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("git@docs.example:company/docs.git", "ssh://git@docs.example/company/docs.git"),
        ("https://token@docs.example/docs.git", "https://token@docs.example/docs.git"),
        ("ssh://git@docs.example/docs", "ssh://git@docs.example/docs"),
    ],
)
def test_the_usual_addresses_are_known(location, url):
    assert remote_of(location).url == url


def test_git_is_kept_to_the_address_that_was_checked():
    pinned = pin(remote_of("https://8.8.8.8/docs.git"))

    assert pinned.options == ["http.curloptResolve=8.8.8.8:443:8.8.8.8"]
    assert "HostName=8.8.8.8" in pinned.environment["GIT_SSH_COMMAND"]

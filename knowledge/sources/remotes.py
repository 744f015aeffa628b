"""Addresses of Git repositories: which are allowed, and how git is kept to the machine that was checked."""

import re
from dataclasses import dataclass, field

from django.conf import settings

from knowledge.errors import AddressRefused
from supportbot.outbound.addresses import addresses_of, check

# git@host:path, as it is shown for cloning.
SHORT_SSH = re.compile(r"([\w.-]+@)?([\w.-]+):(?!//)([\w./~-]+)")
ADDRESS = re.compile(r"(https|ssh|file)://(?:[^/@\s]+@)?([\w.-]*)(?::(\d{1,5}))?(/\S*)")
PORTS = {"https": 443, "ssh": 22}
SSH = "ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=10 -o ProxyCommand=none"


@dataclass(frozen=True)
class Remote:
    protocol: str
    url: str
    host: str = ""
    port: int = 0


@dataclass(frozen=True)
class Pin:
    """Settings and environment of a git that goes nowhere else."""

    options: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)


def remote_of(location: str) -> Remote:
    """``AddressRefused`` for what git would take for a command, a local path, or a protocol that is not allowed."""
    if match := SHORT_SSH.fullmatch(location.strip()):
        user, host, path = match.groups()
        return allowed(Remote("ssh", f"ssh://{user or ''}{host}/{path.lstrip('/')}", host, PORTS["ssh"]))
    match = ADDRESS.fullmatch(location.strip())
    if not match:
        raise AddressRefused("This is not the address of a Git repository. It begins with https:// or ssh://.")
    protocol, host, port, _ = match.groups()
    return allowed(Remote(protocol, match.group(), host, int(port or PORTS.get(protocol, 0))))


def allowed(remote: Remote) -> Remote:
    if remote.protocol not in settings.GIT_PROTOCOLS:
        raise AddressRefused(f"Repositories are read over {' and '.join(settings.GIT_PROTOCOLS)} only.")
    if remote.protocol in PORTS and not remote.host:
        raise AddressRefused("There is no host in this address.")
    check(remote.host, remote.port, PORTS.get(remote.protocol, remote.port))
    return remote


def pin(remote: Remote) -> Pin:
    """Looks the host up."""
    if remote.protocol not in PORTS:
        return Pin()
    address = addresses_of(remote.host, remote.port)[0]
    literal = f"[{address}]" if ":" in address else address
    return Pin(
        [f"http.curloptResolve={remote.host}:{remote.port}:{literal}"],
        {"GIT_SSH_COMMAND": f"{SSH} -o HostName={address} -o HostKeyAlias={remote.host}"},
    )

"""Connections to checked addresses only. Host header and TLS still go by the name."""

import ssl
from collections.abc import Callable, Iterable
from functools import cache
from time import monotonic
from typing import Any

import httpcore2
import httpx2

from supportbot.outbound.addresses import addresses_of

# Between two looks at whether anybody still wants the answer.
SLICE_SECONDS = 0.5


@cache
def ssl_context() -> ssl.SSLContext:
    """Reading what the machine trusts takes longer than many an answer."""
    return httpx2.create_ssl_context()


class GuardedTransport(httpx2.HTTPTransport):
    """The usual transport, but for who makes its connections, which it has no argument for."""

    def __init__(self, network: "GuardedNetwork") -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(ssl_context=ssl_context(), max_connections=1, network_backend=network)


class GuardedNetwork(httpcore2.NetworkBackend):
    """Connects to an address that was checked, never to a name, until the ``deadline`` that is set for each request."""

    def __init__(self, silent_seconds: float, on_wait: Callable[[], None] = lambda: None) -> None:
        self.silent_seconds = silent_seconds
        self.on_wait = on_wait
        self.deadline = monotonic()
        self.plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectError("no address")
        for address in addresses_of(host, port):
            self.on_wait()
            try:
                return GuardedStream(self.plain.connect_tcp(address, port, self.left(timeout)), self)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(self, *args: Any, **options: Any) -> httpcore2.NetworkStream:
        raise httpcore2.ConnectError("not a network address")

    def sleep(self, seconds: float) -> None:
        """Nothing here retries."""

    def left(self, timeout: float | None) -> float:
        """Of the time this wait may take. The deadline is that of the whole answer."""
        left = self.deadline - monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the whole answer took too long")
        return min(left, self.silent_seconds if timeout is None else timeout)


class GuardedStream(httpcore2.NetworkStream):
    """Waits in slices, so that a visit can be cancelled and one byte a second is not for ever."""

    def __init__(self, plain: httpcore2.NetworkStream, network: GuardedNetwork) -> None:
        self.plain = plain
        self.network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        silent_until = monotonic() + self.network.left(timeout)
        while True:
            self.network.on_wait()
            try:
                return self.plain.read(max_bytes, self.network.left(SLICE_SECONDS))
            except httpcore2.ReadTimeout:
                if monotonic() >= silent_until:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.plain.write(buffer, self.network.left(timeout))

    def close(self) -> None:
        self.plain.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return GuardedStream(
            self.plain.start_tls(ssl_context, server_hostname, self.network.left(timeout)), self.network
        )

    def get_extra_info(self, info: str) -> Any:
        return self.plain.get_extra_info(info)

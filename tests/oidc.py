"""A provider of OpenID Connect on this machine: discovery, keys, tokens and user info. It lies where a test says so."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "supportbot", "the client's secret"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """``claims`` and ``userinfo`` are what it says about whoever signs in there; ``lies`` replace parts of a token."""

    def __init__(self) -> None:
        self.key = self.published = new_key()
        self.claims: dict[str, Any] = {"sub": "u-1", "email": "ines@example.com", "email_verified": True}
        self.userinfo: dict[str, Any] = {"sub": "u-1"}
        self.lies: dict[str, Any] = {}
        self.issuer = self.url = ""
        self.is_away = False
        self.asked: dict[str, str] = {}

    def authorize(self, address: str) -> str:
        """Somebody signs in there. Returns where their browser is sent back to."""
        self.asked = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
        assert self.asked["client_id"] == CLIENT
        return f"{self.asked['redirect_uri']}?{urlencode({'code': 'the-code', 'state': self.asked['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        assert challenge.decode() == self.asked["code_challenge"]
        assert (form["code"], form["client_secret"]) == ("the-code", SECRET)
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": self.asked["nonce"]}
        signed = jwt.encode(claims | self.claims | self.lies, self.key, "RS256", headers={"kid": "k1"})
        return {"access_token": "at", "token_type": "Bearer", "id_token": signed}

    def answer(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            found = {f"{name}_endpoint": f"{self.url}/{end}" for name, end in ends.items()}
            return {"issuer": self.issuer or self.url, "jwks_uri": f"{self.url}/keys", **found}
        if path == "/keys":
            jwk = RSAAlgorithm.to_jwk(self.published.public_key(), as_dict=True)
            return {"keys": [{**jwk, "kid": "k1", "alg": "RS256", "use": "sig"}]}
        return self.token(form) if path == "/token" else self.userinfo


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            answer = (
                b"<h1>Bad gateway</h1>" if provider.is_away else json.dumps(provider.answer(self.path, form)).encode()
            )
            self.send_response(502 if provider.is_away else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()

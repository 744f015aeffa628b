import hashlib
from pathlib import Path

from django.conf import settings

WIDGET: Path = settings.BASE_DIR / "chat" / "widget"
BUILT: Path = settings.BASE_DIR / "chat" / "static" / "chat" / "widget" / "widget.js"


def test_the_served_widget_was_built_from_these_sources():
    sources = sorted(f"src/{path.relative_to(WIDGET / 'src')}" for path in (WIDGET / "src").rglob("*.[jc]s*"))
    fingerprint = hashlib.sha256()
    for name in ["build.js", "package-lock.json", *sources]:
        fingerprint.update(name.encode() + (WIDGET / name).read_bytes())

    banner = BUILT.read_text().partition("*/")[0]

    assert fingerprint.hexdigest()[:32] in banner, "Run: cd chat/widget && npm ci && npm run build"

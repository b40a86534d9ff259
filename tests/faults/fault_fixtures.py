"""What every test of faults needs: certificates, and AWS as moto plays it, once for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import moto_server
import pytest
from certificates import Certificates, make_certificates


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def aws() -> Iterator[moto_server.Platform]:
    with moto_server.moto_server() as url:
        yield moto_server.Platform(url)


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Credentials that are taken everywhere here, and none of the machine's own."""
    names = {"FAULTS_TOKEN": "secret-of-the-faults", "AWS_EC2_METADATA_DISABLED": "true", **moto_server.KEYS}
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        names[name] = "/nonexistent"
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return names

"""What every test on AWS needs: a home without anybody's credentials, and moto over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_home import AwsHome
from moto_server import KEYS, Platform, moto_server


@pytest.fixture
def aws_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AwsHome:
    """A home folder with files of the AWS CLI that are not there yet, and an environment that has keys for moto."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    home = AwsHome(tmp_path, monkeypatch)
    home.environ(
        HOME=str(tmp_path),
        AWS_CONFIG_FILE=str(home.config),
        AWS_SHARED_CREDENTIALS_FILE=str(home.credentials),
        AWS_EC2_METADATA_DISABLED="true",
        **KEYS,
    )
    return home


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """The address of one moto server for all tests of a worker."""
    with moto_server() as url:
        yield url


@pytest.fixture
def platform(moto_url: str) -> Platform:
    """The server, emptied."""
    made = Platform(moto_url)
    made.reset()
    return made

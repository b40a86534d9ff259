"""Fixtures that need a server of their own; each stands beside the tests it was made for."""

from __future__ import annotations

pytest_plugins = ["aws_fixtures", "sql_fixtures"]

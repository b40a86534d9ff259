"""A launch-day cockpit for electronic voucher sales."""

__version__ = "0.1.0"

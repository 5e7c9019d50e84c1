"""Logs: one JSON object a line on standard error, which the supervisor leads to a file."""

from __future__ import annotations

import logging
import sys
import warnings

import structlog

__all__ = ["log_to_stderr"]


def log_to_stderr(level: str) -> None:
    """Send structlog's and the standard library's records there, in one form."""
    number = getattr(logging, level.upper())
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.processors.add_log_level,
            stamp,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.basicConfig(handlers=[handler], level=number, force=True)
    logging.captureWarnings(True)
    warnings.simplefilter("ignore")

"""Settings of the embedded server: a desk machine with 2 cores, little memory, many commits."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["INITDB_THROW_AWAY", "THROW_AWAY", "server_settings"]

DURABILITY = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}

# For a cluster that is removed in the end: a crash of the machine may cost it everything.
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # It is small, and a template is made of it.
    "min_wal_size": "2MB",
    "max_wal_size": "512MB",
}
INITDB_THROW_AWAY = ("--no-sync", "--wal-segsize=1")

MEMORY = {
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "huge_pages": "off",
    "max_connections": "50",
}

# Few, large checkpoints: each is followed by full page images.
WRITE_AHEAD_LOG = {
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "wal_buffers": "16MB",
    "checkpoint_timeout": "15min",
}

# `sync` commits as fast as `worker` here (3,200 against 3,150 batches of 50 rows a second) and
# needs three processes fewer.
PROCESSES = {
    "io_method": "sync",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "jit": "off",
    "random_page_cost": "1.1",
}

# Queue tables stay small but turn over thousands of rows a second: visit them often, finish fast.
VACUUM = {
    "autovacuum_naptime": "10s",
    "autovacuum_max_workers": "2",
    "autovacuum_worker_slots": "4",
    "autovacuum_vacuum_threshold": "500",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_threshold": "500",
    "autovacuum_analyze_scale_factor": "0.05",
    "autovacuum_vacuum_cost_limit": "1000",
}

# Statements and details would copy message bodies into the log; the client gets them anyway.
LOG = {
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "cluster_name": "trunkline",
}


def server_settings(*, has_lz4: bool, overrides: Mapping[str, str]) -> dict[str, str]:
    """Every setting by its PostgreSQL name. `overrides` win."""
    return {
        **DURABILITY,
        **MEMORY,
        **WRITE_AHEAD_LOG,
        # pglz costs more processor than the bytes are worth on two cores
        "wal_compression": "lz4" if has_lz4 else "off",
        **PROCESSES,
        **VACUUM,
        **LOG,
        **overrides,
    }

"""What the service counts, for Prometheus. One registry a service, so several may live in one process."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from verify.pool import LeanPool
from verify.server.fairness import FairQueue

SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


class Metrics:
    """The service's own counters, and what pool and queue say of themselves when they are asked."""

    def __init__(self, pool: LeanPool, queue: FairQueue) -> None:
        self.registry = CollectorRegistry()
        self.checks = Counter("antiphon_checks", "Verdicts given, by outcome", ["outcome"], registry=self.registry)
        self.abandoned = Counter(
            "antiphon_snippets_abandoned", "Snippets not decided in time, or whose client left", ["why"],
            registry=self.registry,
        )  # fmt: skip
        self.requests = Counter("antiphon_requests", "Answers, by HTTP status", ["status"], registry=self.registry)
        self.wait = Histogram("antiphon_wait_seconds", "From question to turn", buckets=SECONDS, registry=self.registry)
        self.check = Histogram("antiphon_check_seconds", "From turn to answer", buckets=SECONDS, registry=self.registry)
        self.registry.register(_Live(pool, queue))


class _Live(Collector):
    def __init__(self, pool: LeanPool, queue: FairQueue) -> None:
        self._pool, self._queue = pool, queue

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("antiphon_waiting", "Questions that wait for a turn", self._queue.waiting)
        yield GaugeMetricFamily("antiphon_in_flight", "Questions in Lean's hands", self._queue.running)
        yield GaugeMetricFamily("antiphon_clients", "Clients with open requests", self._queue.clients)
        yield CounterMetricFamily("antiphon_lean_restarts", "Lean processes that were replaced", self._pool.restarts)
        yield CounterMetricFamily(
            "antiphon_lean_busy_seconds", "Seconds of work, all processes", self._pool.busy_seconds
        )

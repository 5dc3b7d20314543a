//! for tests alone: cgroup runner, fault-injecting files, kills, conformance suites

//! The port for probes and metrics.

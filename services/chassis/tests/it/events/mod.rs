//! Event delivery against a real broker: what is committed takes effect exactly once, in order, whatever breaks.

mod admin;
mod batch;
mod broker;
mod delivery;
mod fork;
mod interleaving;
mod many;
mod rebuild;
mod relay;
mod secure;
mod stage;
mod throughput;
mod waiting;
mod wire;

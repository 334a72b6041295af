//! Tests against real servers and real processes.

mod issuer;
mod postgres;
mod processes;
mod rabbitmq;
mod region;
mod stand_in;
mod support;

//! Tests against real servers and real processes.

mod postgres;
mod processes;
mod rabbitmq;
mod support;

//! What runs once and ends: started by a scheduler, safe to start twice or to kill.

pub mod export;
pub mod export_key;

//! What every service offers its operators.

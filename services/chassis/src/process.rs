//! From `main` to a clean exit.

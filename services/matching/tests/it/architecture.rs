//! The arrows between the rooms of this service, and how long its files may be.

use testkit::rooms;

#[test]
fn every_room_knows_only_what_it_may() {
    rooms::check_arrows(env!("CARGO_MANIFEST_DIR"), &[], 51);
}

#[test]
fn no_file_grows_beyond_what_can_be_read_at_once() {
    rooms::check_lengths(env!("CARGO_MANIFEST_DIR"));
}

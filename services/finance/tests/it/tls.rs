//! TLS between services.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_shows_a_certificate_of_the_same_authority_is_answered() {
    testkit::check_tls::<finance::Finance>().await;
}

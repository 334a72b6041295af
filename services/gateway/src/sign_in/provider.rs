//! The identity provider of the region.

use std::sync::Arc;
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    SignatureVerificationError,
};
use secrecy::ExposeSecret as _;
use tokio::sync::Mutex;

use super::client_secret::ClientSecret as OwnSecret;
use super::http_client::HttpClient;
use crate::sessions::Secret;

/// Keys are fetched again for a token with an unknown key, at most this often.
const REFRESH: Duration = Duration::from_mins(1);

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// How we know the provider, and it us.
#[derive(Debug)]
pub struct ProviderSettings {
    /// Issuer URL.
    pub issuer: IssuerUrl,
    /// Our name there.
    pub client_id: ClientId,
    /// Our proof there.
    pub client_secret: OwnSecret,
    /// Where browsers come back.
    pub redirect: RedirectUrl,
}

/// Somebody could not be signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The provider cannot be asked now.
    #[error("the identity provider cannot be asked: {0}")]
    Unavailable(String),
    /// The provider's answer does not count.
    #[error("the answer of the identity provider does not count: {0}")]
    Refused(String),
}

/// Where to send a browser, and what to remember meanwhile.
#[derive(Debug)]
pub struct Departure {
    /// Address at the provider.
    pub url: String,
    /// State, which comes back in the URL.
    pub state: Secret,
    /// Nonce, which comes back in the ID token.
    pub nonce: String,
    /// PKCE verifier, which goes with the code.
    pub pkce_verifier: String,
}

/// The identity provider. What it says of itself is fetched at the first sign-in and kept.
#[derive(Debug)]
pub struct Provider {
    settings: ProviderSettings,
    http: HttpClient,
    known: Mutex<Option<Known>>,
}

#[derive(Debug, Clone)]
struct Known {
    metadata: Arc<CoreProviderMetadata>,
    fetched: Instant,
}

impl Provider {
    /// A provider that was not asked anything yet.
    pub fn new(settings: ProviderSettings, http: HttpClient) -> Self {
        Self { settings, http, known: Mutex::new(None) }
    }

    /// Prepares a sign-in.
    pub async fn depart(&self) -> Result<Departure, SignInError> {
        let known = self.known(None).await?;
        let state = Secret::random();
        let nonce = Secret::random().expose();
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (state_text, nonce_text) = (state.expose(), nonce.clone());
        let client = self.client(&known);
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state_text),
                move || Nonce::new(nonce_text),
            )
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Departure { url: url.into(), state, nonce, pkce_verifier: verifier.into_secret() })
    }

    /// Turns the code that a browser brought back into the subject it stands for.
    pub async fn arrive(
        &self,
        code: String,
        pkce_verifier: String,
        nonce: String,
    ) -> Result<String, SignInError> {
        let mut known = self.known(None).await?;
        let nonce = Nonce::new(nonce);
        let id_token = self.redeem(&known, code, pkce_verifier).await?;
        let verified = match self.verify(&known, &id_token, &nonce) {
            // the provider may have new keys
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                known = self.known(Some(known.fetched)).await?;
                self.verify(&known, &id_token, &nonce)
            }
            verified => verified,
        };
        verified.map_err(|error| SignInError::Refused(chassis::error::Chain(&error).to_string()))
    }

    async fn redeem(
        &self,
        known: &Known,
        code: String,
        pkce_verifier: String,
    ) -> Result<CoreIdToken, SignInError> {
        use openidconnect::RequestTokenError;
        let http = self.http.clone();
        let client = self.client(known);
        let request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| SignInError::Unavailable(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(pkce_verifier));
        let exchange = move |request| {
            let http = http.clone();
            async move { http.exchange(request).await }
        };
        let answer = request.request_async(&exchange).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(refusal) => SignInError::Refused(refusal.error().to_string()),
            RequestTokenError::Request(error) => {
                SignInError::Unavailable(chassis::error::Chain(&error).to_string())
            }
            // an answer that cannot be parsed may hold tokens: it is not repeated here
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                SignInError::Unavailable("its answer cannot be read".to_owned())
            }
        })?;
        let token = answer.extra_fields().id_token().cloned();
        token.ok_or_else(|| SignInError::Refused("it gave no ID token".to_owned()))
    }

    fn verify(
        &self,
        known: &Known,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<String, ClaimsVerificationError> {
        // only signatures with a key pair: never `none`, never a shared secret
        let verifier = self.client(known);
        let verifier = verifier.id_token_verifier().set_allowed_algs([
            CoreJwsSigningAlgorithm::EdDsa,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::EcdsaP384Sha384,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        ]);
        let claims = token.claims(&verifier, nonce)?;
        if claims.authorized_party().is_some_and(|party| **party != **self.settings.client_id) {
            return Err(ClaimsVerificationError::InvalidAudience(
                "the authorised party is somebody else".to_owned(),
            ));
        }
        Ok(claims.subject().as_str().to_owned())
    }

    /// What the provider says of itself; anew when that is what was known since `stale`, unless it is too early for that.
    async fn known(&self, stale: Option<Instant>) -> Result<Known, SignInError> {
        let mut known = self.known.lock().await;
        if let Some(known) = &*known
            && (stale != Some(known.fetched) || known.fetched.elapsed() < REFRESH)
        {
            return Ok(known.clone());
        }
        let http = self.http.clone();
        let exchange = move |request| {
            let http = http.clone();
            async move { http.exchange(request).await }
        };
        let metadata = CoreProviderMetadata::discover_async(self.settings.issuer.clone(), &exchange)
            .await
            .map_err(|error| SignInError::Unavailable(chassis::error::Chain(&error).to_string()))?;
        Ok(known.insert(Known { metadata: Arc::new(metadata), fetched: Instant::now() }).clone())
    }

    fn client(&self, known: &Known) -> Client {
        let secret = ClientSecret::new(self.settings.client_secret.now().expose_secret().to_owned());
        CoreClient::from_provider_metadata(
            (*known.metadata).clone(),
            self.settings.client_id.clone(),
            Some(secret),
        )
        .set_redirect_uri(self.settings.redirect.clone())
    }
}

//! A key of ours in a configuration: where it is, and what it is called.

use contract::{Compile, ConfigError, Section};
use jose::SigningKey;
use serde::Deserialize;

/// A private key: `{ secret: NAME, id: KID }`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SigningKey"))]
#[serde(deny_unknown_fields)]
pub(super) struct RawSigningKey {
    /// The name of a variable in the VM's environment that holds the private key (PKCS#8, PEM); never the key itself.
    pub(super) secret: String,
    /// What it is called: `kid` of the tokens.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(super) id: String,
}

impl RawSigningKey {
    /// The key, for the field `field` of the section.
    pub(super) fn load(
        &self,
        field: &str,
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<SigningKey, ConfigError> {
        let Self { secret, id } = self;
        let absent = || section.error(&format!("{field}.secret"), format!("there is no secret `{secret}`"));
        let pem = with.secrets.secret(secret).ok_or_else(absent)?;
        SigningKey::from_pkcs8_pem(&pem, id)
            .map_err(|error| section.error(&format!("{field}.{}", error.field()), error))
    }
}

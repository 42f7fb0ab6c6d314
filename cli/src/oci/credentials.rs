//! Who we are to a registry: from the environment, or from where `docker login` has left it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::Secrets;
use serde::Deserialize;

use super::Fault;
use crate::surroundings::ProcessSecrets;

/// The environment variables that count more than any file, at the registry that they name.
pub(crate) const HOST: &str = "WATCHWORD_REGISTRY_HOST";
/// The user there.
pub(crate) const USER: &str = "WATCHWORD_REGISTRY_USER";
/// The password or token of that user.
pub(crate) const PASSWORD: &str = "WATCHWORD_REGISTRY_PASSWORD";

/// What Docker calls its own registry in its file.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// A user and a password. Not shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// Where credentials are looked for.
#[derive(Default)]
pub(crate) struct Login {
    given: Option<Given>,
    file: Option<PathBuf>,
}

/// Credentials of the environment, and whom they are for.
struct Given {
    host: Option<String>,
    credentials: Credentials,
}

/// The file of Docker's client, as much as concerns logins.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DockerConfig {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
    #[serde(default)]
    cred_helpers: BTreeMap<String, String>,
    creds_store: Option<String>,
}

#[derive(Default, Deserialize)]
struct Auth {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
}

impl Login {
    /// From the environment of this process.
    pub(crate) fn of_process() -> Self {
        let secret = |name: &str| ProcessSecrets.secret(name).filter(|value| !value.is_empty());
        let given = secret(USER).zip(secret(PASSWORD));
        let given = given.map(|(user, password)| Given {
            host: secret(HOST),
            credentials: Credentials { user, password },
        });
        let folder = secret("DOCKER_CONFIG").map(PathBuf::from);
        let folder = folder.or_else(|| Some(Path::new(&secret("HOME")?).join(".docker")));
        Self { given, file: folder.map(|folder| folder.join("config.json")) }
    }

    /// What to say to the registry `host`; nothing where nothing is known of it.
    ///
    /// # Errors
    /// When those of the environment name no registry, and when Docker's file cannot be read, or leaves the
    /// credentials to a program.
    pub(crate) fn credentials(&self, host: &str) -> Result<Option<Credentials>, Fault> {
        if let Some(given) = self.given.as_ref().map(|given| given.at(host)).transpose()?.flatten() {
            return Ok(Some(given));
        }
        match &self.file {
            Some(file) if file.is_file() => of_file(file, host),
            Some(_) | None => Ok(None),
        }
    }
}

impl Given {
    /// Them, where they are for `host`: no other registry is shown a password.
    fn at(&self, host: &str) -> Result<Option<Credentials>, Fault> {
        let unnamed =
            || Fault::Credentials(format!("{USER} is set, and not for which registry: set {HOST}"));
        let named = self.host.as_ref().ok_or_else(unnamed)?;
        Ok(named.eq_ignore_ascii_case(host).then(|| self.credentials.clone()))
    }
}

fn of_file(path: &Path, host: &str) -> Result<Option<Credentials>, Fault> {
    let text = fs::read_to_string(path).map_err(|error| Fault::file(path, error))?;
    // The place of an error is told, and what stands there is not: it may be a password.
    let config: DockerConfig = serde_json::from_str(&text).map_err(|error| {
        Fault::file(
            path,
            format_args!("line {}, column {}: not the form of Docker's file", error.line(), error.column()),
        )
    })?;
    config.credentials(host).map_err(|reason| Fault::Credentials(format!("{}: {reason}", path.display())))
}

impl DockerConfig {
    fn credentials(&self, host: &str) -> Result<Option<Credentials>, String> {
        let names = names(host);
        if let Some(helper) = names.iter().find_map(|name| self.cred_helpers.get(name)) {
            return Err(by_helper(host, helper));
        }
        let auth = names.iter().find_map(|name| self.auths.get(name));
        match (auth.map(Auth::credentials).transpose()?.flatten(), &self.creds_store) {
            (Some(credentials), _) => Ok(Some(credentials)),
            (None, Some(helper)) => Err(by_helper(host, helper)),
            (None, None) => Ok(None),
        }
    }
}

impl Auth {
    fn credentials(&self) -> Result<Option<Credentials>, String> {
        if self.identitytoken.as_ref().is_some_and(|token| !token.is_empty()) {
            return Err(format!(
                "the login is an identity token, which is not supported: set {HOST}, {USER} and {PASSWORD}"
            ));
        }
        if let (Some(user), Some(password)) = (&self.username, &self.password) {
            return Ok(Some(Credentials { user: user.clone(), password: password.clone() }));
        }
        let Some(auth) = self.auth.as_deref().filter(|auth| !auth.is_empty()) else { return Ok(None) };
        let text = STANDARD.decode(auth).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = text.as_deref().and_then(|text| text.split_once(':'));
        let (user, password) = pair.ok_or("an `auth` is not base64 of USER:PASSWORD")?;
        Ok(Some(Credentials { user: user.to_owned(), password: password.to_owned() }))
    }
}

/// What the registry may be called in the file.
fn names(host: &str) -> Vec<String> {
    let mut names = vec![host.to_owned(), format!("https://{host}"), format!("https://{host}/")];
    if host == "docker.io" {
        names.push(DOCKER_HUB.to_owned());
    }
    names
}

fn by_helper(host: &str, helper: &str) -> String {
    format!(
        "the login of {host} is kept by the program docker-credential-{helper}, which is not run: set {HOST}, {USER} and {PASSWORD}"
    )
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(config: &str, host: &str) -> Result<Option<Credentials>, String> {
        serde_json::from_str::<DockerConfig>(config).unwrap().credentials(host)
    }

    fn ann() -> Credentials {
        Credentials { user: "ann".into(), password: "a:b".into() }
    }

    #[test]
    fn a_login_is_found_under_every_name_that_docker_gives_a_registry() {
        for name in ["ghcr.io", "https://ghcr.io", "https://ghcr.io/"] {
            let config = format!(r#"{{"auths": {{"{name}": {{"auth": "YW5uOmE6Yg=="}}}}}}"#);
            assert_eq!(of(&config, "ghcr.io"), Ok(Some(ann())));
            assert_eq!(of(&config, "other.io"), Ok(None));
        }
        let hub = r#"{"auths": {"https://index.docker.io/v1/": {"username": "ann", "password": "a:b"}}}"#;
        assert_eq!(of(hub, "docker.io"), Ok(Some(ann())));
    }

    #[test]
    fn those_of_the_environment_are_for_the_registry_that_they_name() {
        let login = |host: Option<&str>| Login {
            given: Some(Given { host: host.map(str::to_owned), credentials: ann() }),
            file: None,
        };
        assert_eq!(login(Some("ghcr.io")).credentials("ghcr.io"), Ok(Some(ann())));
        for other in ["other.io", "ghcr.io:444", "ghcr.io.other.io"] {
            assert_eq!(login(Some("ghcr.io")).credentials(other), Ok(None));
        }
        let unnamed = login(None).credentials("ghcr.io").unwrap_err().to_string();
        assert!(unnamed.contains(HOST) && !unnamed.contains("a:b"), "{unnamed}");
    }

    #[test]
    fn what_cannot_be_used_is_said_and_not_shown() {
        for (config, complaint) in [
            (r#"{"credsStore": "desktop"}"#, "docker-credential-desktop"),
            (r#"{"auths": {"ghcr.io": {}}, "credsStore": "desktop"}"#, "docker-credential-desktop"),
            (r#"{"credHelpers": {"ghcr.io": "gcloud"}}"#, "docker-credential-gcloud"),
            (r#"{"auths": {"ghcr.io": {"identitytoken": "secret"}}}"#, "an identity token"),
            (r#"{"auths": {"ghcr.io": {"auth": "secret!"}}}"#, "not base64"),
        ] {
            let said = of(config, "ghcr.io").unwrap_err();
            assert!(said.contains(complaint) && !said.contains("secret"), "{said}");
        }
        assert!(!format!("{:?}", ann()).contains("ann"));
    }
}
